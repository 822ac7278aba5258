"""Paired differences, their intervals and tests."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from synthetic import failure, many_sets, one_set, without

from gansampler.evaluation.statistics.gains import holm, paired_gains

FOLDS = {
    "none": {"accuracy": [0.9, 0.9, 0.9], "roc_auc": [0.7, 0.72, 0.71], "log_loss": [0.2] * 3},
    "lsgan": {
        "accuracy": [0.8, 0.9, 0.95],
        "roc_auc": [0.8, 0.82, 0.811],
        "log_loss": [0.3, 0.301, 0.3],
    },
}
BASE = np.linspace(0.5, 0.9, 9)
GAIN = np.array([0.02, 0.03, -0.01, 0.005, 0.0, 0.04, 0.012, 0.03, 0.011])


@pytest.fixture
def folds():
    return one_set(FOLDS)


@pytest.fixture
def sets():
    return many_sets(
        {
            "none": {"roc_auc": BASE, "brier": BASE},
            "cgan": {"roc_auc": BASE + GAIN, "brier": BASE + GAIN},
            "same": {"roc_auc": BASE, "brier": BASE},
        }
    )


def row_of(results, strategy, metric, **wanted):
    gains = paired_gains(results, "none", **wanted).set_index(["strategy", "metric"])
    return gains.loc[(strategy, metric)]


def test_folds_against_a_calculation_by_hand(folds):
    row = row_of(folds, "lsgan", "roc_auc")
    differences = np.array([0.1, 0.1, 0.101])
    # t of two degrees of freedom, and the correction of Nadeau and Bengio for three folds.
    half = 4.302653 * differences.std(ddof=1) * np.sqrt(1 / 3 + 1 / 2)
    assert row["gain"] == pytest.approx(differences.mean())
    assert row["low"] == pytest.approx(differences.mean() - half)
    assert row["high"] == pytest.approx(differences.mean() + half)
    assert (row["wins"], row["n"], row["unit"], row["clearly"]) == (3, 3, "fold", "better")
    assert row["p"] < 0.05
    assert row_of(folds, "lsgan", "accuracy")["clearly"] == ""
    assert row_of(folds, "lsgan", "accuracy")[["wins", "ties", "losses"]].tolist() == [1, 1, 1]


def test_interval_and_test_over_folds_agree():
    shift = np.array([0.01, 0.02, 0.03, 0.02, 0.01])
    results = one_set({"none": {"f1": [0.5] * 5}, "cgan": {"f1": 0.5 + shift}})
    row = row_of(results, "cgan", "f1")
    touching = one_set({"none": {"f1": [0.5] * 5}, "cgan": {"f1": 0.5 + shift - row["low"]}})
    assert row_of(touching, "cgan", "f1")["p"] == pytest.approx(0.05)


def test_more_of_a_loss_is_worse(folds):
    row = row_of(folds, "lsgan", "log_loss")
    assert row["gain"] == pytest.approx(-0.1, abs=1e-3)
    assert (row["wins"], row["losses"], row["clearly"]) == (0, 3, "worse")
    assert row["chance_worse"] > 0.99


def test_one_fold_in_common_is_never_clear(folds):
    once = folds[(folds["strategy"] == "none") | (folds["fold"] == 1)]
    gains = paired_gains(once, "none")
    assert set(gains["n"]) == {1}
    assert set(gains["clearly"]) == {""}
    assert gains["p"].isna().all()
    assert np.isinf(gains["low"]).all()


def test_equal_differences_have_no_spread_and_are_clear():
    results = one_set({"none": {"f1": [0.5] * 3}, "cgan": {"f1": [0.6] * 3}})
    row = row_of(results, "cgan", "f1")
    assert (row["low"], row["high"], row["p"]) == pytest.approx((0.1, 0.1, 0))
    assert row["clearly"] == "better"


def test_data_sets_against_scipy(sets):
    row = row_of(sets, "cgan", "roc_auc")
    assert (row["unit"], row["n"]) == ("data set", 9)
    assert row[["wins", "ties", "losses"]].tolist() == [7, 1, 1]
    assert row["gain"] == pytest.approx(GAIN.mean())
    assert row["median"] == pytest.approx(np.median(GAIN))
    interval = stats.ttest_1samp(GAIN, 0).confidence_interval(0.95)
    assert (row["low"], row["high"]) == pytest.approx((interval.low, interval.high))
    assert row["p"] == pytest.approx(stats.wilcoxon(GAIN, zero_method="zsplit").pvalue)
    chances = row[["chance_worse", "chance_equal", "chance_better"]]
    assert chances.sum() == pytest.approx(1)


def test_a_loss_is_turned_over_data_sets_too(sets):
    assert row_of(sets, "cgan", "brier")["gain"] == pytest.approx(-GAIN.mean())
    assert row_of(sets, "cgan", "brier")["wins"] == 1


def test_no_difference_anywhere(sets):
    row = row_of(sets, "same", "roc_auc")
    assert row[["gain", "low", "high", "median"]].tolist() == [0, 0, 0, 0]
    assert (row["ties"], row["p"], row["clearly"], row["chance_equal"]) == (9, 1, "", 1)


def test_ties_count_half_for_either_side():
    gain = np.array([0.02, 0.03, 0.04, 0.05, 0.06, -0.01] + 14 * [0])
    base = np.linspace(0.3, 0.8, 20)
    results = many_sets({"none": {"f1": base}, "cgan": {"f1": base + gain}})
    expected = stats.wilcoxon(gain, zero_method="zsplit").pvalue
    assert expected > 2 * stats.wilcoxon(gain, zero_method="wilcox").pvalue
    assert row_of(results, "cgan", "f1")["p"] == pytest.approx(expected)


def test_what_differs_by_rounding_alone_is_a_tie():
    results = many_sets({"none": {"f1": BASE}, "cgan": {"f1": BASE + 1e-15}})
    assert row_of(results, "cgan", "f1")[["wins", "ties", "p"]].tolist() == [0, 9, 1]


def test_holm_covers_what_was_asked_for(sets):
    both = row_of(sets, "cgan", "roc_auc", strategies=["cgan"])
    assert both["p_holm"] == pytest.approx(2 * both["p"])
    alone = row_of(sets, "cgan", "roc_auc", strategies=["cgan"], metrics=["roc_auc"])
    assert alone["p_holm"] == pytest.approx(alone["p"])


def test_holm_by_hand():
    corrected = holm(pd.Series([0.04, 0.01, np.nan, 0.03, 0.9]))
    assert corrected.dropna().tolist() == pytest.approx([0.09, 0.04, 0.09, 0.9])
    assert corrected.isna().tolist() == [False, False, True, False, False]


def test_a_data_set_counts_only_where_both_finished(sets):
    gains = paired_gains(without(sets, "cgan", "set 1"), "none").set_index(["strategy", "metric"])
    assert gains.loc[("cgan", "roc_auc"), "n"] == 8
    assert gains.loc[("cgan", "roc_auc"), "gain"] == pytest.approx(GAIN[1:].mean())
    assert gains.loc[("same", "roc_auc"), "n"] == 9


def test_a_strategy_that_always_failed_has_a_row_that_says_nothing(folds):
    row = row_of(pd.concat([folds, failure("smote")]), "smote", "roc_auc")
    assert row["n"] == 0
    assert np.isnan(row["gain"])
    assert row["clearly"] == ""


def test_learners_and_readouts_stand_apart(folds):
    other = one_set({name: FOLDS["none"] for name in FOLDS}, learner="forest", readout="tuned")
    gains = paired_gains(pd.concat([folds, other]), "none", metrics=["roc_auc"])
    assert gains[["learner", "readout"]].to_numpy().tolist() == [
        ["xgboost", "as_is"],
        ["forest", "tuned"],
    ]
    assert gains["gain"].tolist() == pytest.approx([0.1003333, 0])


def test_names_that_were_not_run_are_refused(folds):
    with pytest.raises(ValueError, match=r"no strategy in the result 'smot'"):
        paired_gains(folds, "smot")
    with pytest.raises(ValueError, match=r"no metric in the result 'f1'"):
        paired_gains(folds, "none", metrics=["f1"])


def test_a_panel_without_the_reference_or_without_a_score_says_nothing(folds):
    later = one_set({"lsgan": FOLDS["lsgan"]}, learner="forest")
    results = pd.concat([folds, later, failure("lsgan", learner="logistic")])
    gains = paired_gains(results, "none").set_index(["learner", "metric"])
    assert gains.loc["xgboost", "n"].tolist() == [3, 3, 3]
    assert gains.loc["forest", "n"].tolist() == [0, 0, 0]
    assert gains.loc["logistic", "n"].tolist() == [0, 0, 0]


def half_of(interval, values):
    """Undo the interval: the correction for shared training rows, see the notes of paired_gains."""
    t = stats.t.ppf(0.975, len(values) - 1)
    return (interval / 2 / t / np.std(values, ddof=1)) ** 2 - 1 / len(values)


def test_folds_by_time_share_more_rows_than_folds_at_random():
    gain = np.array([0.1, 0.12, 0.07, 0.1])
    scores = {"none": {"f1": [0.5] * 4}, "cgan": {"f1": 0.5 + gain}}
    for dataset, ratio in {
        "data": 1 / 3,
        "data@group=time": 1 / 3,
        "data@time=day": (1 + 1 / 2 + 1 / 3 + 1 / 4) / 4,
        "data@time=day@minority=20": (1 + 1 / 2 + 1 / 3 + 1 / 4) / 4,
    }.items():
        row = row_of(one_set(scores, dataset=dataset), "cgan", "f1")
        assert half_of(row["high"] - row["low"], gain) == pytest.approx(ratio)


def test_the_number_of_folds_is_known_where_some_are_missing():
    gain = np.array([0.1, 0.12, 0.07, 0.1, 0.08])
    results = one_set({"none": {"f1": [0.5] * 5}, "cgan": {"f1": 0.5 + gain}})
    row = row_of(results[results["fold"].isin([1, 2, 5])], "cgan", "f1")
    assert half_of(row["high"] - row["low"], gain[[0, 1, 4]]) == pytest.approx(1 / 4)
