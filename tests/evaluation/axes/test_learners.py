"""Learners: found by name or path, given their parameters, or refused before any training."""

import pytest
from sklearn.svm import LinearSVC

from gansampler.evaluation import LEARNERS
from gansampler.evaluation.axes.learners import pick_learners

LOGISTIC = "sklearn.linear_model.LogisticRegression"


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
