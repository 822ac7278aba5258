"""Which candidates stay."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Real
from typing import Any, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.ensemble import RandomForestClassifier
from sklearn.utils._param_validation import HasMethods, Interval

from .encoding import Matrix, Span, matrix_columns
from .seeding import seeded_copy

CHUNK = 16_384
# Where the rule lets next to nothing pass, rows still come, the least bad among them evenly.
MIN_WEIGHT = 1e-6
RAKING_ROUNDS = 5


class Acceptance(BaseEstimator):
    """What every rule can do; a new one overrides `fit` and `weigh`."""

    _parameter_constraints: ClassVar[dict[str, Any]] = {}

    def fit(
        self, Z: Matrix, codes: NDArray[np.intp], spans: list[Span], rng: np.random.Generator
    ) -> Acceptance:
        """Look at the original rows.

        Parameters
        ----------
        Z : ndarray of shape (n_samples, width)
            Encoded rows of all classes.
        codes : ndarray of shape (n_samples,)
            Class of each row, from 0.
        spans : list of Span
            What the columns of ``Z`` mean.
        rng : numpy.random.Generator
            The only source of randomness.

        Returns
        -------
        self : Acceptance
        """
        raise NotImplementedError

    def weigh(self, Z: Matrix, code: int) -> NDArray[np.float64]:
        """Give candidates (n, width) for a class their relative chance to stay, (n,).

        A weight is between zero and one, like a probability: `MIN_WEIGHT` is added to it.
        """
        raise NotImplementedError

    def weigh_probability(self, probability: NDArray[np.float64]) -> NDArray[np.float64] | None:
        """Give the weight where the class has this probability; None if it does not go by that.

        By this `gansampler.PriorCorrectedClassifier` knows where the new rows lie.
        """
        return None


class ClassifierAcceptance(Acceptance):
    r"""Keep a candidate in proportion to :math:`P(\text{class} \mid \text{row})^s`.

    By Bayes' rule :math:`s = 1` turns a broad proposal around the rows of all classes into the
    distribution of the one class. A larger :math:`s` draws the new rows to where the class is
    certain: a classifier behind them ranks better, above all where classes overlap, and its
    probabilities are further from right.

    Parameters
    ----------
    classifier : classifier or None, default=None
        Trained on the original rows, one column for each number, category and hole. It needs
        ``predict_proba``, and gets a seed wherever it has none. None is a forest of 50 trees, each
        of at most 10,000 rows and with two rows or more in a leaf.
    sharpness : float, default=2.0
        :math:`s`, above zero.

    Attributes
    ----------
    judge_ : classifier
        Fitted on the original rows.
    spans_ : list of Span
        What the columns of encoded rows mean.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "classifier": [HasMethods(["fit", "predict_proba"]), None],
        "sharpness": [Interval(Real, 0, None, closed="neither")],
    }

    def __init__(self, classifier: Any = None, *, sharpness: float = 2.0) -> None:
        self.classifier = classifier
        self.sharpness = sharpness

    def fit(
        self, Z: Matrix, codes: NDArray[np.intp], spans: list[Span], rng: np.random.Generator
    ) -> ClassifierAcceptance:
        """Train the judge; see `Acceptance.fit`."""
        judge = _forest(len(Z)) if self.classifier is None else self.classifier
        judge = seeded_copy(judge, int(rng.integers(2**31)))
        self.spans_ = spans
        self.judge_ = judge.fit(matrix_columns(spans, Z), codes)
        return self

    def weigh(self, Z: Matrix, code: int) -> NDArray[np.float64]:
        """Give the judge's probability of the class, sharpened; see `Acceptance.weigh`."""
        probabilities = self.judge_.predict_proba(matrix_columns(self.spans_, Z))
        return self.weigh_probability(probabilities[:, code])

    def weigh_probability(self, probability: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sharpen probabilities; see `Acceptance.weigh_probability`."""
        return probability**self.sharpness


def _forest(n_samples: int) -> RandomForestClassifier:
    return RandomForestClassifier(50, min_samples_leaf=2, max_samples=min(n_samples, 10_000))


def checked_weights(weights: Any, rule: Acceptance, n: int) -> NDArray[np.float64]:
    """Refuse the weights of ``n`` candidates by which none could ever be accepted, or wrong ones.

    Parameters
    ----------
    weights : array-like of shape (n,)
        What ``rule.weigh`` gave.
    rule : Acceptance
        For the message.
    n : int
        How many candidates were weighed.

    Returns
    -------
    weights : ndarray of shape (n,)
        The same.

    Raises
    ------
    ValueError
        If they have another shape, or one of them is not finite or below zero.
    """
    weights = np.asarray(weights)
    if weights.shape != (n,) or not (np.isfinite(weights) & (weights >= 0)).all():
        raise ValueError(
            f"acceptance={rule!r} must give each of {n} candidates one finite weight, zero or "
            "more: mend its `weigh`, or the classifier inside."
        )
    return weights


def keep_rates(weights: NDArray[np.float64], holes: NDArray[np.bool_]) -> NDArray[np.float64]:
    r"""Change weights so that every column keeps its share of holes among the candidates.

    A rule that prefers what is typical of a class would otherwise thin out, or pile up, its missing
    values. The weights of the rows with a hole in a column, and of those without, are scaled so
    that together they have the share that such rows have, column after column and several times
    over: raking, or iterative proportional fitting [1]_.

    Parameters
    ----------
    weights : ndarray of shape (n,)
        Positive weights of candidates.
    holes : ndarray of bool, shape (n, columns)
        Where they have holes.

    Returns
    -------
    weights : ndarray of shape (n,)

    References
    ----------
    .. [1] W. Deming, F. Stephan (1940). On a least squares adjustment of a sampled frequency table
       when the expected marginal totals are known. Annals of Mathematical Statistics 11, 427-444.
    """
    rates = holes.mean(axis=0)
    columns = np.flatnonzero((rates > 0) & (rates < 1))
    for _ in range(RAKING_ROUNDS):
        for column in columns:
            hole = holes[:, column]
            share = weights[hole].sum() / weights.sum()
            rate = rates[column]
            weights = weights * np.where(hole, rate / share, (1 - rate) / (1 - share))
    return weights


class Selection(NamedTuple):
    """How candidates were selected.

    Parameters
    ----------
    bound : float
        A candidate of weight w stayed with probability min(1, w / bound).
    rate : float
        Share of all candidates that stayed.
    """

    bound: float
    rate: float

    def lift(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """How many times likelier than others a candidate of some weight was to stay."""
        return np.minimum(1, weights / self.bound) / self.rate


EVERYTHING = Selection(bound=1.0, rate=1.0)


def draw_accepted(
    propose: Callable[[int], Matrix],
    weigh: Callable[[Matrix], NDArray[np.float64]],
    n: int,
    candidates: int,
    rng: np.random.Generator,
) -> tuple[Matrix, Selection]:
    r"""Rejection sampling in chunks, until enough candidates are accepted.

    A candidate with weight :math:`w` stays with probability :math:`\min(1, w / m)`, with the bound
    :math:`m` of `acceptance_bound` on the first chunk.

    Parameters
    ----------
    propose : callable
        From a number of rows to that many candidates, an array of shape (m, width).
    weigh : callable
        From candidates to their weights, an array of shape (m,).
    n : int
        Rows to return.
    candidates : int
        Draws for each row that is kept, at most, on average.
    rng : numpy.random.Generator
        Decides who stays.

    Returns
    -------
    Z : ndarray of shape (n, width)
        Accepted candidates in the order of their drawing.
    selection : Selection
    """
    kept: list[Matrix] = []
    missing, bound, rate = n, 0.0, 1 / candidates
    drawn = stayed = 0
    while missing > 0 or not kept:
        Z = propose(int(min(CHUNK, max(256, 1.1 * missing / rate))))
        weights = weigh(Z)
        if not kept:
            bound = acceptance_bound(weights, candidates)
        stays = rng.random(len(Z)) * bound <= weights
        rate = max(float(stays.mean()), 0.5 / candidates)
        kept.append(Z[stays][:missing])
        missing -= len(kept[-1])
        drawn, stayed = drawn + len(Z), stayed + int(stays.sum())
    return np.concatenate(kept), Selection(bound, stayed / drawn)


def acceptance_bound(weights: NDArray[np.float64], candidates: int) -> float:
    r"""Give the largest bound that still accepts one in ``candidates``.

    The bound is the largest weight where that accepts enough; else the :math:`m` that solves
    :math:`\operatorname{mean} \min(1, w / m) = 1 / \text{candidates}`, which treats the best few as
    equals.

    Parameters
    ----------
    weights : ndarray of shape (n,)
        Positive weights of a sample of candidates.
    candidates : int
        Draws for each row that is kept, at most, on average.

    Returns
    -------
    bound : float
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
