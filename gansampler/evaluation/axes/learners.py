"""What learns from the rows: one entry each, and the two pipelines behind them.

XGBoost gets a table as it comes, with native categories; any classifier of scikit-learn's kind
stands behind one-hot categories and scaled quantities.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol

import numpy as np
import pandas as pd
from sklearn.base import is_classifier
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.validation import has_fit_parameter
from xgboost import XGBClassifier

from ...columns import kind_of, to_numbers
from ...naming import check_name
from ...seeding import seeded_copy
from .categories import seen_categories, to_codes
from .lookup import by_name, find

# Of a column of text with more values than this, the rarer ones share a column of 0 and 1.
MOST_CATEGORIES = 256


class Predictor(Protocol):
    """Whatever has learnt the classes."""

    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        """Return probabilities of shape (n, classes)."""
        ...


class FeatureMatrix:
    """Frame to float matrix, learnt on training rows alone.

    Categories become codes, ordered ones plain numbers; one that was not seen in training is a hole
    (NaN), as is a hole. `feature_types_` has XGBoost's word for each column, "c" or "q".
    """

    def fit(self, X: pd.DataFrame) -> "FeatureMatrix":
        """Learn the categories of each column."""
        kinds = {name: kind_of(column) for name, column in X.items()}
        coded = [name for name, kind in kinds.items() if kind in ("category", "ordered")]
        self.categories_ = {name: seen_categories(X[name]) for name in coded}
        self.feature_types_ = ["c" if kind == "category" else "q" for kind in kinds.values()]
        return self

    def transform(self, X: pd.DataFrame) -> np.ndarray:
        """Give the numbers (n, columns), in doubles: in singles, dates would be minutes apart."""
        matrix = np.empty(X.shape, dtype=np.float64)
        for position, (name, column) in enumerate(X.items()):
            known = self.categories_.get(name)
            matrix[:, position] = to_numbers(column) if known is None else to_codes(column, known)
        return matrix


class ScaledMatrix(FeatureMatrix):
    """The same for who knows neither categories nor holes.

    A category becomes a column of 0 and 1, as does a hole among categories, if there was one in
    training; what was not seen there is 0 in all of them. Holes in quantities get the median, and
    quantities are scaled to mean 0 and variance 1.
    """

    def fit(self, X: pd.DataFrame) -> "ScaledMatrix":
        """Learn categories, medians, means and variances."""
        super().fit(X)
        one_hot = OneHotEncoder(
            handle_unknown="ignore", max_categories=MOST_CATEGORIES, sparse_output=False
        )
        scaled = make_pipeline(
            SimpleImputer(strategy="median", keep_empty_features=True), StandardScaler()
        )
        types = np.array(self.feature_types_)
        ways = [("c", one_hot), ("q", scaled)]
        self.columns_ = ColumnTransformer([(t, way, np.flatnonzero(types == t)) for t, way in ways])
        self.columns_.fit(super().transform(X))
        return self

    def transform(self, X: pd.DataFrame) -> np.ndarray:
        """Give the numbers (n, width), without holes."""
        return self.columns_.transform(super().transform(X))


class Model(ABC):
    """What a learner makes of its parameters and a seed: unfitted at first, on tables of any kind.

    `features_`, of the kind that `make_features` makes, turns a table into numbers, and `model_`
    learns from these.
    """

    stops_early = False
    make_features: Callable[[], FeatureMatrix] = FeatureMatrix

    def __init__(self, params: Mapping[str, Any], random_state: int) -> None:
        self.params, self.random_state = params, random_state

    @abstractmethod
    def check(self) -> None:
        """Raise ValueError for parameters that cannot work, before anything is trained."""

    def fit(
        self,
        X: pd.DataFrame,
        codes: np.ndarray,
        *,
        validation: tuple[pd.DataFrame, np.ndarray],
        sample_weight: np.ndarray | None = None,
    ) -> "Model":
        """Learn; `validation` is empty or for early stopping, and `codes` (n,) hold every class."""
        self.features_ = self.make_features().fit(X)
        weights = {} if sample_weight is None else {"sample_weight": sample_weight}
        self.model_ = self._fit(self.features_.transform(X), codes, validation, weights)
        return self

    @abstractmethod
    def _fit(self, matrix: np.ndarray, codes: np.ndarray, validation: Any, weights: Any) -> Any:
        """Give what has learnt."""

    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        """Give probabilities (n, classes) in doubles, so that each row sums to 1."""
        probabilities = self.model_.predict_proba(self.features_.transform(X)).astype(np.float64)
        return probabilities / probabilities.sum(axis=1, keepdims=True)


class XGBoostModel(Model):
    """XGBoost with native categories, of `n_trees_` trees: fewer where rows stop it early."""

    def __init__(self, params: Mapping[str, Any], random_state: int) -> None:
        super().__init__(params, random_state)
        self.stops_early = bool(params.get("early_stopping_rounds"))

    def check(self) -> None:
        """Refuse parameters that XGBoost does not know or cannot read."""
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

    def _fit(self, matrix: np.ndarray, codes: np.ndarray, validation: Any, weights: Any) -> Any:
        params = {"random_state": self.random_state, **self.params}
        stopping = self.stops_early and len(validation[0]) > 0
        if not stopping:
            params["early_stopping_rounds"] = None
        types = self.features_.feature_types_
        model = XGBClassifier(**params, enable_categorical=True, feature_types=types)
        judged = [(self.features_.transform(validation[0]), validation[1])] if stopping else None
        model.fit(matrix, codes, eval_set=judged, verbose=False, **weights)
        grown = model.get_booster().num_boosted_rounds()
        self.n_trees_ = model.best_iteration + 1 if stopping else grown
        return model


class ClassifierModel(Model):
    """A copy of any classifier of scikit-learn's kind, which gets the seed unless it has one."""

    make_features = ScaledMatrix

    def __init__(self, classifier: Any, params: Mapping[str, Any], random_state: int) -> None:
        super().__init__(params, random_state)
        self.classifier = classifier

    def check(self) -> None:
        """Refuse what is no classifier with probabilities, and parameters that it does not take."""
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

    def _fit(self, matrix: np.ndarray, codes: np.ndarray, validation: Any, weights: Any) -> Any:
        model = self._unfitted()
        if weights and not has_fit_parameter(model, "sample_weight"):
            raise ValueError(f"{type(model).__name__} takes no weights of rows.")
        return model.fit(matrix, codes, **weights)

    def _unfitted(self) -> Any:
        return seeded_copy(self.classifier, self.random_state).set_params(**self.params)


