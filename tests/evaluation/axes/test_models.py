"""Models on tables as they come: what they take, what stops them, what seeds and weights do."""

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from gansampler.evaluation import LEARNERS
from gansampler.evaluation.axes.learners import pick_learners
from gansampler.evaluation.axes.models import ClassifierModel, XGBoostModel
from gansampler.evaluation.tables import classes_by_frequency, code_labels

LOGISTIC = "sklearn.linear_model.LogisticRegression"
NOTHING = pd.DataFrame(), np.array([], dtype=int)
KINDS = [*LEARNERS, LOGISTIC, "sklearn.ensemble.HistGradientBoostingClassifier"]


@pytest.mark.parametrize("name", KINDS)
def test_every_learner_takes_a_table_of_every_kind_of_column(mixed, name):
    X, y = mixed
    X = X.rename(columns={"float": "a[b]<c"})  # XGBoost by itself refuses such a name
    codes = code_labels(y, classes_by_frequency(y))
    params = {"n_estimators": 40, "n_jobs": 1} if name in LEARNERS else {}
    learner = pick_learners([name], params)[name]
    model = learner.make(learner.params, 0).fit(X, codes, validation=(X, codes))
    probabilities = model.predict_proba(X)
    assert probabilities.shape == (len(X), 3)
    assert probabilities.dtype == np.float64
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    assert (probabilities.argmax(axis=1) == codes).mean() > 0.78
    unseen = X.assign(text="never", category=None, float_hole=np.nan)
    assert np.isfinite(model.predict_proba(unseen)).all()


def test_xgboost_stops_early_on_the_validation_rows_alone():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"noise": rng.random(200)})
    codes = rng.integers(0, 2, 200)
    other = pd.DataFrame({"noise": rng.random(200)}), rng.integers(0, 2, 200)
    params = {"n_estimators": 60, "early_stopping_rounds": 5, "n_jobs": 1}
    stopped = XGBoostModel(params, random_state=0).fit(X, codes, validation=other)
    assert stopped.n_trees_ < 60
    nothing = X.iloc[:0], codes[:0]
    assert XGBoostModel(params, random_state=0).fit(X, codes, validation=nothing).n_trees_ == 60
    params["early_stopping_rounds"] = None
    assert XGBoostModel(params, random_state=0).fit(X, codes, validation=other).n_trees_ == 60


def test_xgboost_default_is_xgboosts_own(mixed):
    from xgboost import XGBClassifier

    rng = np.random.default_rng(0)
    X, codes = pd.DataFrame(rng.random((90, 2))).add_prefix("x"), rng.integers(0, 2, 90)
    learner = LEARNERS["xgboost_default"]
    ours = learner.make({"n_jobs": 1}, 0).fit(X, codes, validation=NOTHING)
    theirs = XGBClassifier(n_jobs=1, random_state=0).fit(X.to_numpy(np.float32), codes)
    assert ours.n_trees_ == 100
    np.testing.assert_allclose(
        ours.predict_proba(X), theirs.predict_proba(X.to_numpy(np.float32)), rtol=1e-5
    )


def test_classifiers_get_a_seed_unless_they_have_one_and_are_left_alone():
    free, fixed = LogisticRegression(), LogisticRegression(random_state=3)
    assert ClassifierModel(free, {}, 7)._unfitted().random_state == 7
    assert ClassifierModel(fixed, {}, 7)._unfitted().random_state == 3
    X, codes = pd.DataFrame({"a": [0.0, 1.0, 2.0, 3.0]}), np.array([0, 0, 1, 1])
    ClassifierModel(free, {}, 7).fit(X, codes, validation=NOTHING)
    assert not hasattr(free, "coef_")


def test_weights_reach_the_classifier_or_are_refused():
    X, codes = pd.DataFrame({"a": [0.0, 1.0, 0.0, 0.0]}), np.array([0, 1, 0, 0])
    weights = np.array([1, 3, 1, 1])
    model = ClassifierModel(DummyClassifier(strategy="prior"), {}, 0)
    model.fit(X, codes, validation=NOTHING, sample_weight=weights)
    np.testing.assert_allclose(model.predict_proba(X), 0.5)
    with pytest.raises(ValueError, match="KNeighborsClassifier takes no weights"):
        ClassifierModel(KNeighborsClassifier(1), {}, 0).fit(
            X, codes, validation=NOTHING, sample_weight=weights
        )
