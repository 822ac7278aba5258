"""The learner behind every strategy: XGBoost with early stopping and native categories."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from xgboost import XGBClassifier

from ..naming import check_name
from .columns import is_categorical, seen_categories, to_codes, to_numbers

DEFAULT_PARAMS: dict[str, Any] = {"n_estimators": 500, "early_stopping_rounds": 30}


class FeatureMatrix:
    """Frame to float matrix for XGBoost, learnt on training rows alone.

    Categories become codes of XGBoost's categorical type; ordered ones become plain numbers. A
    category that was not seen in training is a missing value, and so is a missing value.

    Attributes
    ----------
    categories_ : dict of str to Index
        The known values of each categorical column.
    feature_types_ : list of {"c", "q"}
        XGBoost's word for each column: category or quantity.
    """

    def fit(self, X: pd.DataFrame) -> "FeatureMatrix":
        """Learn the categories of each column.

        Parameters
        ----------
        X : DataFrame of shape (n, columns)
            Training rows.

        Returns
        -------
        FeatureMatrix
            Itself.
        """
        self.categories_ = {
            name: seen_categories(column) for name, column in X.items() if is_categorical(column)
        }
        self.feature_types_ = [
            "c"
            if name in self.categories_ and not getattr(X[name].dtype, "ordered", False)
            else "q"
            for name in X
        ]
        return self

    def transform(self, X: pd.DataFrame) -> np.ndarray:
        """Give the numbers of some rows.

        Parameters
        ----------
        X : DataFrame of shape (n, columns)
            Of the columns that were fitted.

        Returns
        -------
        ndarray of float32, shape (n, columns)
        """
        matrix = np.empty(X.shape, dtype=np.float32)
        for position, (name, column) in enumerate(X.items()):
            known = self.categories_.get(name)
            matrix[:, position] = to_numbers(column) if known is None else to_codes(column, known)
        return matrix


class XGBoostLearner:
    """XGBoost on a frame, stopped early on rows that were set aside.

    Parameters
    ----------
    params : mapping
        Parameters of `xgboost.XGBClassifier` beside or instead of `DEFAULT_PARAMS`.
    random_state : int
        Seed.

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

    def fit(
        self,
        X: pd.DataFrame,
        codes: np.ndarray,
        *,
        validation: tuple[pd.DataFrame, np.ndarray],
        sample_weight: np.ndarray | None = None,
    ) -> "XGBoostLearner":
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
        XGBoostLearner
            Itself.
        """
        params = {**DEFAULT_PARAMS, "random_state": self.random_state, **self.params}
        X_validation, validation_codes = validation
        if len(X_validation) == 0:
            params["early_stopping_rounds"] = None
        self.features_ = FeatureMatrix().fit(X)
        self.model_ = XGBClassifier(
            **params, enable_categorical=True, feature_types=self.features_.feature_types_
        )
        stopping = bool(params["early_stopping_rounds"])
        self.model_.fit(
            self.features_.transform(X),
            codes,
            sample_weight=sample_weight,
            eval_set=[(self.features_.transform(X_validation), validation_codes)]
            if stopping
            else None,
            verbose=False,
        )
        self.n_trees_ = self.model_.best_iteration + 1 if stopping else params["n_estimators"]
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
        probabilities = self.model_.predict_proba(self.features_.transform(X)).astype(np.float64)
        return probabilities / probabilities.sum(axis=1, keepdims=True)


def check_params(params: Mapping[str, Any]) -> None:
    """Refuse parameters that XGBoost does not know or cannot read, before anything is trained.

    Parameters
    ----------
    params : mapping
        What the user gave for `xgboost.XGBClassifier`.

    Raises
    ------
    ValueError
        For an unknown name or a value out of its range.
    """
    for name in params:
        check_name(name, XGBClassifier().get_params(), "XGBoost parameter")
    try:  # XGBoost reads its values when it trains, so let it train one stump on four rows
        stump = XGBClassifier(**{**params, "n_estimators": 1, "early_stopping_rounds": None})
        stump.fit(np.arange(4.0).reshape(-1, 1), [0, 1, 0, 1])
        int(params.get("n_estimators", 1)), int(params.get("early_stopping_rounds") or 0)
    except Exception as error:
        given = ", ".join(f"{name}={value!r}" for name, value in params.items())
        raise ValueError(f"XGBoost does not take the parameters {given}: {error}") from error
