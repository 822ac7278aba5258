"""The long table, cut and laid out."""

import pandas as pd
import pytest
from synthetic import failure, many_sets, one_set, without

from gansampler.evaluation.statistics.long_table import (
    dataset_names,
    in_columns,
    metric_names,
    panel_words,
    panels,
    scores_by_dataset,
    scores_by_fold,
    strategy_names,
    values_by_fold,
)

SCORES = {
    "smote": {"roc_auc": [0.7, 0.72, 0.71]},
    "lsgan": {"roc_auc": [0.8, 0.82, 0.81]},
}


def test_names_come_in_the_order_of_the_run():
    results = pd.concat([one_set(SCORES, dataset="b"), one_set(SCORES, dataset="a")])
    assert strategy_names(results) == ["smote", "lsgan"]
    assert metric_names(results) == ["roc_auc"]
    assert dataset_names(results) == ["b", "a"]


def test_scores_are_laid_out_by_strategy_and_fold():
    scores = scores_by_fold(pd.concat([one_set(SCORES), failure("cgan")]), "roc_auc")
    assert scores.index.tolist() == ["smote", "lsgan", "cgan"]
    assert scores.columns.tolist() == [("data", 1, 1), ("data", 1, 2), ("data", 1, 3)]
    assert scores.loc["smote"].tolist() == [0.7, 0.72, 0.71]
    assert scores.loc["cgan"].isna().all()


def test_scores_are_averaged_over_the_folds_of_a_data_set():
    results = many_sets({"none": {"roc_auc": [0.5, 0.6]}, "cgan": {"roc_auc": [0.7, 0.8]}})
    scores = scores_by_dataset(results, "roc_auc")
    assert scores.columns.tolist() == ["set 1", "set 2"]
    assert scores.loc["none"].tolist() == pytest.approx([0.5, 0.6])


def test_a_data_set_with_a_fold_missing_does_not_count():
    results = many_sets({"smote": {"roc_auc": [0.5, 0.6]}, "cgan": {"roc_auc": [0.7, 0.8]}})
    scores = scores_by_dataset(without(results, "cgan", "set 1"), "roc_auc")
    assert scores.isna().to_numpy().tolist() == [[False, False], [True, False]]


def test_panels_hold_their_scores_the_errors_and_once_the_effort():
    results = pd.concat(
        [
            one_set(SCORES),
            one_set(SCORES, readout="tuned"),
            one_set(SCORES, learner="forest"),
            failure("cgan"),
        ]
    )
    cut = {tuple(key)[:3]: panel for key, panel in panels(results)}
    keys = [("xgboost", "as_is", ""), ("xgboost", "tuned", ""), ("forest", "as_is", "")]
    assert list(cut) == keys
    first, tuned = cut[keys[0]], cut[keys[1]]
    assert set(tuned.loc[tuned["metric"] == "roc_auc", "readout"]) == {"tuned"}
    assert [(part["metric"] == "trees").sum() for part in (first, tuned)] == [6, 0]
    assert [(part["metric"] == "rows_test").sum() for part in (first, tuned)] == [6, 6]
    assert [(part["status"] != "ok").sum() for part in (first, tuned)] == [1, 1]
    assert (cut[keys[2]]["status"] == "ok").all()


def test_a_learner_that_failed_with_every_strategy_keeps_its_panel():
    results = pd.concat([one_set(SCORES), failure("smote", learner="forest")])
    assert [key.learner for key, _ in panels(results)] == ["xgboost", "forest"]


def test_data_sets_that_differ_by_the_protocol_alone_stand_in_panels_of_their_own():
    results = pd.concat(
        [
            one_set(SCORES, dataset="a", minority_rows=20),
            one_set(SCORES, dataset="a", minority_rows=50),
            one_set(SCORES, dataset="b", minority_rows=20),
            one_set(SCORES, dataset="b", protocol="time=year"),
        ]
    )
    cut = {panel_words(key): dataset_names(panel) for key, panel in panels(results)}
    assert cut == {
        "xgboost, as_is, 20 rows of the rarest class": ["a", "b"],
        "xgboost, as_is, 50 rows of the rarest class": ["a"],
        "xgboost, as_is, time=year": ["b"],
    }


def test_what_protocols_did_is_read_out_of_the_names_of_earlier_versions():
    names = ["a", "a@time=year", "a@group=x@ratio=0.1", "b@time=year@minority=20"]
    old = pd.concat([one_set(SCORES, dataset=name) for name in names])
    old = old.drop(columns=["protocol", "minority_rows"])
    new = in_columns(old).drop_duplicates(["dataset", "protocol", "minority_rows"])
    assert new["dataset"].tolist() == ["a", "a", "a", "b"]
    assert new["protocol"].tolist() == ["", "time=year", "group=x, ratio=0.1", "time=year"]
    assert new["minority_rows"].fillna(0).tolist() == [0, 0, 0, 20]
    assert len(list(panels(old))) == 4
    assert in_columns(new) is new


def test_a_fold_that_failed_has_the_score_of_no_resampling():
    scores = {**SCORES, "none": {"roc_auc": [0.6, 0.62, 0.64]}}
    results = without(one_set(scores), "smote", "data")
    assert scores_by_fold(results, "roc_auc").loc["smote"].tolist() == [0.6, 0.72, 0.71]
    assert values_by_fold(results, "roc_auc").loc["smote"].isna().tolist() == [True, False, False]
    assert scores_by_dataset(results, "roc_auc").loc["smote"].item() == pytest.approx(0.6766667)
    unfinished = results[results["metric"].notna()]
    assert scores_by_fold(unfinished, "roc_auc").loc["smote"].isna().tolist() == [
        True,
        False,
        False,
    ]


def test_means_over_different_folds_do_not_compare():
    scores = {"none": {"roc_auc": [0.5, 0.6, 0.7]}, "cgan": {"roc_auc": [0.7, 0.8, 0.9]}}
    whole = one_set(scores)
    rows = whole.set_index(["strategy", "fold"]).index
    crossed = scores_by_dataset(whole[~rows.isin([("none", 1), ("cgan", 2)])], "roc_auc")
    assert crossed["data"].isna().all()
    nobody = scores_by_dataset(whole[whole["fold"] > 1], "roc_auc")
    assert nobody["data"].tolist() == pytest.approx([0.65, 0.85])
