"""Strategies that learn otherwise than by one fit of the learner."""

from unittest import mock

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import make_classification
from sklearn.model_selection import StratifiedKFold
from sklearn.naive_bayes import GaussianNB

from gansampler.calibration import correct_resampling
from gansampler.committee import make_committee
from gansampler.evaluation import STRATEGIES, Strategy, compare
from gansampler.evaluation.axes.ensembles import Lesson, _Mean, calibrated
from gansampler.evaluation.axes.learners import ClassifierModel

LEARNING = [name for name, strategy in STRATEGIES.items() if strategy.learn]
ENSEMBLES = ["balanced_forest", "easy_ensemble"]
FOLDS = {"folds": 2, "repeats": 1}
FAST = {**FOLDS, "params": {"n_estimators": 5, "n_jobs": 1}}


def lesson_of(X, codes, groups=None, fit=None):
    def fit_bayes(rows):
        nothing = X.iloc[:0], codes[:0]
        model = ClassifierModel(GaussianNB(), {}, 0)
        return model.fit(X.iloc[rows], codes[rows], validation=nothing)

    return Lesson(X, codes, groups, seed=0, fit=fit or fit_bayes)


@pytest.fixture
def numbers():
    rng = np.random.default_rng(0)
    codes = np.repeat([0, 1], [240, 60])
    return pd.DataFrame({"a": codes + rng.normal(size=300), "b": rng.random(300)}), codes


# What the sampler of the other does to such a table is tested where samplers are.
@pytest.mark.parametrize("name", sorted({*LEARNING} - {"lsgan_x3_with_judge"}))
def test_what_learns_otherwise_takes_every_kind_of_column_and_small_classes(mixed, name):
    X, y = mixed
    results, again = (compare(X, y, [name], **FAST) for _ in range(2))
    assert set(results["status"]) == {"ok"}
    measured = results["metric"].str.startswith("seconds")
    pd.testing.assert_series_equal(results["value"][~measured], again["value"][~measured])


@pytest.mark.parametrize("name", LEARNING)
@pytest.mark.parametrize("n_rare", [1, 2, 5])
def test_a_class_of_a_few_rows(name, n_rare):
    rng = np.random.default_rng(0)
    codes = np.repeat([0, 1], [40, n_rare])
    X = pd.DataFrame({"a": codes + rng.normal(size=40 + n_rare)})
    model = STRATEGIES[name].learn(lesson_of(X, codes))
    probabilities = model.predict_proba(X)
    assert probabilities.shape == (len(X), 2)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-12)


def test_calibration_is_scikit_learns(numbers):
    X, codes = numbers
    ours = calibrated(lesson_of(X, codes)).predict_proba(X)
    cutter = StratifiedKFold(5, shuffle=True, random_state=0)
    theirs = CalibratedClassifierCV(GaussianNB(), method="sigmoid", cv=cutter).fit(X, codes)
    np.testing.assert_allclose(ours, theirs.predict_proba(X), rtol=1e-6)


def test_calibration_parts_no_group_and_leaves_out_each_row_once(numbers):
    X, codes = numbers
    groups, fitted, judged = np.arange(300) % 12, [], []

    class Spy:
        def __init__(self, rows):
            fitted.append(set(groups[rows]))

        def predict_proba(self, X):
            judged.append(X.index)
            assert not fitted[-1] & set(groups[X.index])
            return np.column_stack([1 - X["b"], X["b"]])

    calibrated(lesson_of(X, codes, groups, Spy))
    assert sorted(np.concatenate(judged)) == list(range(300))


def test_calibrated_probabilities_are_nearer_to_the_truth_than_those_of_an_overfit_learner():
    X, y = make_classification(600, weights=[0.8], flip_y=0.3, random_state=0)
    results = compare(X, y, ["none", "calibrated"], learners=["xgboost_default"], **FOLDS)
    loss = results[results["metric"] == "log_loss"].groupby("strategy")["value"].mean()
    assert loss["calibrated"] < loss["none"] - 0.1


