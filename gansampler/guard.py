"""A safeguard: new rows only where held-out rows do not speak against them, and how many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from numbers import Integral, Real
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np
from imblearn.over_sampling.base import BaseOverSampler
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils import get_tags
from sklearn.utils._param_validation import (
    HasMethods,
    Interval,
    validate_parameter_constraints,
)
from sklearn.utils.metaestimators import available_if
from threadpoolctl import threadpool_limits

from ._warnings import warn_user
from .columns import Codes, Floats
from .encoding import Matrix, TableEncoder, as_frame, matrix_columns, nominal_columns
from .enlargement import Enlarge
from .interface import TableSampler, like, rows_wanted
from .samplers import LSGANOverSampler
from .seeding import numpy_generator, seeded_copy
from .targets import Target, take

BALANCE_OR_MORE = ("auto", Enlarge(3))
# What imbalanced-learn's over-samplers take.
ONE_STRATEGY = BaseOverSampler._parameter_constraints["sampling_strategy"]

# A sampling strategy, and how many rows of each class it asks for.
Tried = tuple[Any, Mapping[Any, int]]


class _Trial(NamedTuple):
    """A fold: rows to learn from and rows held out, the codes that are scored, seed, classifier."""

    fold: int
    training: Codes
    held_out: Codes
    scored: Codes
    seed: int
    model: Any


# No BaseOverSampler: that promises as many rows as were asked for.
class GuardedOverSampler(TableSampler):
    r"""Over-sample only where held-out rows do not speak against it, and as much as they speak for.

    New rows help on most tables and hurt on some; more of them than balance asks help on most small
    ones. Before anything is added, the rows are cut into :math:`k` folds. On each, a classifier
    learns from the other folds once as they are, and once for each sampling strategy with the
    sampler's rows under them. It ranks the fold, which it has not seen: this is selection by
    cross-validation [1]_ between ways to train. With the differences :math:`d_1, \dots, d_k` of the
    scores of a strategy (with new rows less without), their mean :math:`\bar d` and their variance
    :math:`v`, a strategy is out where

    .. math::
        \bar d < -\lambda s, \qquad s^2 = \left(\tfrac{1}{k} + \tfrac{1}{k - 1}\right) v.

    Of those that are left the one with the highest mean is taken, at a tie that of fewer rows; if
    none is left, no row is added.

    The folds learn from rows that they share, which makes their scores too much alike; the second
    term, rows held out over rows learnt from, makes up for that [2]_. The score is the mean of
    ROC-AUC and average precision of each class against the rest, over the classes that are to get
    rows by the strategy of the fewest rows.

    Parameters
    ----------
    sampler : over-sampler or None, default=None
        What adds the rows, with a parameter ``sampling_strategy`` that is left at "auto". None is
        :class:`LSGANOverSampler`.

    classifier : classifier or None, default=None
        What the rows are judged with, best the classifier that they are meant for. It gets rows as
        they are, classes as numbers from 0, and needs ``predict_proba``. None is boosted trees on
        any table: text, categories, dates, missing values.

    cv : int, default=3
        :math:`k`. Classes of fewer rows take part in training and are not scored.

    standard_errors : float, default=0.0
        :math:`\lambda`. Above zero, rows are held back only on evidence that is clear; below zero,
        they are added only on evidence that is clear.

    sampling_strategy : float, str, dict, callable, or tuple or list of these
        How many rows, as of any over-sampler of imbalanced-learn; of several the best is taken. By
        default ``("auto", Enlarge(3))``: the classes are balanced, or filled up to three times the
        rows of the largest. Those that ask for the same rows as another, or for none, cost nothing.

    random_state : int, RandomState instance or None, default=None
        Seed of the folds, and of `sampler` and `classifier` wherever they have none. None takes
        fresh entropy, not numpy's global state.

    Attributes
    ----------
    sampling_strategy_ : dict
        How many rows were asked for of each class by the strategy that was taken; by the first one
        where rows are held back.

    best_strategy_ : float, str, dict, callable or None
        The one of `sampling_strategy` that was taken. None where no row was added.

    held_back_ : bool
        Whether rows were asked for and none were added.

    evidence_ : list of dict
        For each fold ``fold``, from 1, and each ``sampling_strategy`` that was tried, from few rows
        to many, ``score_without`` and ``score_with``. Empty where no row was asked for, or none
        could be held out.

    sampler_ : over-sampler or None
        Fitted on all rows; None where no row was added.

    synthetic_mask_ : ndarray of shape (n_samples_new,), bool, or None
        Which of the returned rows are new. None where `sampler` has not left the given rows as they
        are on top, for then nobody knows.

    n_features_in_ : int
        Number of columns.

    feature_names_in_ : ndarray of shape (n_features,)
        Names of the columns, where they are all strings.

    See Also
    --------
    LSGANOverSampler : The sampler inside by default.
    Enlarge : More rows than balance asks for.

    Notes
    -----
    The price of :math:`s` strategies is :math:`sk` fits of the sampler and :math:`(1 + s)k` of the
    classifier, beside the one fit of the sampler that adds the rows: 6 and 9 by default, 3 and 6
    with ``sampling_strategy="auto"``. The classifier takes the longer the more rows there are, and
    the trees of the default one grow anew for each class. While the folds are tried, OpenMP has one
    thread.

    Where `sampler` fails on a fold, in which classes have fewer rows, a ValueError says so.

    The choice is about ranking; what new rows do to the decision threshold and to probabilities
    does not count. Where the classes have few rows it is a noisy one, and all classes that a
    strategy names get new rows or none does.

    References
    ----------
    .. [1] S. Arlot, A. Celisse (2010). A survey of cross-validation procedures for model selection.
       Statistics Surveys 4, 40-79.
    .. [2] C. Nadeau, Y. Bengio (2003). Inference for the generalization error. Machine Learning 52,
       239-281.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> from gansampler import GuardedOverSampler, JitterOverSampler
    >>> X, y = make_classification(n_samples=300, weights=[0.9], random_state=0)
    >>> tree = DecisionTreeClassifier(max_depth=4)
    >>> guarded = GuardedOverSampler(JitterOverSampler(), tree, random_state=0)
    >>> X_resampled, y_resampled = guarded.fit_resample(X, y)
    >>> guarded.held_back_ == (len(X_resampled) == len(X)) == (guarded.best_strategy_ is None)
    True
    """

    _sampling_type = "over-sampling"

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "sampler": [HasMethods(["fit_resample", "get_params"]), None],
        "classifier": [HasMethods(["fit", "predict_proba"]), None],
        "cv": [Interval(Integral, 2, None, closed="left")],
        "standard_errors": [Interval(Real, None, None, closed="neither")],
        "sampling_strategy": [*ONE_STRATEGY, tuple, list],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        sampler: Any = None,
        classifier: Any = None,
        *,
        cv: int = 3,
        standard_errors: float = 0.0,
        sampling_strategy: Any = BALANCE_OR_MORE,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        super().__init__(sampling_strategy=sampling_strategy)
        self.sampler, self.classifier = sampler, classifier
        self.cv, self.standard_errors, self.random_state = cv, standard_errors, random_state

    def sample(self, n: int, label: Any = None) -> Any:
        """Ask the sampler that has added the rows for more; see `LSGANOverSampler.sample`.

        Parameters
        ----------
        n : int
            How many.
        label : object, default=None
            The class; None is the one that got rows, if it was one alone.

        Returns
        -------
        X : dataframe or ndarray of shape (n, n_features)

        Raises
        ------
        NotFittedError
            Before `fit_resample`.
        ValueError
            If no row was added, so that there is no sampler to ask, or as by the sampler.
        AttributeError
            If the sampler has no ``sample``.
        """
        drawn = self._asked_for("sample", "draw more rows").sample(n, label)
        return self._in_container(drawn)

    def save(self, path: str | Path) -> None:
        """Save the sampler that has added the rows; see `LSGANOverSampler.save`.

        The guard itself is not saved, nor its evidence: `gansampler.load` gives ``sampler_``, which
        draws the rows that `sample` would have drawn here.

        Parameters
        ----------
        path : str or Path
            Where to.

        Raises
        ------
        NotFittedError
            Before `fit_resample`.
        ValueError
            If no row was added, so that there is no sampler to save, or as by the sampler.
        AttributeError
            If the sampler has no ``save``.
        """
        self._asked_for("save", "be saved").save(path)

    def _asked_for(self, method: str, what: str) -> Any:
        """Give the sampler that has added the rows, if there is one that can do something."""
        self._check_resampled("held_back_")
        sampler: Any = self.sampler_
        if sampler is None and not self.held_back_:
            raise ValueError(
                "No row was asked for, so that no sampler was fitted: see `sampling_strategy`."
            )
        if sampler is None:
            raise ValueError(
                "The new rows were held back, see `evidence_`, so that no sampler was fitted. To "
                "draw rows all the same, take the sampler without the guard, or raise "
                "`standard_errors`."
            )
        if not hasattr(sampler, method):
            raise AttributeError(
                f"{type(sampler).__name__} cannot {what}: it has no `{method}`. Ask for as many "
                "rows as are wanted in `sampling_strategy`."
            )
        return sampler

    @property
    def _adder(self) -> Any:
        """What adds the rows; `PriorCorrectedClassifier` asks for it, too."""
        return LSGANOverSampler() if self.sampler is None else self.sampler

    def _rows_wanted(self, target: Target) -> dict[Any, int]:
        """Read all strategies, and tell how many rows of each class the first one asks for."""
        width = self.n_features_in_
        first, *_ = [rows_wanted(strategy, target, width) for strategy in self._strategies()]
        return first

    def _strategies(self) -> list[Any]:
        given = self.sampling_strategy
        strategies = list(given) if isinstance(given, (tuple, list)) else [given]
        if not strategies:
            raise ValueError(f"sampling_strategy={given!r} is empty: give one strategy or more.")
        for strategy in strategies:
            inside = {"sampling_strategy": strategy}
            validate_parameter_constraints(
                {"sampling_strategy": ONE_STRATEGY}, inside, type(self).__name__
            )
        return strategies

    def _to_try(self, target: Target) -> list[Tried]:
        """List the strategies that ask for rows, and for others than one before; few rows first."""
        found: list[Tried] = []
        for strategy in self._strategies():
            new = {label: n for label, n in rows_wanted(strategy, target).items() if n > 0}
            if new and all(new != known for _, known in found):
                found.append((strategy, new))
        return sorted(found, key=lambda tried: sum(tried[1].values()))

    def _fit_resample(self, X: Any, target: Target) -> tuple[Any, NDArray[Any]]:
        _check_sampler(self._adder)
        rng, y = numpy_generator(self.random_state), target.labels
        best = self._choose(X, target, rng)
        if best is None:
            X_new, y_new = take(X, np.arange(len(y))), y
        else:
            self.best_strategy_, new = best
            self.sampling_strategy_ = rows_wanted(self.best_strategy_, target)
            self.sampler_ = self._sampler_for(y, new, _seed(rng))
            X_new, y_new = self.sampler_.fit_resample(X, y)
            X_new = like(X, X_new)
        self.synthetic_mask_ = _new_rows(X, y, X_new, y_new)
        return X_new, y_new

    def _choose(self, X: Any, target: Target, rng: np.random.Generator) -> Tried | None:
        """Try the strategies out, and give the one that is taken; None adds no row."""
        to_try = self._to_try(target)
        self.sampler_, self.evidence_, self.best_strategy_ = None, [], None
        if to_try:
            with threadpool_limits(1, user_api="openmp"):
                self.evidence_ = list(self._try_out(X, target, to_try, rng))
        best = best_of(self.evidence_, len(to_try), self.standard_errors)
        self.held_back_ = bool(to_try) and best is None
        return None if best is None else to_try[best]

    def _try_out(
        self, X: Any, target: Target, to_try: list[Tried], rng: np.random.Generator
    ) -> Iterator[dict[str, Any]]:
        """Score the classifier on rows that neither it nor the sampler has seen."""
        enough = np.bincount(target.codes) >= self.cv
        wanted = [label in to_try[0][1] for label in target.classes.tolist()]
        scored = np.flatnonzero(enough & wanted)
        if not len(scored) or enough.sum() < 2:
            warn_user(
                f"No rows are added, for none can be held out: that takes two classes of cv="
                f"{self.cv} rows or more, of them one that is to get rows."
            )
            return
        own = _trees(X) if self.classifier is None else self.classifier
        for fold, parts in enumerate(_folds(target.codes, enough, self.cv, rng), start=1):
            trial = _Trial(fold, *parts, scored, _seed(rng), seeded_copy(own, _seed(rng)))
            yield from self._try_on(trial, X, target, to_try)

    def _try_on(
        self, trial: _Trial, X: Any, target: Target, to_try: list[Tried]
    ) -> Iterator[dict[str, Any]]:
        """Score the classifier on a fold with the rows of each strategy; without them once."""
        training, model = trial.training, trial.model
        X_without, y = take(X, training), target.labels[training]
        test = take(X, trial.held_out), target.codes[trial.held_out], trial.scored
        without = _score(model, X_without, target.codes[training], *test)
        share = len(training) / len(target)
        for strategy, new in to_try:
            sampler = self._sampler_for(y, {c: n * share for c, n in new.items()}, trial.seed)
            X_with, y_with = _resampled_fold(sampler, X_without, y, trial.fold)
            yield {
                "fold": trial.fold,
                "sampling_strategy": strategy,
                "score_without": without,
                "score_with": _score(model, X_with, np.searchsorted(target.classes, y_with), *test),
            }

    def _sampler_for(self, y: NDArray[Any], new: Mapping[Any, float], seed: int) -> Any:
        """Make a sampler that will add as many rows as ``new`` says to each class of ``y``."""
        counts = Counter(y.tolist())
        wanted = {label: counts[label] + round(n) for label, n in new.items()}
        return seeded_copy(self._adder, seed).set_params(sampling_strategy=wanted)

    @available_if(lambda self: hasattr(self.sampler_, "enrichment"))
    def enrichment(self, probabilities: Floats) -> Floats:
        """Ask the sampler that has added the rows; see `LSGANOverSampler.enrichment`.

        Parameters
        ----------
        probabilities : ndarray of shape (n, classes)
            Of the sorted classes, before resampling.

        Returns
        -------
        ndarray of shape (n, classes)
        """
        sampler: Any = self.sampler_
        return sampler.enrichment(probabilities)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        inner = [self._adder] + ([] if self.classifier is None else [self.classifier])
        for name in ("allow_nan", "string", "categorical"):
            takes = all(getattr(get_tags(part).input_tags, name) for part in inner)
            setattr(tags.input_tags, name, takes)
        return tags


def _seed(rng: np.random.Generator) -> int:
    return int(rng.integers(2**31))


def best_of(evidence: list[dict[str, Any]], n_tried: int, standard_errors: float) -> int | None:
    """Choose one of the strategies, that are told of in turn, by its place; None is no rows.

    They come with few rows first, so that of equals the one of fewer rows is chosen.
    """
    by_strategy = [evidence[place::n_tried] for place in range(n_tried)]
    left = [n for n, own in enumerate(by_strategy) if not speaks_against(own, standard_errors)]
    means = [float(np.mean([row["score_with"] for row in own])) for own in by_strategy if own]
    return max(left, key=lambda place: means[place], default=None)


def speaks_against(evidence: list[dict[str, Any]], standard_errors: float) -> bool:
    """Tell whether the scores with new rows are lower by so many standard errors, or unknown."""
    if not evidence:
        return True
    gains = np.array([scores["score_with"] - scores["score_without"] for scores in evidence])
    k = len(gains)
    error = gains.std(ddof=1) * np.sqrt(1 / k + 1 / (k - 1))
    return bool(gains.mean() < -standard_errors * error)


def _score(model: Any, X: Any, codes: Codes, X_test: Any, truth: Codes, scored: Codes) -> float:
    """Fit a copy of a classifier to rows, and score how it ranks those that were held out."""
    fitted = clone(model).fit(X, codes)
    return ranking_score(truth, fitted.predict_proba(X_test), scored)


def ranking_score(codes: Codes, probabilities: Floats, scored: Codes) -> float:
    """Mean of ROC-AUC and average precision over the scored classes, each against the rest."""
    kinds = (roc_auc_score, average_precision_score)
    scores = [kind(codes == code, probabilities[:, code]) for code in scored for kind in kinds]
    return float(np.mean(scores))


class _Columns(TableEncoder):
    """One number for each column of any table, and for each kind of hole."""

    def transform(self, X: Any) -> Matrix:
        return matrix_columns(self.spans_, super().transform(X))


def _trees(X: Any) -> Pipeline:
    """Boosted trees with leaves that also a class of a few rows can fill.

    What is nominal is said by all rows: without a rare word, a column may look like numbers.
    """
    columns = _Columns(nominal_columns(X, as_frame(X), "auto"))
    small = {"max_leaf_nodes": 15, "min_samples_leaf": 5, "early_stopping": False}
    return make_pipeline(columns, HistGradientBoostingClassifier(**small))


def _check_sampler(sampler: Any) -> None:
    if getattr(sampler, "_sampling_type", None) in ("under-sampling", "clean-sampling"):
        raise ValueError(f"The sampler {sampler!r} takes rows away; give one that adds them.")
    strategy = sampler.get_params().get("sampling_strategy")
    if not (isinstance(strategy, str) and strategy == "auto"):
        raise ValueError(
            f"The sampler {sampler!r} must have sampling_strategy='auto': how many rows are wanted "
            "is said by the sampling_strategy of GuardedOverSampler."
        )


def _folds(
    codes: Codes, enough: NDArray[np.bool_], cv: int, rng: np.random.Generator
) -> Iterator[tuple[Codes, Codes]]:
    """Cut the rows of classes that have enough of them; all others are always trained on."""
    cut, kept = np.flatnonzero(enough[codes]), np.flatnonzero(~enough[codes])
    cutter = StratifiedKFold(cv, shuffle=True, random_state=_seed(rng))
    for training, held_out in cutter.split(cut, codes[cut]):
        yield np.sort(np.concatenate([cut[training], kept])), cut[held_out]


def _resampled_fold(sampler: Any, X: Any, y: NDArray[Any], fold: int) -> tuple[Any, NDArray[Any]]:
    """Add rows to a training part; say where it failed, for a part is smaller than the table."""
    try:
        return sampler.fit_resample(X, y)
    except ValueError as error:
        counts = dict(sorted(Counter(y.tolist()).items()))
        raise ValueError(
            f"{type(sampler).__name__} failed on the training part of fold {fold}, with the class "
            f"counts {counts}. If a class is too small there, ask the sampler for fewer "
            f"neighbours, or raise `cv`, which leaves more rows to train on. It said: {error}"
        ) from error


def _new_rows(X: Any, y: NDArray[Any], X_new: Any, y_new: Any) -> NDArray[np.bool_] | None:
    """Tell the new rows from the given ones above them; None if those are not all there."""
    n = len(y)
    above, given = (as_frame(rows).reset_index(drop=True) for rows in (X_new[:n], X))
    untouched = np.array_equal(np.asarray(y_new)[:n], y) and above.equals(given)
    return np.arange(len(y_new)) >= n if untouched else None
