"""XGBoost on tables as they come."""

import numpy as np
import pandas as pd
import pytest

from gansampler.evaluation.labels import classes_by_frequency, code_labels
from gansampler.evaluation.learner import FeatureMatrix, XGBoostLearner, check_params

FEW_TREES = {"n_estimators": 8, "n_jobs": 1}


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


def test_learner_takes_a_table_of_every_kind_of_column(mixed):
    X, y = mixed
    X = X.rename(columns={"float": "a[b]<c"})  # XGBoost by itself refuses such a name
    codes = code_labels(y, classes_by_frequency(y))
    learner = XGBoostLearner(FEW_TREES, random_state=0).fit(X, codes, validation=(X, codes))
    probabilities = learner.predict_proba(X)
    assert probabilities.shape == (len(X), 3)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    assert (probabilities.argmax(axis=1) == codes).mean() > 0.8


def test_learner_stops_early_on_the_validation_rows_alone():
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"noise": rng.random(200)})
    codes = rng.integers(0, 2, 200)
    other = pd.DataFrame({"noise": rng.random(200)}), rng.integers(0, 2, 200)
    params = {"n_estimators": 60, "early_stopping_rounds": 5, "n_jobs": 1}
    stopped = XGBoostLearner(params, random_state=0).fit(X, codes, validation=other)
    assert stopped.n_trees_ < 60
    nothing = X.iloc[:0], codes[:0]
    assert XGBoostLearner(params, random_state=0).fit(X, codes, validation=nothing).n_trees_ == 60
    params["early_stopping_rounds"] = None
    assert XGBoostLearner(params, random_state=0).fit(X, codes, validation=other).n_trees_ == 60


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"max_dept": 3}, "no XGBoost parameter 'max_dept'. Did you mean 'max_depth'"),
        ({"max_depth": "deep"}, "max_depth='deep'"),
        ({"subsample": 2.0}, "subsample=2.0"),
        ({"n_estimators": "many"}, "n_estimators='many'"),
    ],
)
def test_refuses_parameters_that_xgboost_would_not_take(params, message):
    with pytest.raises(ValueError, match=message):
        check_params(params)
