"""The answer in words."""

import numpy as np
import pandas as pd
import pytest
from synthetic import failure, many_sets, one_set

from gansampler.evaluation.report.words import (
    clearly_means,
    could_have_seen,
    recommendation,
    sentence,
    subject_of,
    verdict,
)
from gansampler.evaluation.statistics.gains import paired_gains, panel_gains

BASE = np.array([0.7, 0.72, 0.71])
WOBBLE = np.array([0.001, -0.001, 0])
# Eight data sets, on which a gain of .05 is clear to a signed-rank test.
MEANS = np.linspace(0.5, 0.8, 8)
SPREAD = np.linspace(-0.004, 0.005, 8)


def told(results):
    return verdict(results, panel_gains(results))


def taken(results):
    return recommendation(results, panel_gains(results))


def explained(results):
    return clearly_means(results, told(results))


@pytest.fixture
def folds():
    return one_set(
        {
            "none": {"f1": [0.9] * 3, "roc_auc": BASE, "log_loss": [0.2] * 3},
            "lsgan": {
                "f1": [0.8, 0.9, 0.95],
                "roc_auc": BASE + 0.1 + WOBBLE,
                "log_loss": 0.3 + WOBBLE,
            },
        }
    )


def with_control(gain, of_control):
    """Give a result of eight data sets: what a network and its control gain in ROC-AUC."""
    return many_sets(
        {
            "none": {"roc_auc": MEANS},
            "jitter": {"roc_auc": MEANS + of_control + SPREAD[::-1]},
            "lsgan": {"roc_auc": MEANS + gain + SPREAD},
        }
    )


@pytest.mark.parametrize(
    ("shift", "answer"), [(0.1, "lsgan helps"), (-0.1, "lsgan hurts"), (0, "no clear difference")]
)
def test_the_answer_leans_on_what_no_threshold_can_move(shift, answer):
    results = one_set(
        {
            "none": {"roc_auc": BASE, "f1": BASE},
            "lsgan": {"roc_auc": BASE + shift + WOBBLE, "f1": BASE + 0.2},
        },
        learner="forest",
    )
    sentences = told(results)
    assert answer in sentences[0]
    assert "forest rank" in sentences[0] or "forest ranks" in sentences[0]
    assert sentences[-1].startswith("Against no resampling: ")


@pytest.mark.parametrize(
    ("gain", "of_control", "beside"),
    [
        (0.05, 0.05, "lsgan helps: xgboost ranks better with it than without, and no more than "),
        (0.1, 0.05, "better with it than without, and better than with the control without a "),
        (0.05, 0.1, "better with it than without, but worse than with the control without a "),
        (0, 0, "lsgan makes no clear difference"),
    ],
)
def test_who_helps_is_held_against_the_control_in_the_same_sentence(gain, of_control, beside):
    results = with_control(gain, of_control)
    assert beside in told(results)[0]
    without_it = told(results[results["strategy"] != "jitter"])
    assert ("its control (jitter) was not run" in without_it[0]) == (gain > 0)


def test_one_of_several_scores_is_corrected_for_all_that_the_answer_leans_on():
    """Of 8 data sets 7 gain: p .039 for one comparison, above .05 for two with Holm's."""
    unsure = np.array([0.02, 0.01, 0.03, 0.012, -0.0105, 0.018, 0.011, 0.009])
    results = many_sets(
        {
            "none": {"roc_auc": MEANS, "average_precision": MEANS},
            "lsgan": {"roc_auc": MEANS + unsure, "average_precision": MEANS + SPREAD},
        }
    )
    gains = panel_gains(results).set_index("metric")
    assert gains.loc["roc_auc", "p"] < 0.05 < gains.loc["roc_auc", "p_holm"]
    assert told(results)[0].startswith("lsgan makes no clear difference")


