"""A safeguard: new rows only where held-out rows do not speak against them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from imblearn.over_sampling.base import BaseOverSampler
from imblearn.utils import Substitution
from numpy.typing import NDArray
from sklearn.base import clone
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.metrics import average_precision_score, roc_auc_score
from sklearn.model_selection import StratifiedKFold
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils import get_tags
from sklearn.utils._param_validation import HasMethods, Interval
from sklearn.utils.metaestimators import available_if
from threadpoolctl import threadpool_limits

from ._warnings import warn_user
from .columns import Codes, Floats
from .encoding import Matrix, TableEncoder, as_frame, matrix_columns, nominal_columns
from .interface import TableSampler, like
from .samplers import LSGANOverSampler
from .seeding import numpy_generator, seeded_copy
from .targets import Target, take


# No BaseOverSampler: that promises as many rows as were asked for.
@Substitution(sampling_strategy=BaseOverSampler._sampling_strategy_docstring)
class GuardedOverSampler(TableSampler):
    r"""Over-sample only where held-out rows do not speak against it.

    New rows help on most tables and hurt on some. Before anything is added, the rows are cut into
    :math:`k` folds. On each, a classifier learns from the other folds once as they are and once
    with the sampler's rows under them, and ranks the fold, which neither has seen: this is
    selection by cross-validation [1]_ between two ways to train. With the differences
    :math:`d_1, \dots, d_k` of the two scores (with new rows less without), their mean
    :math:`\bar d` and their variance :math:`v`, no row is added where

    .. math::
        \bar d < -\lambda s, \qquad s^2 = \left(\tfrac{{1}}{{k}} + \tfrac{{1}}{{k - 1}}\right) v.

    The folds learn from rows that they share, which makes their scores too much alike; the second
    term, rows held out over rows learnt from, makes up for that [2]_. The score is the mean of
    ROC-AUC and average precision of each class against the rest, over the classes that are to get
    rows.

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

    {sampling_strategy}

    random_state : int, RandomState instance or None, default=None
        Seed of the folds, and of `sampler` and `classifier` wherever they have none. None takes
        fresh entropy, not numpy's global state.

    Attributes
    ----------
    sampling_strategy_ : dict
        How many rows were asked for of each class, also where they are held back.

    held_back_ : bool
        Whether rows were asked for and none were added.

    evidence_ : list of dict
        For each fold ``fold``, from 1, ``score_without`` and ``score_with``. Empty where no row was
        asked for, or none could be held out.

    sampler_ : over-sampler or None
        Fitted on all rows; None where no row was added.

    synthetic_mask_ : ndarray of shape (n_samples_new,), bool, or None
        Which of the returned rows are new. None where `sampler` has not left the given rows as they
        are on top, for then nobody knows.

    n_features_in_ : int
        Number of columns.

    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of the columns, where they are all strings.

    See Also
    --------
    LSGANOverSampler : The sampler inside by default.

    Notes
    -----
    The price is :math:`k` fits of the sampler and :math:`2k` of the classifier, beside the one fit
    of the sampler that adds the rows; the trees of the default classifier grow anew for each class.
    While the folds are tried, OpenMP has one thread.

    Where `sampler` fails on a fold, in which classes have fewer rows, a ValueError says so.

    The choice is about ranking; what new rows do to the decision threshold does not count. Where
    the classes have few rows it is a noisy one, and all of them get new rows or none does.

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
    >>> guarded.held_back_ == (len(X_resampled) == len(X))
    True
    """

    _sampling_type = "over-sampling"

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "sampler": [HasMethods(["fit_resample", "get_params"]), None],
        "classifier": [HasMethods(["fit", "predict_proba"]), None],
        "cv": [Interval(Integral, 2, None, closed="left")],
        "standard_errors": [Interval(Real, None, None, closed="neither")],
        "sampling_strategy": BaseOverSampler._parameter_constraints["sampling_strategy"],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        sampler: Any = None,
        classifier: Any = None,
        *,
        cv: int = 3,
        standard_errors: float = 0.0,
        sampling_strategy: Any = "auto",
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
        if not hasattr(sampler, "sample"):
            raise AttributeError(
                f"{type(sampler).__name__} cannot draw more rows: it has no `sample`. Ask for as "
                "many as are wanted in `sampling_strategy`."
            )
        return sampler.sample(n, label)

    @property
    def _adder(self) -> Any:
        """What adds the rows; `PriorCorrectedClassifier` asks for it, too."""
        return LSGANOverSampler() if self.sampler is None else self.sampler

    def _fit_resample(self, X: Any, target: Target) -> tuple[Any, NDArray[Any]]:
        _check_sampler(self._adder)
        rng, y = numpy_generator(self.random_state), target.labels
        new = {label: n for label, n in self.sampling_strategy_.items() if n > 0}
        self.sampler_, self.evidence_, self.held_back_ = None, [], False
        if new:
            with threadpool_limits(1, user_api="openmp"):
                self.evidence_ = list(self._try_out(X, target, new, rng))
            self.held_back_ = speaks_against(self.evidence_, self.standard_errors)
        if self.held_back_ or not new:
            X_new, y_new = take(X, np.arange(len(y))), y
        else:
            self.sampler_ = self._sampler_for(y, new, rng)
            X_new, y_new = self.sampler_.fit_resample(X, y)
            X_new = like(X, X_new)
        self.synthetic_mask_ = _new_rows(X, y, X_new, y_new)
        return X_new, y_new

    def _try_out(
        self, X: Any, target: Target, new: Mapping[Any, int], rng: np.random.Generator
    ) -> Iterator[dict[str, Any]]:
        """Score the classifier on rows that neither it nor the sampler has seen."""
        y, classes, codes = target.labels, target.classes, target.codes
        enough = np.bincount(codes) >= self.cv
        scored = np.flatnonzero(enough & [label in new for label in classes.tolist()])
        if not len(scored) or enough.sum() < 2:
            warn_user(
                f"No rows are added, for none can be held out: that takes two classes of cv="
                f"{self.cv} rows or more, of them one that is to get rows."
            )
            return
        own = _trees(X) if self.classifier is None else self.classifier
        for fold, (training, held_out) in enumerate(_folds(codes, enough, self.cv, rng), start=1):
            X_without, y_without = take(X, training), y[training]
            share = len(training) / len(y)
            sampler = self._sampler_for(y_without, {c: n * share for c, n in new.items()}, rng)
            X_with, y_with = _resampled_fold(sampler, X_without, y_without, fold)
            model = seeded_copy(own, int(rng.integers(2**31)))
            test = take(X, held_out), codes[held_out], scored
            yield {
                "fold": fold,
                "score_without": _score(model, X_without, codes[training], *test),
                "score_with": _score(model, X_with, np.searchsorted(classes, y_with), *test),
            }

    def _sampler_for(
        self, y: NDArray[Any], new: Mapping[Any, float], rng: np.random.Generator
    ) -> Any:
        """Make a sampler that will add as many rows as ``new`` says to each class of ``y``."""
        counts = Counter(y.tolist())
        wanted = {label: counts[label] + round(n) for label, n in new.items()}
        sampler = seeded_copy(self._adder, int(rng.integers(2**31)))
        return sampler.set_params(sampling_strategy=wanted)

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
    cutter = StratifiedKFold(cv, shuffle=True, random_state=int(rng.integers(2**31)))
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
