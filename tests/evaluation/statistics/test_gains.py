"""Paired differences, their intervals and tests."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from synthetic import failure, many_sets, one_set

from gansampler.evaluation.statistics.gains import holm, paired_gains, panel_gains

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
    # t of two degrees of freedom, and the correction of Nadeau and Bengio for 25 rows of 100.
    half = 4.302653 * differences.std(ddof=1) * np.sqrt(1 / 3 + 1 / 4)
    assert row["gain"] == pytest.approx(differences.mean())
    assert row["low"] == pytest.approx(differences.mean() - half)
    assert row["high"] == pytest.approx(differences.mean() + half)
    assert (row["wins"], row["n"], row["unit"], row["clearly"]) == (3, 3, "fold", "better")
    assert row["p"] < 0.05
    assert row["mean"] == row["gain"]
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
    assert (row["wins"], row["losses"]) == (0, 3)
    assert row["chance_worse"] > 0.99


def test_one_fold_in_common_is_never_clear(folds):
    once = folds[(folds["strategy"] == "none") | (folds["fold"] == 1)]
    gains = paired_gains(once, "none")
    assert set(gains["n"]) == {1}
    assert set(gains["clearly"]) == {""}
    assert gains[["low", "high", "p", "chance_better"]].isna().all(axis=None)


NOTHING_KNOWN = ["low", "high", "p", "p_holm", "chance_worse", "chance_equal", "chance_better"]


@pytest.mark.parametrize("shift", [[0.1] * 3, [0.1] * 5, [0.1, 0.2]])
def test_equal_differences_or_too_few_folds_tell_nothing_from_chance(shift):
    base = np.full(len(shift), 0.5)
    results = one_set({"none": {"roc_auc": base}, "cgan": {"roc_auc": base + shift}})
    row = row_of(results, "cgan", "roc_auc")
    assert row[NOTHING_KNOWN].isna().all()
    assert (row["gain"], row["clearly"]) == (pytest.approx(np.mean(shift)), "")


@pytest.mark.parametrize(("sets", "known"), [(1, False), (5, False), (6, True)])
def test_chances_and_intervals_ask_for_six_data_sets(sets, known):
    shift = np.array([0.05, 0.03, 0.04, 0.02, 0.06, 0.01])[:sets]
    base = np.linspace(0.5, 0.7, sets)
    results = many_sets({"none": {"f1": base}, "cgan": {"f1": base + shift}})
    if sets == 1:  # one data set beside another that only one of the two has run
        more = one_set({"none": {"f1": [0.5] * 2}}, dataset="other")
        results = pd.concat([results, more])
    row = row_of(results, "cgan", "f1")
    assert (row["unit"], row["n"]) == ("data set", sets)
    assert row[["low", "p", "chance_better"]].notna().tolist() == [known] * 3


def test_data_sets_against_scipy(sets):
    row = row_of(sets, "cgan", "roc_auc")
    assert (row["unit"], row["n"]) == ("data set", 9)
    assert row[["wins", "ties", "losses"]].tolist() == [7, 1, 1]
    assert row["mean"] == pytest.approx(GAIN.mean())
    assert row["median"] == pytest.approx(np.median(GAIN))
    pairs = [(GAIN[i] + GAIN[j]) / 2 for i in range(9) for j in range(i, 9)]
    assert row["gain"] == pytest.approx(np.median(pairs))
    assert row["low"] < row["gain"] < row["high"]
    expected = stats.wilcoxon(GAIN, zero_method="zsplit", method="approx").pvalue
    assert row["p"] == pytest.approx(expected, abs=0.01)
    chances = row[["chance_worse", "chance_equal", "chance_better"]]
    assert chances.sum() == pytest.approx(1)


def test_a_loss_is_turned_over_data_sets_too(sets):
    assert row_of(sets, "cgan", "brier")["mean"] == pytest.approx(-GAIN.mean())
    assert row_of(sets, "cgan", "brier")["gain"] < 0
    assert row_of(sets, "cgan", "brier")["wins"] == 1


def test_no_difference_anywhere(sets):
    row = row_of(sets, "same", "roc_auc")
    assert row[["gain", "mean", "median"]].tolist() == [0, 0, 0]
    assert (row["ties"], row["clearly"]) == (9, "")
    assert row[NOTHING_KNOWN].isna().all()


def test_what_differs_by_rounding_alone_is_a_tie():
    results = many_sets({"none": {"f1": BASE}, "cgan": {"f1": BASE + 1e-15}})
    assert row_of(results, "cgan", "f1")[["wins", "ties", "gain"]].tolist() == [0, 9, 0]


def confirmatory(rng, gain):
    base = np.linspace(0.5, 0.8, 12)
    shift = gain + rng.normal(0, 0.02, (4, 12))
    return many_sets(
        {
            "none": {"roc_auc": base, "average_precision": base, "f1": base},
            "jitter": {"roc_auc": base + shift[0], "average_precision": base, "f1": base},
            "lsgan": {
                "roc_auc": base + shift[1],
                "average_precision": base + shift[2],
                "f1": base + 0.1 + shift[3],
            },
        }
    )


def test_holm_runs_over_four_comparisons_that_were_declared_before():
    gains = panel_gains(confirmatory(np.random.default_rng(0), 0.012))
    own = gains[gains["strategy"] == "lsgan"].set_index(["reference", "metric"])
    family = own.loc[[(r, m) for r in ("none", "jitter") for m in ("roc_auc", "average_precision")]]
    assert family["p_holm"].tolist() == pytest.approx(holm(family["p"]).tolist())
    others = own.drop(index=family.index)
    assert others["p_holm"].isna().all()
    assert set(others["clearly"]) == {""}, "a large gain in F1 is told, and not judged"
    assert others["p"].min() < 1e-3


def test_what_else_was_run_or_asked_for_changes_no_declared_p():
    results = confirmatory(np.random.default_rng(1), 0.012)
    alone = row_of(results, "lsgan", "roc_auc", strategies=["lsgan"], metrics=["roc_auc"])
    crowd = [results[results["strategy"] == "jitter"].assign(strategy=f"{n}") for n in range(8)]
    among = row_of(pd.concat([results, *crowd]), "lsgan", "roc_auc")
    assert alone["p_holm"] == among["p_holm"]
    assert alone["p_holm"] > alone["p"]


def test_a_corrected_p_and_nothing_else_makes_a_difference_clear():
    gains = panel_gains(confirmatory(np.random.default_rng(2), 0.016))
    tested = gains[gains["p_holm"].notna()]
    assert tested["clearly"].ne("").tolist() == (tested["p_holm"] < 0.05).tolist()
    assert (tested["p"] < 0.05).sum() > (tested["p_holm"] < 0.05).sum() > 0


def test_holm_by_hand():
    corrected = holm(pd.Series([0.04, 0.01, np.nan, 0.03, 0.9]))
    assert corrected.dropna().tolist() == pytest.approx([0.09, 0.04, 0.09, 0.9])
    assert corrected.isna().tolist() == [False, False, True, False, False]


def test_a_data_set_counts_only_where_both_have_run_it(sets):
    started = sets[~(sets["strategy"].eq("cgan") & sets["dataset"].eq("set 1"))]
    gains = paired_gains(started, "none").set_index(["strategy", "metric"])
    assert gains.loc[("cgan", "roc_auc"), "n"] == 8
    assert gains.loc[("cgan", "roc_auc"), "mean"] == pytest.approx(GAIN[1:].mean())
    assert gains.loc[("same", "roc_auc"), "n"] == 9


def test_failed_folds_count_as_no_resampling_and_are_told():
    base, gain = np.linspace(0.5, 0.8, 8), np.array([0.02] * 5 + [0.3, 0.3, 0.3])
    results = many_sets({"none": {"roc_auc": base}, "cgan": {"roc_auc": base + gain}})
    for place in (6, 7, 8):
        gone = results["strategy"].eq("cgan") & results["dataset"].eq(f"set {place}")
        failures = [failure("cgan", dataset=f"set {place}", fold=fold) for fold in (1, 2)]
        results = pd.concat([results[~gone], *failures])
    row = row_of(results, "cgan", "roc_auc")
    assert (row["n"], row["failed"]) == (8, 6)
    assert row[["wins", "ties", "losses"]].tolist() == [5, 3, 0]
    assert row["mean"] == pytest.approx(0.02 * 5 / 8)
    assert row["chance_better"] < 0.9, "of the five sets alone it would be above .99"


def test_nothing_is_known_of_a_strategy_that_always_failed(folds):
    failures = [failure("smote", fold=fold) for fold in (1, 2, 3)]
    row = row_of(pd.concat([folds, *failures]), "smote", "roc_auc")
    assert (row["n"], row["failed"], row["clearly"]) == (0, 3, "")
    assert row[["gain", "p"]].isna().all()


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


@pytest.mark.parametrize(("learnt", "scored"), [(75, 25), (20, 50), (33.3, 25)])
def test_the_interval_knows_how_many_rows_are_scored_and_learnt_from(learnt, scored):
    gain = np.array([0.1, 0.12, 0.07, 0.1])
    results = one_set({"none": {"f1": [0.5] * 4}, "cgan": {"f1": 0.5 + gain}})
    results.loc[results["metric"] == "rows_train", "value"] = learnt
    results.loc[results["metric"] == "rows_test", "value"] = scored
    row = row_of(results, "cgan", "f1")
    assert half_of(row["high"] - row["low"], gain) == pytest.approx(scored / learnt)


def test_results_of_earlier_versions_are_taken_for_plain_folds():
    gain = np.array([0.1, 0.12, 0.07, 0.1])
    results = one_set({"none": {"f1": [0.5] * 4}, "cgan": {"f1": 0.5 + gain}})
    row = row_of(results[~results["metric"].isin(["rows_train", "rows_test"])], "cgan", "f1")
    assert half_of(row["high"] - row["low"], gain) == pytest.approx(1 / 3)


def test_the_number_of_folds_is_known_where_some_are_missing():
    gain = np.array([0.1, 0.12, 0.07, 0.1, 0.08])
    results = one_set({"none": {"f1": [0.5] * 5}, "cgan": {"f1": 0.5 + gain}})
    row = row_of(results[results["fold"].isin([1, 2, 5])], "cgan", "f1")
    assert half_of(row["high"] - row["low"], gain[[0, 1, 4]]) == pytest.approx(1 / 4)


def test_enlarged_rows_are_held_against_a_control_that_is_enlarged_as_well():
    rng = np.random.default_rng(0)
    names = ["none", "jitter", "jitter_x3", "lsgan", "lsgan_x3"]
    results = one_set({name: {"roc_auc": rng.random(10)} for name in names})
    gains = paired_gains(results, ["none", "jitter", "jitter_x3"])
    tested = gains[gains["p_holm"].notna()].groupby("strategy")["reference"].agg(set)
    assert tested["lsgan_x3"] == {"none", "jitter_x3"}
    assert tested["lsgan"] == {"none", "jitter"}
    assert tested["jitter_x3"] == {"none"}
