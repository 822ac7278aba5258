"""What is learnt otherwise than by one fit of the learner: calibration, and rivals of new rows."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import RandomForestClassifier

from ...calibration import Enrichment
from ...committee import make_committee
from ...encoding import TableEncoder
from ...seeding import seeded_copy
from .decision import inner_parts
from .learners import ClassifierModel, Model, Predictor

FOLDS = 5
TREES = 200


@dataclass(frozen=True)
class Lesson:
    """The training rows of a fold, counted from 0, and the learner that may be fitted on some.

    `codes` (n,) are their classes, and rows of one of the `groups` (n,) must not be parted. `seed`
    is that of all that is random beside the learner. ``fit(rows)`` gives the learner, fitted on the
    rows at these positions.
    """

    X: pd.DataFrame
    codes: np.ndarray
    groups: np.ndarray | None
    seed: int
    fit: Callable[[np.ndarray], Model]

    def fit_all(self) -> Model:
        """Fit the learner on all rows."""
        return self.fit(np.arange(len(self.X)))

    def fit_instead(self, classifier: Any) -> Model:
        """Fit a classifier of scikit-learn's kind in place of the learner, on all rows."""
        nothing = self.X.iloc[:0], self.codes[:0]
        return ClassifierModel(classifier, {}, self.seed).fit(
            self.X, self.codes, validation=nothing
        )


class _Part(ClassifierMixin, BaseEstimator):
    """The learner as scikit-learn wants it, fitted on rows that the index of `X` names."""

    def __init__(self, learn: Callable[[np.ndarray], Model]) -> None:
        self.learn = learn

    def fit(self, X: pd.DataFrame, y: np.ndarray) -> "_Part":
        self.model_, self.classes_ = self.learn(X.index.to_numpy()), np.unique(y)
        return self

    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        return self.model_.predict_proba(X)


def calibrated(lesson: Lesson) -> Predictor:
    """Fit the learner on inner folds, each calibrated by a sigmoid on the rows that it left out.

    Probabilities are the mean of these. There are as many folds as the smallest class has rows, and
    five at the most. Where there cannot be two, the learner stays as it is.
    """
    folds = min(FOLDS, int(np.bincount(lesson.codes).min()))
    parts = inner_parts(lesson.codes, lesson.groups, folds, lesson.seed) if folds > 1 else []
    if not parts:
        return lesson.fit_all()
    model = CalibratedClassifierCV(_Part(lesson.fit), method="sigmoid", cv=parts, ensemble=True)
    return model.fit(lesson.X, lesson.codes)


class _Mean:
    """The learner, which may have got more rows, and a model of the rows as they are."""

    def __init__(self, learner: Predictor, other: Predictor) -> None:
        self.models = learner, other

    def predict_proba(self, X: pd.DataFrame) -> np.ndarray:
        return np.mean([model.predict_proba(X) for model in self.models], axis=0)

    def enrichment(self, of_learner: Enrichment) -> Enrichment:
        """Tell how many times denser each class looks in the mean, from how it is for the learner.

        Where that is R, and p the probability, the mean is that of p R / sum(p R) and of p.
        """

        def of_mean(probabilities: np.ndarray) -> np.ndarray:
            ratios = of_learner(probabilities)
            return (1 + ratios / (probabilities * ratios).sum(axis=1, keepdims=True)) / 2

        return of_mean


def with_forest(lesson: Lesson) -> Predictor:
    """Fit the learner and a random forest; probabilities are the mean of both.

    The forest has the rows as they are, also where the learner gets those of a sampler.
    """
    return _Mean(lesson.fit_all(), lesson.fit_instead(RandomForestClassifier(TREES)))


class _Compact(TableEncoder):
    """Any table as the committee reads it."""

    def transform(self, X: Any) -> np.ndarray:
        return self.compact(X)


class Judge(Model):
    """The committee that decides in the samplers which rows stay, as a model of its own."""

    make_features: Any = _Compact
    features_: Any

    def check(self) -> None:
        """Refuse nothing: it has no parameters."""

    def _fit(self, matrix: np.ndarray, codes: np.ndarray, validation: Any, weights: Any) -> Any:
        committee = make_committee(self.features_.spans_, len(matrix))
        return seeded_copy(committee, self.random_state).fit(matrix, codes)


def judge(lesson: Lesson) -> Predictor:
    """Fit the judge of the samplers instead of the learner."""
    nothing = lesson.X.iloc[:0], lesson.codes[:0]
    return Judge({}, lesson.seed).fit(lesson.X, lesson.codes, validation=nothing)


def with_judge(lesson: Lesson) -> Predictor:
    """Fit the learner and the judge of the samplers, as `with_forest` does with a forest."""
    return _Mean(lesson.fit_all(), judge(lesson))


@dataclass(frozen=True)
class InPlaceOfLearner:
    """What fits another model in place of the learner, so that no row of a sampler reaches it."""

    learn: Callable[[Lesson], Predictor]

    def __call__(self, lesson: Lesson) -> Predictor:
        """Fit it on the rows of the lesson as they are."""
        return self.learn(lesson)


def in_place_of_learner(make: Callable[[], Any]) -> InPlaceOfLearner:
    """Give what fits a classifier that knows what to do about imbalance, whatever the learner."""
    return InPlaceOfLearner(lambda lesson: lesson.fit_instead(make()))
