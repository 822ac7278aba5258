"""What can be fitted on a table as it comes: XGBoost, and any classifier of scikit-learn's kind."""

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
import pandas as pd
from sklearn.base import is_classifier
from sklearn.utils.validation import has_fit_parameter
from xgboost import XGBClassifier

from ...naming import check_name
from ...seeding import seeded_copy
from .features import FeatureMatrix, one_hot_and_scaled


class Predictor(Protocol):
    """Whatever has learnt the classes."""

    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        """Return probabilities of shape (n, classes)."""
        ...


class Model(Predictor, Protocol):
    """What a learner makes: unfitted at first, on a frame and with codes for classes."""

    stops_early: bool

    def check(self) -> None:
        """Raise ValueError for parameters that cannot work, before anything is trained."""
        ...

    def fit(
        self,
        X: pd.DataFrame,
        codes: np.ndarray,
        *,
        validation: tuple[pd.DataFrame, np.ndarray],
        sample_weight: np.ndarray | None = None,
    ) -> "Model":
        """Learn; `validation` is empty or for early stopping, and `codes` hold every class."""
        ...


class XGBoostModel:
    """XGBoost on a frame, with native categories.

    Parameters
    ----------
    params : mapping
        Parameters of `xgboost.XGBClassifier`. With ``early_stopping_rounds``, rows that were set
        aside stop the fit.
    random_state : int
        Seed, unless `params` have one.

    Attributes
    ----------
    model_ : XGBClassifier
        The fitted trees.
    n_trees_ : int
        Trees that are used in a prediction.
    """

    def __init__(self, params: Mapping[str, Any], random_state: int) -> None:
        self.params = params
        self.random_state = random_state
        self.stops_early = bool(params.get("early_stopping_rounds"))

    def check(self) -> None:
        """Refuse parameters that XGBoost does not know or cannot read.

        Raises
        ------
        ValueError
            For an unknown name or a value out of its range.
        """
        params = self.params
        for name in params:
            check_name(name, XGBClassifier().get_params(), "XGBoost parameter")
        try:  # XGBoost reads its values when it trains, so let it train one stump on four rows
            stump = XGBClassifier(**{**params, "n_estimators": 1, "early_stopping_rounds": None})
            stump.fit(np.arange(4.0).reshape(-1, 1), [0, 1, 0, 1])
            int(params.get("n_estimators") or 1), int(params.get("early_stopping_rounds") or 0)
        except Exception as error:
            given = ", ".join(f"{name}={value!r}" for name, value in params.items())
            raise ValueError(f"XGBoost does not take the parameters {given}: {error}") from error

    def fit(
        self,
        X: pd.DataFrame,
        codes: np.ndarray,
        *,
        validation: tuple[pd.DataFrame, np.ndarray],
        sample_weight: np.ndarray | None = None,
    ) -> "XGBoostModel":
        """Grow the trees.

        Parameters
        ----------
        X : DataFrame of shape (n, columns)
            Rows to learn from, resampled or not.
        codes : ndarray of int, shape (n,)
            Their classes, 0 to the number of classes less 1, each present.
        validation : tuple of DataFrame and ndarray of int
            Rows for early stopping. Where there are none, all trees are grown.
        sample_weight : ndarray of float, shape (n,), optional
            Weight of each row.

        Returns
        -------
        XGBoostModel
            Itself.
        """
        params = {"random_state": self.random_state, **self.params}
        X_validation, validation_codes = validation
        stopping = self.stops_early and len(X_validation) > 0
        if not stopping:
            params["early_stopping_rounds"] = None
        self.features_ = FeatureMatrix().fit(X)
        self.model_ = XGBClassifier(
            **params, enable_categorical=True, feature_types=self.features_.feature_types_
        )
        self.model_.fit(
            self.features_.transform(X),
            codes,
            sample_weight=sample_weight,
            eval_set=[(self.features_.transform(X_validation), validation_codes)]
            if stopping
            else None,
            verbose=False,
        )
        grown = self.model_.get_booster().num_boosted_rounds()
        self.n_trees_ = self.model_.best_iteration + 1 if stopping else grown
        return self

    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        """Give the probability of each class.

        Parameters
        ----------
        X : DataFrame of shape (n, columns)
            Rows to judge.

        Returns
        -------
        ndarray of float64, shape (n, classes)
            Each row sums to 1.
        """
        return _in_doubles(self.model_.predict_proba(self.features_.transform(X)))


