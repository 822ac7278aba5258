"""Which candidates stay."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from numbers import Real
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.utils._param_validation import HasMethods, Interval

from .columns import Codes, Floats
from .committee import make_committee
from .compact import InPairs
from .encoding import Matrix, TableEncoder, matrix_columns, widen
from .seeding import seeded_copy

# Candidates are drawn and judged so many rows, or so many bytes, at a time: a judge holds several
# copies of them.
CHUNK, CHUNK_BYTES = 16_384, 16 * 2**20
FEWEST_CANDIDATES = 256
# Where the rule lets next to nothing pass, rows still come, the least bad among them evenly.
MIN_WEIGHT = 1e-6
RAKING_ROUNDS = 5


class Acceptance(InPairs, BaseEstimator):
    """What every rule can do; a new one overrides `fit` and `weigh`."""

    _parameter_constraints: ClassVar[dict[str, Any]] = {}

    def fit(
        self, Z: Matrix, codes: Codes, encoder: TableEncoder, rng: np.random.Generator
    ) -> Acceptance:
        """Look at the original rows.

        Parameters
        ----------
        Z : ndarray of shape (n_samples, width)
            Encoded rows of all classes.
        codes : ndarray of shape (n_samples,)
            Class of each row, from 0.
        encoder : TableEncoder
            The way from the table to ``Z`` and back; ``spans_`` says what its columns mean.
        rng : numpy.random.Generator
            The only source of randomness.

        Returns
        -------
        self : Acceptance
        """
        raise NotImplementedError

    def weigh(self, Z: Matrix, code: int) -> Floats:
        """Give candidates (n, width) for a class their relative chance to stay, (n,).

        A weight is between zero and one, like a probability: `MIN_WEIGHT` is added to it.
        """
        raise NotImplementedError

    def fit_compact(
        self, C: Matrix, codes: Codes, encoder: TableEncoder, rng: np.random.Generator
    ) -> Acceptance:
        """Look at compact rows (n_samples, n_spans), and see `fit`, for which they are made wide.

        A rule that can do without overrides this and `weigh_compact`: wide rows take memory.
        """
        return self.fit(widen(encoder.spans_, C), codes, encoder, rng)

    def weigh_compact(self, C: Matrix, code: int, encoder: TableEncoder) -> Floats:
        """Weigh compact candidates (n, n_spans); see `weigh`."""
        return self.weigh(widen(encoder.spans_, C), code)

    def weigh_probability(self, probability: Floats) -> Floats | None:
        """Give the weight where the class has this probability; None if it does not go by that.

        By this `gansampler.PriorCorrectedClassifier` knows where the new rows lie.
        """
        return None

    def confidence(self, weights: Floats) -> Floats:
        """Tell from the weights (n,) of rows how sure the rule is of their class, 0 to 1."""
        return weights


class ClassifierAcceptance(Acceptance):
    r"""Keep a candidate in proportion to :math:`P(\text{class} \mid \text{row})^s`.

    By Bayes' rule :math:`s = 1` turns a broad proposal around the rows of all classes into the
    distribution of the one class. A larger :math:`s` draws the new rows to where the class is
    certain: a classifier behind them ranks better, above all where classes overlap, and its
    probabilities are further from right.

    Parameters
    ----------
    classifier : classifier or None, default=None
        The judge, trained on the original rows. It needs ``predict_proba``, and gets a seed
        wherever it has none. None is a committee: the mean of a random forest, of extremely
        randomised trees [1]_ (25 to 100 of each, the fewer the more rows there are, each of 10,000
        rows at most) and, where there are no more rows than that, of a logistic regression. The
        better the judge ranks, the more the new rows teach: a slow one that nobody would deploy may
        be worth its time.
    sharpness : float, default=2.0
        :math:`s`, above zero.
    on_table : bool, default=False
        Whether the classifier gets rows as they are in the table, with its columns and dtypes.
        Otherwise it gets one column of numbers for each number, category and hole.

    Attributes
    ----------
    judge_ : classifier
        Fitted on the original rows.
    view_ : callable
        From encoded rows (n, width) to rows as the judge reads them.

    References
    ----------
    .. [1] P. Geurts, D. Ernst, L. Wehenkel (2006). Extremely randomized trees. Machine Learning 63,
       3-42.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "classifier": [HasMethods(["fit", "predict_proba"]), None],
        "sharpness": [Interval(Real, 0, None, closed="neither")],
        "on_table": ["boolean"],
    }

    def __init__(
        self, classifier: Any = None, *, sharpness: float = 2.0, on_table: bool = False
    ) -> None:
        self.classifier, self.sharpness, self.on_table = classifier, sharpness, on_table

    def fit(
        self, Z: Matrix, codes: Codes, encoder: TableEncoder, rng: np.random.Generator
    ) -> Acceptance:
        """Train the judge; see `Acceptance.fit`."""
        return self._fit(matrix_columns(encoder.spans_, Z), codes, encoder, rng)

    def fit_compact(
        self, C: Matrix, codes: Codes, encoder: TableEncoder, rng: np.random.Generator
    ) -> Acceptance:
        """Train the judge; see `Acceptance.fit_compact`."""
        return self._fit(C, codes, encoder, rng)

    def _fit(
        self, C: Matrix, codes: Codes, encoder: TableEncoder, rng: np.random.Generator
    ) -> Acceptance:
        self.view_ = self._view(encoder)
        own = self.classifier is None
        judge = make_committee(encoder.spans_, len(C)) if own else self.classifier
        seeded = seeded_copy(judge, int(rng.integers(2**31)))
        self.judge_ = seeded.fit(self._read(C, encoder), codes)
        return self

    def _view(self, encoder: TableEncoder) -> Callable[[Matrix], Any]:
        if self.classifier is not None and self.on_table:
            return encoder.inverse_transform
        return partial(matrix_columns, encoder.spans_)

    def _read(self, C: Matrix, encoder: TableEncoder) -> Any:
        """Give compact rows (n, n_spans) as the judge reads them."""
        return encoder.restore(C) if self.classifier is not None and self.on_table else C

    def weigh(self, Z: Matrix, code: int) -> Floats:
        """Give the judge's probability of the class, sharpened; see `Acceptance.weigh`."""
        return self._sharpened(self.view_(Z), code)

    def weigh_compact(self, C: Matrix, code: int, encoder: TableEncoder) -> Floats:
        """Give the judge's probability of the class, sharpened; see `Acceptance.weigh`."""
        return self._sharpened(self._read(C, encoder), code)

    def _sharpened(self, rows: Any, code: int) -> Floats:
        return self.weigh_probability(self.judge_.predict_proba(rows)[:, code])

    def weigh_probability(self, probability: Floats) -> Floats:
        """Sharpen probabilities; see `Acceptance.weigh_probability`."""
        return probability**self.sharpness

    def confidence(self, weights: Floats) -> Floats:
        """Give back the judge's probability; see `Acceptance.confidence`."""
        return weights ** (1 / self.sharpness)