def test_there_is_a_verdict_for_a_sampler_of_a_users_own():
    results = many_sets({"none": {"roc_auc": MEANS}, "mine": {"roc_auc": MEANS + 0.05 + SPREAD}})
    assert told(results)[0].startswith("mine helps")
    both = with_control(0.05, 0)
    own = both[both["strategy"] == "lsgan"].assign(strategy="my.Sampler")
    assert subject_of(pd.concat([both, own])) == "my.Sampler"


def test_what_is_not_chosen_before_is_told_and_not_called_clear(folds):
    overview = told(folds)[-1]
    assert "clearly better in ROC-AUC (+0.100)" in overview
    assert "log-loss (-0.100)" in overview, "a gain, of which + is better"
    assert "clearly worse" not in overview
    assert "F1 (-0.017)" in overview


def test_a_difference_is_a_plain_sentence_with_its_interval():
    gain = np.array([0.02, 0.01, 0.03, 0.01, -0.01, 0.02, 0.015, 0.009])
    results = many_sets(
        {"none": {"average_precision": MEANS}, "lsgan": {"average_precision": MEANS + gain}}
    )
    assert told(results)[1] == (
        "lsgan's average precision is 0.014 higher than with no resampling; 95 % interval of the "
        "gain +0.000 to +0.022; better on 7 of 8 data sets."
    )


def test_a_loss_is_higher_or_lower_and_its_gain_has_the_sign_of_the_tables(folds):
    row = paired_gains(folds, "none").set_index("metric", drop=False).loc["log_loss"]
    said = sentence(row)
    assert said.startswith("lsgan's log-loss is 0.100 higher than with no resampling, which is ")
    assert "worse; 95 % interval of the gain -0.10" in said
    assert said.endswith("better on 0 of 3 folds.")


def test_no_difference_and_no_interval_are_said_so(folds):
    one = folds[folds["fold"] == 1]
    same = pd.concat([one, one[one["strategy"] == "none"].assign(strategy="cgan")])
    row = paired_gains(same, "none", strategies=["cgan"]).iloc[0]
    assert sentence(row) == (
        "cgan's F1 is about the same as with no resampling; too few to give an interval; "
        "better on 0 of 1 fold."
    )


def test_a_rival_that_never_finished_is_left_out(folds):
    assert not any("SMOTE" in words for words in told(pd.concat([folds, failure("smote")])))


def test_the_verdict_says_when_its_subject_failed(folds):
    failed = pd.concat([folds[folds["strategy"] == "none"], failure("lsgan")])
    assert told(failed) == ["lsgan failed on every fold, so there is no answer: see the errors."]


def test_no_verdict_where_nothing_was_generated(folds):
    assert told(folds[folds["strategy"] == "none"]) == []


def test_the_word_clearly_is_explained_for_folds_and_for_data_sets(folds):
    sets = with_control(0.05, 0.05)
    assert "Nadeau" in explained(folds)
    assert "data sets" in explained(sets)
    for results in (folds, sets):
        assert "Holm's correction for these comparisons, four at most" in explained(results)


def test_the_word_clearly_is_not_explained_where_it_is_not_said(folds):
    failed = pd.concat([folds[folds["strategy"] == "none"], failure("lsgan")])
    assert explained(failed) == ""


def test_the_answer_says_where_the_scores_disagree():
    results = one_set(
        {
            "none": {"roc_auc": BASE, "average_precision": BASE},
            "lsgan": {"roc_auc": BASE + 0.1 + WOBBLE, "average_precision": BASE - 0.1 + WOBBLE},
        }
    )
    assert told(results)[0] == (
        "lsgan helps and hurts: xgboost ranks better with it than without by ROC-AUC, and "
        "worse by average precision."
    )


@pytest.mark.parametrize("readout", ["as_is", "tuned"])
def test_a_tuned_threshold_is_advised_where_it_was_not_tuned(readout):
    scores = {"none": {"roc_auc": BASE}, "lsgan": {"roc_auc": BASE + WOBBLE}}
    sentences = told(one_set(scores, readout=readout))
    assert any("a tuned threshold" in said for said in sentences) == (readout == "as_is")