@dataclass(frozen=True)
class Learner:
    """A learner behind every strategy.

    Parameters
    ----------
    description : str
        A few words for the report.
    make : callable
        From parameters and a seed to an unfitted `Model`.
    params : mapping
        The parameters it is made with.
    """

    description: str
    make: Callable[[Mapping[str, Any], int], Model]
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def stops_early(self) -> bool:
        """Whether rows are to be set aside for it."""
        return self.make(self.params, 0).stops_early


LEARNERS: dict[str, Learner] = {
    "xgboost": Learner(
        "XGBoost of up to 500 trees, stopped early on rows that are set aside",
        XGBoostModel,
        {"n_estimators": 500, "early_stopping_rounds": 30},
    ),
    "xgboost_default": Learner("XGBoost with its own defaults", XGBoostModel),
    "xgboost_tuned": Learner(
        "XGBoost of 300 small trees that learn slowly",
        XGBoostModel,
        {"n_estimators": 300, "learning_rate": 0.05, "max_depth": 4, "subsample": 0.8},
    ),
}


def pick_learners(
    wanted: Iterable[str] | Mapping[str, Any], params: Mapping[str, Any] | None = None
) -> dict[str, Learner]:
    """Look learners up by name, make some out of classifiers, and give them their parameters.

    These come beside or instead of a learner's own: ``name`` for all that were asked for, or
    ``learner__name`` for one of them, which goes before.
    """
    values = by_name(wanted, LEARNERS, "learner")
    learners = {name: _as_learner(value) for name, value in values.items()}
    for name, learner in learners.items():
        own = _own_params(name, params or {}, learners)
        learners[name] = replace(learner, params={**learner.params, **own})
        learners[name].make(learners[name].params, 0).check()
    return learners


def _as_learner(value: Any) -> Learner:
    found = find(value, LEARNERS, "learner")
    if isinstance(found, Learner):
        return found
    words = value if isinstance(value, str) else type(value).__name__
    return Learner(words, partial(ClassifierModel, found))


def _own_params(learner: str, params: Mapping[str, Any], learners: Iterable[str]) -> dict[str, Any]:
    """Take the parameters that are meant for one learner; those for it alone go before."""
    prefixes = tuple(f"{name}__" for name in learners)
    mine = f"{learner}__"
    for_all = {name: value for name, value in params.items() if not name.startswith(prefixes)}
    for_this = {
        name.removeprefix(mine): value for name, value in params.items() if name.startswith(mine)
    }
    return {**for_all, **for_this}
