"""Probabilities that are right again after resampling has changed how frequent the classes are."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn import get_config
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin, clone
from sklearn.utils import Bunch, column_or_1d, get_tags
from sklearn.utils.metadata_routing import MetadataRouter, MethodMapping, process_routing
from sklearn.utils.validation import check_is_fitted

from .columns import Floats
from .learnt_prior import LearntPrior, fit_and_read
from .targets import Target

Enrichment = Callable[[Floats], Floats]

# Far more rounds than are needed; the change shrinks by half or more in each.
MAX_ROUNDS, SMALL_CHANGE = 200, 1e-9


def correct_resampling(probabilities: ArrayLike, enrichment: Enrichment) -> Floats:
    r"""Turn probabilities that were learnt from resampled rows into those without resampling.

    Where a row is of class c with probability :math:`p_c`, resampling has made the class
    :math:`R_c(p_c)` times as dense, so that a classifier learns :math:`q_c \propto p_c R_c(p_c)`.
    This is solved for :math:`p` by damped fixed-point iteration; there is one solution if
    :math:`p R_c(p)` rises with :math:`p`. Constant :math:`R_c` change the class prior alone, and
    :math:`p_c \propto q_c / R_c` is the formula of Saerens [1]_ and Elkan [2]_.

    Of ``probabilities``, :math:`q` (n, classes), each row sums to 1, and so it is of what is given
    back, :math:`p`; ``enrichment`` makes of :math:`p` an :math:`R` above zero, (n, classes) or
    (classes,).

    References
    ----------
    .. [1] M. Saerens, P. Latinne, C. Decaestecker (2002). Adjusting the outputs of a classifier to
       new a priori probabilities: a simple procedure. Neural Computation 14(1), 21-41, equation
       2.4.
    .. [2] C. Elkan (2001). The foundations of cost-sensitive learning. IJCAI 17, 973-978, theorem
       2.
    """
    learnt = np.asarray(probabilities, dtype=np.float64)
    shares = _shares(learnt / enrichment(learnt))
    step, last_change = 0.5, np.inf
    for _ in range(MAX_ROUNDS):
        target = _shares(learnt / enrichment(shares))
        change = np.abs(target - shares).max(initial=0)
        if change < SMALL_CHANGE:
            break
        if change > last_change:  # it swings: go more slowly
            step /= 2
        shares, last_change = _shares(shares ** (1 - step) * target**step), change
    return shares


def _shares(weights: Floats) -> Floats:
    return weights / weights.sum(axis=1, keepdims=True)


class PriorCorrectedClassifier(MetaEstimatorMixin, ClassifierMixin, BaseEstimator):
    r"""Resampling for the decision, and probabilities as if there had been none.

    A classifier behind an over-sampler is trained on classes that are more balanced than those it
    will meet. That moves its decision in favour of the small classes, as is wanted, and makes its
    probabilities of them far too high, as is not. Here `predict` keeps the decision of the wrapped
    estimator, and `predict_proba` takes its probabilities :math:`q` back to those of the rows that
    were given to `fit`,

    .. math:: p(c \mid x) \propto q(c \mid x) / R_c

    where :math:`R_c` is how many times denser resampling has made the class. For most over-samplers
    that is the same everywhere, :math:`\rho_c / \pi_c`, with the class shares :math:`\pi` before
    and :math:`\rho` after resampling. Those of this package accept new rows where their class is
    likely, and tell by ``enrichment`` how dense they lie there. The label is not always the class
    of the highest probability.

    Parameters
    ----------
    estimator : estimator
        A classifier with ``predict_proba``, most often an imbalanced-learn pipeline that ends in
        one.
    resampled_prior : {"auto", "balanced"}, mapping or array-like, default="auto"
        The class shares :math:`\rho` that the classifier inside is trained on.

        - "auto": counted where that can be done, and refused where not; see the notes.
        - "balanced": all classes alike.
        - a mapping from each class to its share or count, or a Series with the classes as its
          index; or an array of these, in the order of the sorted classes.

    Attributes
    ----------
    estimator_ : estimator
        The fitted clone of `estimator`.
    classes_ : ndarray of shape (classes,)
        The classes, sorted.
    prior_ : ndarray of float64, shape (classes,)
        :math:`\pi`, their shares in the rows given to `fit`.
    resampled_prior_ : ndarray of float64, shape (classes,)
        :math:`\rho`.
    n_features_in_ : int
        Number of columns seen in `fit`, if the wrapped estimator tells.
    feature_names_in_ : ndarray of str
        Their names, if the wrapped estimator tells.

    See Also
    --------
    gansampler.calibration.correct_resampling : The formula, with its sources.
    sklearn.calibration.CalibratedClassifierCV : Calibration learnt by inner cross-validation.

    Notes
    -----
    With "auto", these are counted, also one on top of another:

    - Over-samplers and ``RandomUnderSampler`` in imbalanced-learn pipelines, by the rows that come
      out. A single sampler with a method ``enrichment`` is asked where it has added them. Such
      pipelines may end in others, or be inside ``GridSearchCV`` and its kind,
      ``TunedThresholdClassifierCV`` or ``FixedThresholdClassifier``.
    - Weights of the classifier at the end, by ``class_weight``, ``scale_pos_weight``,
      ``is_unbalance`` or ``auto_class_weights``; or those of rows, if a ``sample_weight`` reaches
      it, by their mean in each class.
    - imbalanced-learn's ``BalancedBaggingClassifier``, ``BalancedRandomForestClassifier`` and
      ``EasyEnsembleClassifier``, where they make all classes alike.

    What is inside of ``CalibratedClassifierCV``, another `PriorCorrectedClassifier`, or below the
    final estimator of ``StackingClassifier`` does not count: they learn the prior of the rows that
    they are given. Any other classifier with such a parameter, its own or of a part, is refused:
    in random forests and support vector machines, say, weights do not move the probabilities by
    what they are. A classifier without one is taken to learn from rows as it gets them.

    Examples
    --------
    >>> from gansampler import JitterOverSampler, PriorCorrectedClassifier
    >>> from imblearn.pipeline import make_pipeline
    >>> from sklearn.datasets import make_classification
    >>> from sklearn.linear_model import LogisticRegression
    >>> X, y = make_classification(1000, weights=[0.9], random_state=0)
    >>> pipeline = make_pipeline(JitterOverSampler(random_state=0), LogisticRegression())
    >>> model = PriorCorrectedClassifier(pipeline).fit(X, y)
    >>> model.prior_.round(1), model.resampled_prior_.round(1)
    (array([0.9, 0.1]), array([0.5, 0.5]))
    """

    def __init__(self, estimator: Any, *, resampled_prior: Any = "auto") -> None:
        self.estimator, self.resampled_prior = estimator, resampled_prior

    def fit(self, X: Any, y: Any, **fit_params: Any) -> PriorCorrectedClassifier:
        """Fit the wrapped estimator, and learn how frequent the classes are before and after it.

        Parameters
        ----------
        X : dataframe or array-like of shape (n, columns)
            Rows, as the wrapped estimator takes them.
        y : array-like of shape (n,)
            Their classes.
        **fit_params : dict
            Passed to the ``fit`` of the wrapped estimator.

        Returns
        -------
        PriorCorrectedClassifier
            Itself.

        Raises
        ------
        ValueError
            If a class is missing, the prior after resampling cannot be known or used, or the
            wrapped estimator gives no probabilities; before it is fitted, except for what a search
            has found.
        """
        y = _checked_target(y)
        classes, counts = np.unique(y, return_counts=True)
        if not hasattr(self.estimator, "predict_proba"):
            raise ValueError(
                f"{type(self.estimator).__name__} gives no probabilities to correct: wrap a "
                "classifier, or a pipeline that ends in one, with predict_proba."
            )
        resampled = self._given_prior(classes)
        estimator, params = clone(self.estimator), self._routed(fit_params)
        if resampled is None:
            learnt = fit_and_read(estimator, X, y, params)
        else:
            estimator.fit(X, y, **params)
            learnt = LearntPrior(resampled / resampled.sum(), resampled / counts)
        self.estimator_, self.classes_, self._learnt_ = estimator, classes, learnt
        self.prior_, self.resampled_prior_ = counts / counts.sum(), learnt.shares
        return self

    def predict(self, X: Any) -> NDArray[Any]:
        """Give the decision of the wrapped estimator, which resampling has moved.

        Parameters
        ----------
        X : dataframe or array-like of shape (n, columns)
            Rows to judge.

        Returns
        -------
        ndarray of shape (n,)
            Classes.
        """
        check_is_fitted(self)
        return self.estimator_.predict(X)

    def predict_proba(self, X: Any) -> Floats:
        """Give the probabilities, corrected for what resampling did to the rows given to `fit`.

        Parameters
        ----------
        X : dataframe or array-like of shape (n, columns)
            Rows to judge.

        Returns
        -------
        ndarray of float64, shape (n, classes)
            Columns in the order of ``classes_``; each row sums to 1.
        """
        check_is_fitted(self)
        probabilities = self.estimator_.predict_proba(X)
        return correct_resampling(probabilities, self._learnt_.enrichment)

    @property
    def n_features_in_(self) -> int:
        """Number of columns seen in `fit`."""
        return self.estimator_.n_features_in_

    @property
    def feature_names_in_(self) -> NDArray[Any]:
        """Names of the columns seen in `fit`."""
        return self.estimator_.feature_names_in_

    def get_metadata_routing(self) -> MetadataRouter:
        """Tell scikit-learn that the parameters of `fit` go to the ``fit`` of the estimator."""
        mapping = MethodMapping().add(caller="fit", callee="fit")
        return MetadataRouter(owner=self).add(estimator=self.estimator, method_mapping=mapping)

    def _routed(self, fit_params: dict[str, Any]) -> Bunch | dict[str, Any]:
        if not get_config()["enable_metadata_routing"]:
            return fit_params
        return process_routing(self, "fit", **fit_params).estimator.fit

    def _given_prior(self, classes: NDArray[Any]) -> NDArray[Any] | None:
        """Read `resampled_prior`; None where the wrapped estimator will tell."""
        given = self.resampled_prior
        if isinstance(given, str) and given == "auto":
            return None
        if isinstance(given, str) and given == "balanced":
            return np.ones(len(classes))
        if isinstance(given, pd.Series) and set(classes.tolist()) <= set(given.index):
            given = given.to_dict()
        if isinstance(given, Mapping):
            given = [given.get(label) for label in classes]
        try:
            shares = np.asarray(given, dtype=np.float64)  # None, for a missing class, becomes NaN
        except (TypeError, ValueError):
            shares = np.array(np.nan)
        if shares.shape != classes.shape or not (np.isfinite(shares) & (shares > 0)).all():
            raise ValueError(
                f"resampled_prior={self.resampled_prior!r} must be 'auto', 'balanced', or hold one "
                f"number above zero for each class of y, which are {classes.tolist()}."
            )
        return shares

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags = get_tags(self.estimator).input_tags
        return tags


def _checked_target(y: Any) -> NDArray[Any]:
    target = Target(y)
    if np.asarray(y).ndim > 1:
        column_or_1d(y, warn=True)  # what scikit-learn's classifiers say of columns
    return target.labels