class ClassifierModel:
    """Any classifier of scikit-learn's kind, behind one-hot categories and scaled quantities.

    Parameters
    ----------
    classifier : estimator
        Of which a copy is fitted.
    params : mapping
        Its parameters.
    random_state : int
        Seed, wherever the classifier has ``random_state=None``.

    Attributes
    ----------
    model_ : estimator
        The fitted copy.
    """

    stops_early = False

    def __init__(self, classifier: Any, params: Mapping[str, Any], random_state: int) -> None:
        self.classifier = classifier
        self.params = params
        self.random_state = random_state

    def check(self) -> None:
        """Refuse what is no classifier with probabilities, and parameters that it does not know.

        Raises
        ------
        ValueError
            For any of these, and for a value that the classifier itself refuses.
        """
        kind = type(self.classifier).__name__
        if not (hasattr(self.classifier, "get_params") and is_classifier(self.classifier)):
            raise ValueError(f"The learner {kind} is no classifier of scikit-learn's kind.")
        for name in self.params:
            check_name(name, self.classifier.get_params(), f"parameter of {kind}")
        model = self._unfitted()
        if not hasattr(model, "predict_proba"):
            raise ValueError(
                f"The learner {kind} gives no probabilities, which the scores need: choose one "
                "with predict_proba, or wrap it in sklearn.calibration.CalibratedClassifierCV."
            )
        if hasattr(model, "_parameter_constraints"):
            model._validate_params()

    def fit(
        self,
        X: pd.DataFrame,
        codes: np.ndarray,
        *,
        validation: tuple[pd.DataFrame, np.ndarray],
        sample_weight: np.ndarray | None = None,
    ) -> "ClassifierModel":
        """Learn the preprocessing and the classes.

        Parameters
        ----------
        X : DataFrame of shape (n, columns)
            Rows to learn from, resampled or not.
        codes : ndarray of int, shape (n,)
            Their classes, 0 to the number of classes less 1, each present.
        validation : tuple of DataFrame and ndarray of int
            Not used.
        sample_weight : ndarray of float, shape (n,), optional
            Weight of each row.

        Returns
        -------
        ClassifierModel
            Itself.

        Raises
        ------
        ValueError
            If there are weights and the classifier takes none.
        """
        model = self._unfitted()
        weights = {} if sample_weight is None else {"sample_weight": sample_weight}
        if weights and not has_fit_parameter(model, "sample_weight"):
            raise ValueError(f"{type(model).__name__} takes no weights of rows.")
        self.features_ = FeatureMatrix().fit(X)
        self.preprocessing_ = one_hot_and_scaled(self.features_.feature_types_)
        matrix = self.preprocessing_.fit_transform(self.features_.transform(X))
        self.model_ = model.fit(matrix, codes, **weights)
        return self

    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        """Give the probability of each class.

        Parameters
        ----------
        X : DataFrame of shape (n, columns)
            Rows to judge.

        Returns
        -------
        ndarray of float64, shape (n, classes)
            Each row sums to 1.
        """
        matrix = self.preprocessing_.transform(self.features_.transform(X))
        return _in_doubles(self.model_.predict_proba(matrix))

    def _unfitted(self) -> Any:
        return seeded_copy(self.classifier, self.random_state).set_params(**self.params)


def _in_doubles(probabilities: np.ndarray) -> np.ndarray:
    """Sharpen what may have been computed in single precision, so that each row sums to 1."""
    probabilities = probabilities.astype(np.float64)
    return probabilities / probabilities.sum(axis=1, keepdims=True)
