"""The answer in words."""

import numpy as np
import pandas as pd
import pytest
from synthetic import failure, many_sets, one_set

from gansampler.evaluation.report.words import clearly_means, recommendation, sentence, verdict
from gansampler.evaluation.statistics.gains import paired_gains

BASE = np.array([0.7, 0.72, 0.71])
WOBBLE = np.array([0.001, -0.001, 0])


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
    sentences = verdict(results)
    assert answer in sentences[0]
    assert "forest rank" in sentences[0] or "forest ranks" in sentences[0]
    assert sentences[-1].startswith("Against no resampling: ")


def test_what_is_better_and_worse_is_listed(folds):
    overview = verdict(folds)[-1]
    assert "clearly better in ROC-AUC (+0.100)" in overview
    assert "clearly worse in log-loss (-0.100)" in overview, "a gain, of which + is better"
    assert "no clear difference in F1" in overview


def test_a_difference_is_a_plain_sentence_with_its_interval():
    base = np.linspace(0.5, 0.8, 8)
    gain = np.array([0.02, 0.01, 0.03, 0.01, -0.01, 0.02, 0.015, 0.009])
    results = many_sets(
        {"none": {"average_precision": base}, "lsgan": {"average_precision": base + gain}}
    )
    assert verdict(results)[1] == (
        "lsgan's average precision is 0.013 higher than with no resampling; 95 % interval of the "
        "gain +0.003 to +0.023; better on 7 of 8 data sets."
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
        "cgan's F1 is on average the same as with no resampling; too few to give an interval; "
        "better on 0 of 1 fold."
    )


def test_a_rival_that_never_finished_is_left_out(folds):
    assert not any("SMOTE" in words for words in verdict(pd.concat([folds, failure("smote")])))


def test_the_verdict_says_when_its_subject_failed(folds):
    failed = pd.concat([folds[folds["strategy"] == "none"], failure("lsgan")])
    assert verdict(failed) == ["lsgan failed on every fold, so there is no answer: see the errors."]


def test_no_verdict_where_nothing_was_generated(folds):
    assert verdict(folds[folds["strategy"] == "none"]) == []


def test_the_word_clearly_is_explained_for_folds_and_for_data_sets(folds):
    sets = pd.concat([folds, folds.assign(dataset="other")])
    assert "Nadeau" in clearly_means(folds, verdict(folds))
    assert "data sets" in clearly_means(sets, verdict(sets))


def test_the_word_clearly_is_not_explained_where_it_is_not_said(folds):
    failed = pd.concat([folds[folds["strategy"] == "none"], failure("lsgan")])
    assert clearly_means(failed, verdict(failed)) == ""


def test_the_answer_says_where_the_scores_disagree():
    results = one_set(
        {
            "none": {"roc_auc": BASE, "average_precision": BASE},
            "lsgan": {"roc_auc": BASE + 0.1 + WOBBLE, "average_precision": BASE - 0.1 + WOBBLE},
        }
    )
    assert verdict(results)[0] == (
        "lsgan helps and hurts: xgboost ranks better with its rows than without by ROC-AUC, and "
        "worse by average precision."
    )


@pytest.mark.parametrize("readout", ["as_is", "tuned"])
def test_a_tuned_threshold_is_advised_where_it_was_not_tuned(readout):
    scores = {"none": {"roc_auc": BASE}, "lsgan": {"roc_auc": BASE + WOBBLE}}
    sentences = verdict(one_set(scores, readout=readout))
    assert any("a tuned threshold" in said for said in sentences) == (readout == "as_is")


def advice(gains, *, readout="as_is", sets=1):
    """Recommend among strategies with such gains over none in ROC-AUC on every fold."""
    scores = {
        name: {"roc_auc": BASE + gain + WOBBLE * place}
        for place, (name, gain) in enumerate({"none": 0, **gains}.items())
    }
    names = [f"set {place}" for place in range(sets)]
    return recommendation(
        pd.concat([one_set(scores, readout=readout, dataset=name) for name in names])
    )


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
    assert "lsgan gains more in the mean, but not clearly" in said
    assert advice({"lsgan": 0.2, "jitter": 0.1}).startswith("Take lsgan")
    assert "gains more" not in advice({"lsgan": 0.2, "jitter": 0.1})
    assert advice({"mine": 0.1, "ctgan": 0.1, "smote": 0.1}).startswith("Take smote")
    assert advice({"ctgan": 0.1, "mine": 0.1}).startswith("Take mine")


def test_what_helps_and_hurts_is_not_recommended():
    results = one_set(
        {
            "none": {"roc_auc": BASE, "average_precision": BASE},
            "lsgan": {"roc_auc": BASE + 0.1 + WOBBLE, "average_precision": BASE - 0.1 + WOBBLE},
        }
    )
    assert recommendation(results).startswith("Take no resampling")


def test_no_recommendation_without_anything_to_hold_it_against(folds):
    assert recommendation(folds[folds["strategy"] == "none"]) == ""
    assert recommendation(folds[folds["strategy"] == "lsgan"]) == ""
    assert recommendation(folds[folds["metric"] == "f1"]) == ""
    assert recommendation(pd.concat([failure("none"), failure("lsgan")])) == ""
    failed = pd.concat([failure("none"), folds[folds["strategy"] == "lsgan"]])
    assert recommendation(failed) == ""