def checked_weights(weights: Any, rule: Acceptance, n: int) -> Floats:
    """Give the weights (n,) of candidates that a rule gave; refuse what could accept none."""
    weights = np.asarray(weights)
    if weights.shape != (n,) or not (np.isfinite(weights) & (weights >= 0)).all():
        raise ValueError(
            f"acceptance={rule!r} must give each of {n} candidates one finite weight, zero or "
            "more: mend its `weigh`, or the classifier inside."
        )
    return weights


def keep_rates(weights: Floats, holes: NDArray[np.bool_]) -> Floats:
    """Change weights (n,) so that each column of holes (n, columns) keeps its share of holes.

    A rule that prefers what is typical of a class would otherwise thin out, or pile up, its missing
    values. Column after column, and several times over, the weights of the rows with a hole, and of
    those without, are scaled to the share of such rows among the candidates: raking, by W. Deming,
    F. Stephan (1940), Annals of Mathematical Statistics 11, 427-444.
    """
    rates = holes.mean(axis=0)
    for column in np.tile(np.flatnonzero((rates > 0) & (rates < 1)), RAKING_ROUNDS):
        hole, rate = holes[:, column], rates[column]
        share = weights[hole].sum() / weights.sum()
        weights = weights * np.where(hole, rate / share, (1 - rate) / (1 - share))
    return weights