def test_a_run_says_what_it_could_have_seen_and_what_more_repeats_would_buy():
    """Of three folds with rows_test / rows_train 1/4 the half-width is 4.30 s sqrt(1/3 + 1/4)."""
    results = one_set({"none": {"roc_auc": BASE}, "lsgan": {"roc_auc": BASE + WOBBLE}})
    seen, more = could_have_seen(results, panel_gains(results))
    assert "less than ±0.003 in ROC-AUC this run could not have told from chance" in seen
    # 2.05 sqrt(1/30 + 1/4) instead, of the same spread.
    assert more == "With --repeats 10 that would be about ±0.001."
    sets = with_control(0, 0)
    (alone,) = could_have_seen(sets, panel_gains(sets))
    assert "±0.00" in alone
    one = results[results["fold"] == 1]
    assert could_have_seen(one, panel_gains(one)) == []


def advice(gains, *, readout="as_is", sets=1):
    """Recommend among strategies with such gains over none in ROC-AUC on every fold."""
    scores = {
        name: {"roc_auc": BASE + gain + WOBBLE * place}
        for place, (name, gain) in enumerate({"none": 0, **gains}.items())
    }
    names = [f"set {place}" for place in range(sets)]
    return taken(pd.concat([one_set(scores, readout=readout, dataset=name) for name in names]))


def test_nothing_is_recommended_where_nothing_ranks_clearly_better():
    said = advice({"smote": -0.1, "lsgan": 0})
    assert said.startswith("Take no resampling on set 0: behind xgboost no strategy ranks")
    assert "tune the threshold" in said
    assert "tune the threshold" not in advice({"lsgan": 0}, readout="tuned")
    assert "on these 3 data sets" in advice({"lsgan": 0}, sets=3)


def test_the_simplest_of_what_is_as_good_as_the_best_is_recommended():
    said = advice({"random": 0.05, "lsgan": 0.1001, "jitter": 0.1})
    assert said.startswith("Take jitter on set 0")
    assert "no resampling, by ROC-AUC (+0.100)." in said
    assert "lsgan gains more, but not clearly" in said
    assert advice({"lsgan": 0.2, "jitter": 0.1}).startswith("Take lsgan")
    assert "gains more" not in advice({"lsgan": 0.2, "jitter": 0.1})
    assert advice({"mine": 0.1, "ctgan": 0.1, "smote": 0.1}).startswith("Take smote")
    assert advice({"ctgan": 0.1, "mine": 0.1}).startswith("Take ctgan")


def test_of_many_strategies_the_best_is_not_taken_for_what_chance_does():
    """One gain in ten of p .01: with Holm's correction over the ten it is no reason."""
    lucky = np.array([0.02, 0.01, 0.03, 0.012, -0.002, 0.018, 0.011, 0.009])
    still = {f"rival {place}": {"roc_auc": MEANS + SPREAD} for place in range(9)}
    results = many_sets({"none": {"roc_auc": MEANS}, **still, "smote": {"roc_auc": MEANS + lucky}})
    p = panel_gains(results).query("reference == 'none' and strategy == 'smote'")["p"].iloc[0]
    assert p < 0.05
    assert taken(results).startswith("Take no resampling")


def test_what_helps_and_hurts_is_not_recommended():
    results = one_set(
        {
            "none": {"roc_auc": BASE, "average_precision": BASE},
            "lsgan": {"roc_auc": BASE + 0.1 + WOBBLE, "average_precision": BASE - 0.1 + WOBBLE},
        }
    )
    assert taken(results).startswith("Take no resampling")


def test_no_recommendation_without_anything_to_hold_it_against(folds):
    assert taken(folds[folds["strategy"] == "none"]) == ""
    assert taken(folds[folds["strategy"] == "lsgan"]) == ""
    assert taken(folds[folds["metric"] == "f1"]) == ""
    assert taken(pd.concat([failure("none"), failure("lsgan")])) == ""
    failed = pd.concat([failure("none"), folds[folds["strategy"] == "lsgan"]])
    assert taken(failed) == ""
