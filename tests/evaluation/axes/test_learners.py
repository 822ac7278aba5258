"""Learners: found and given their parameters, or refused; and the pipelines behind them."""

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import LinearSVC

from gansampler.evaluation import LEARNERS
from gansampler.evaluation.axes.learners import (
    ClassifierModel,
    FeatureMatrix,
    ScaledMatrix,
    XGBoostModel,
    pick_learners,
)
from gansampler.evaluation.tables import classes_by_frequency, code_labels

LOGISTIC = "sklearn.linear_model.LogisticRegression"
KINDS = [*LEARNERS, LOGISTIC, "sklearn.ensemble.HistGradientBoostingClassifier"]
NOTHING = pd.DataFrame(), np.array([], dtype=int)


def test_only_learners_with_early_stopping_ask_for_rows_to_be_set_aside():
    learners = pick_learners([*LEARNERS, LOGISTIC], {"xgboost_tuned__early_stopping_rounds": 9})
    stopping = {name for name, learner in learners.items() if learner.stops_early}
    assert stopping == {"xgboost", "xgboost_tuned"}


def test_parameters_go_to_all_learners_or_to_one():
    learners = pick_learners(
        {"slow": "xgboost_tuned", "xgboost": "xgboost"},
        {"max_depth": 3, "slow__max_depth": 5, "slow__n_estimators": 20},
    )
    assert learners["slow"].params["max_depth"] == 5
    assert learners["slow"].params["n_estimators"] == 20
    assert learners["slow"].params["subsample"] == LEARNERS["xgboost_tuned"].params["subsample"]
    assert learners["xgboost"].params["max_depth"] == 3
    assert learners["xgboost"].params["n_estimators"] == 500
    assert "max_depth" not in LEARNERS["xgboost"].params, "the entry itself was changed"
    logistic = pick_learners([LOGISTIC], {f"{LOGISTIC}__C": 0.5})[LOGISTIC]
    assert logistic.make(logistic.params, 0)._unfitted().C == 0.5


@pytest.mark.parametrize(
    ("learners", "params", "message"),
    [
        (["xgbost"], {}, "no learner 'xgbost'. Did you mean 'xgboost'"),
        ([], {}, "No learner was asked for"),
        (["xgboost"], {"max_dept": 3}, "no XGBoost parameter 'max_dept'. Did you mean 'max_depth'"),
        (["xgboost"], {"max_depth": "deep"}, "max_depth='deep'"),
        (["xgboost"], {"subsample": 2.0}, "subsample=2.0"),
        (["xgboost"], {"n_estimators": "many"}, "n_estimators='many'"),
        (["xgboost"], {"xgboost_tuned__max_depth": 3}, "no XGBoost parameter 'xgboost_tuned__max"),
        ([LOGISTIC], {"c": 1}, "no parameter of LogisticRegression 'c'"),
        ([LOGISTIC], {"C": -1.0}, "'C' parameter of LogisticRegression"),
        (["sklearn.linear_model.Logistic"], {}, "Did you mean 'LogisticRegression'"),
        (["mine.py"], {}, "cannot be imported: No module named 'mine'"),
        (["sklearn.lineal.LogisticRegression"], {}, "cannot be imported: No module"),
        (["sklearn.svm.LinearSVC"], {}, "LinearSVC gives no probabilities"),
        ({"mine": LinearSVC()}, {}, "LinearSVC gives no probabilities"),
        (["sklearn.linear_model.Ridge"], {}, "Ridge is no classifier"),
        (["sklearn.ensemble.VotingClassifier"], {}, "cannot be made: "),
        ({"mine": 3}, {}, "int is no classifier"),
    ],
)
def test_what_cannot_work_is_refused(learners, params, message):
    with pytest.raises(ValueError, match=message):
        pick_learners(learners, params)


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


def test_feature_matrix_learns_from_training_rows_alone(mixed):
    X, _ = mixed
    X = X.assign(text=X["text"].fillna("x"))
    training, held_out = X[X["text"] != "z"], X[X["text"] == "z"]
    features = FeatureMatrix().fit(training)
    place = X.columns.get_loc("text")
    assert np.isnan(features.transform(held_out)[:, place]).all()
    assert np.isin(features.transform(training)[:, place], [0, 1]).all()
    types = dict(zip(X.columns, features.feature_types_, strict=True))
    assert {name for name, kind in types.items() if kind == "c"} == {
        *("bool", "boolean", "text", "string", "category")
    }


def test_ordered_categories_keep_their_order():
    grades = pd.Categorical(
        ["middle", "low", "high"], categories=["low", "middle", "high"], ordered=True
    )
    X = pd.DataFrame({"grade": grades})
    assert FeatureMatrix().fit(X).transform(X)[:, 0].tolist() == [1, 0, 2]


def test_moments_and_large_numbers_keep_their_distances():
    day = pd.to_datetime(["2026-01-01 00:00:00", "2026-01-01 00:00:01"])
    X = pd.DataFrame({"moment": day, "number": [2**40, 2**40 + 1]})
    found = FeatureMatrix().fit(X).transform(X)
    assert np.diff(found, axis=0).tolist() == [[1, 1]]


def test_scaled_matrix_learns_from_training_rows_alone(mixed):
    X, _ = mixed
    X = X.assign(text=X["text"].fillna("x"))
    seen = (X["text"] != "z").to_numpy()
    features = ScaledMatrix().fit(X[seen])
    training, held_out = features.transform(X[seen]), features.transform(X[~seen])
    assert np.isfinite(training).all() and np.isfinite(held_out).all()
    assert training.shape[1] == held_out.shape[1] > X.shape[1]
    names = features.columns_.get_feature_names_out()
    text = X.columns.get_loc("text")
    ones = [place for place, name in enumerate(names) if f"c__x{text}_" in name]
    assert len(ones) == 2
    assert (training[:, ones].sum(axis=1) == 1).all()
    assert (held_out[:, ones] == 0).all(), "an unseen category is none of the seen ones"
    quantity = names.tolist().index("q__x0")
    assert abs(training[:, quantity].mean()) < 1e-5
    assert abs(held_out[:, quantity].mean()) > 1e-5, "held-out rows were scaled by themselves"


def test_a_hole_in_a_quantity_gets_the_median_of_training():
    features = ScaledMatrix().fit(pd.DataFrame({"a": [0.0, 2.0, 100.0]}))
    hole, median = features.transform(pd.DataFrame({"a": [np.nan, 2.0]}))
    assert hole == median