class Selection(NamedTuple):
    """A candidate of weight w stayed with probability min(1, w / bound); of all, `rate` stayed."""

    bound: float
    rate: float

    def lift(self, weights: Floats) -> Floats:
        """How many times likelier than others a candidate of some weight was to stay."""
        return np.minimum(1, weights / self.bound) / self.rate


EVERYTHING = Selection(bound=1.0, rate=1.0)


def draw_accepted(
    propose: Callable[[int], Matrix],
    weigh: Callable[[Matrix], Floats],
    n: int,
    candidates: int,
    rng: np.random.Generator,
    *,
    even_out: Callable[[Floats, Matrix], Floats] = lambda weights, Z: weights,
    width: int = 1,
) -> tuple[Matrix, Floats, Selection]:
    r"""Rejection sampling in chunks, until `n` candidates are accepted, in the order of drawing.

    A candidate whose weight is :math:`w` once it is evened out stays with probability
    :math:`\min(1, w / m)`, with the bound :math:`m` of `acceptance_bound` on the first chunk. The
    weights (n,) that come with the rows are those from before. Of wide rows fewer are drawn at a
    time.
    """
    most = int(np.clip(CHUNK_BYTES // (4 * width), FEWEST_CANDIDATES, CHUNK))
    rows: Matrix = np.empty((n, 0), dtype=np.float32)
    kept_weights, bound, rate = np.empty(n), 0.0, 1 / candidates
    kept = drawn = stayed = 0
    while kept < n or not drawn:
        Z = propose(int(min(most, max(FEWEST_CANDIDATES, 1.1 * (n - kept) / rate))))
        given = weigh(Z)
        weights = even_out(given, Z)
        if not drawn:
            bound = acceptance_bound(weights, candidates)
            # All go to one place: small pieces kept between large ones would hold memory.
            rows = np.empty((n, Z.shape[1]), dtype=Z.dtype)
        stays = rng.random(len(Z)) * bound <= weights
        rate = max(float(stays.mean()), 0.5 / candidates)
        chosen = np.flatnonzero(stays)[: n - kept]
        place = slice(kept, kept + len(chosen))
        rows[place], kept_weights[place] = Z[chosen], given[chosen]
        kept += len(chosen)
        drawn, stayed = drawn + len(Z), stayed + int(stays.sum())
    return rows, kept_weights, Selection(bound, stayed / drawn)


def acceptance_bound(weights: Floats, candidates: int) -> float:
    r"""Give the largest bound by which positive weights (n,) still let one in `candidates` stay.

    It is the largest weight where that accepts enough; else the :math:`m` that solves
    :math:`\operatorname{mean} \min(1, w / m) = 1 / \text{candidates}`, which treats the best few as
    equals.
    """
    wanted = len(weights) / candidates
    rising = np.sort(weights)
    falling, tails = rising[::-1], np.cumsum(rising)[::-1]
    # If the best k stay for sure, the others must make up the rest of what is wanted.
    k = np.arange(int(np.ceil(wanted)))
    bounds = tails[k] / (wanted - k)
    first = int(np.argmax(bounds >= falling[k]))
    return float(min(bounds[first], falling[0]))


ACCEPTANCES: dict[str, Callable[[], Acceptance]] = {"classifier": ClassifierAcceptance}