@pytest.mark.parametrize("name", ENSEMBLES)
def test_an_ensemble_is_the_same_in_place_of_any_learner(numbers, name):
    X, codes = numbers
    learners = ["xgboost_default", "sklearn.linear_model.LogisticRegression"]
    results = compare(X, pd.Series(codes), [name], learners=learners, metrics=["brier"], **FOLDS)
    wide = results[results["metric"] == "brier"].pivot(index="fold", columns="learner")["value"]
    np.testing.assert_array_equal(*wide.to_numpy().T)


def test_the_judge_beside_enlarged_rows_has_the_rows_as_they_are(numbers):
    X, codes = numbers
    strategies = ["with_judge", "jitter_x3", "jitter_x3_with_judge"]
    seen = []

    def committee(spans, n):
        seen.append(n)
        return make_committee(spans, n)

    with mock.patch("gansampler.evaluation.axes.ensembles.make_committee", committee):
        results = compare(X, pd.Series(codes), strategies, metrics=["brier"], **FAST)
    assert set(results["status"]) == {"ok"} and seen == [150] * 4
    wide = results.pivot(index=["strategy", "fold"], columns="metric", values="value")
    assert wide.loc["with_judge", "rows_after"].tolist() == [150, 150]
    for name in strategies[1:]:
        assert wide.loc[name, "rows_after"].tolist() == [720, 720]
    assert wide["brier"].is_unique


def test_what_is_calibrated_on_real_rows_is_not_corrected_once_more(numbers):
    X, codes = numbers
    both = Strategy("both", STRATEGIES["random_x3"].make_sampler, learn=calibrated)
    readouts = {"readouts": ["as_is", "prior_corrected"], "metrics": ["log_loss"]}
    results = compare(X, pd.Series(codes), {"both": both, "x3": "random_x3"}, **readouts, **FAST)
    loss = results[results["metric"] == "log_loss"]
    loss = loss.pivot_table(index="strategy", columns="readout", values="value")
    np.testing.assert_allclose(*loss.loc["both"])
    assert abs(np.subtract(*loss.loc["x3"])) > 0.01


@pytest.mark.parametrize("growth", [0, 3, 30])
def test_a_mean_with_one_part_resampled_is_taken_back(growth):
    truth = np.random.default_rng(0).dirichlet([1, 1, 1], 50)

    def of_learner(probabilities):
        return 1 + growth * np.array([0, 1, 2]) * probabilities

    class Knows:
        def __init__(self, probabilities):
            self.predict_proba = lambda X: probabilities

    learnt = truth * of_learner(truth)
    model = _Mean(Knows(learnt / learnt.sum(axis=1, keepdims=True)), Knows(truth))
    back = correct_resampling(model.predict_proba(None), model.enrichment(of_learner))
    np.testing.assert_allclose(back, truth, atol=1e-7)
    assert growth == 0 or np.abs(model.predict_proba(None) - truth).max() > 0.1


def test_a_mean_with_enlarged_rows_is_calibrated_by_its_readout():
    X, y = make_classification(1500, weights=[0.9], flip_y=0.1, class_sep=0.7, random_state=1)
    results = compare(
        pd.DataFrame(X),
        pd.Series(y),
        ["with_judge", "jitter_x3_with_judge"],
        learners=["xgboost_default"],
        readouts=["as_is", "prior_corrected"],
        metrics=["log_loss"],
        params={"n_estimators": 50, "n_jobs": 1},
        **FOLDS,
    )
    loss = results[results["metric"] == "log_loss"].groupby(["strategy", "readout"])["value"].mean()
    raw, corrected = loss["jitter_x3_with_judge"][["as_is", "prior_corrected"]]
    assert corrected < raw - 0.01 and corrected < loss["with_judge", "as_is"]


def test_a_forest_beside_the_learner_changes_it_and_adds_no_row(numbers):
    X, codes = numbers
    results = compare(X, pd.Series(codes), ["none", "with_forest"], metrics=["brier"], **FAST)
    wide = results.pivot(index=["strategy", "fold"], columns="metric", values="value")
    assert (wide["rows_after"] == wide["rows_before"]).all()
    assert (wide.loc["none", "brier"] != wide.loc["with_forest", "brier"]).all()
