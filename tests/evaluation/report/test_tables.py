"""Small tables as text."""

import numpy as np
import pandas as pd
import pytest
from synthetic import failure, many_sets, one_set, without

from gansampler.evaluation.report.page import summary
from gansampler.evaluation.report.tables import (
    CHANCES,
    FURTHER,
    WITH_INTERVAL,
    by_dataset,
    effort_table,
    failures_in_words,
    failures_table,
    gains_table,
    means_table,
    notes_table,
    ranks_table,
    rarest_in_words,
    to_markdown,
)
from gansampler.evaluation.statistics.details import rows_by_class
from gansampler.evaluation.statistics.gains import paired_gains, panel_gains
from gansampler.evaluation.statistics.ranks import mean_ranks

FOLDS = {
    "none": {"accuracy": [0.9, 0.9, 0.9], "roc_auc": [0.7, 0.72, 0.71], "log_loss": [0.2] * 3},
    "lsgan": {
        "accuracy": [0.8, 0.9, 0.95],
        "roc_auc": [0.8, 0.82, 0.811],
        "log_loss": [0.3, 0.301, 0.3],
    },
}
SETS = {
    "none": {"mcc": [0.5, 0.6, 0.7, 0.4], "average_precision": [0.5, 0.6, 0.7, 0.4]},
    "smote": {"mcc": [0.5, 0.6, 0.7, 0.4], "average_precision": [0.45, 0.55, 0.65, 0.35]},
    "cgan": {"mcc": [0.6, 0.7, 0.8, 0.3], "average_precision": [0.52, 0.61, 0.73, 0.415]},
}
COUNTS = ["code", "label", "predicted_code", "predicted_label", "count"]


@pytest.fixture
def folds():
    return one_set(FOLDS)


@pytest.fixture
def sets():
    return many_sets(SETS)


def test_notes_table_shows_accuracy_and_ratios_fold_by_fold(folds):
    table = notes_table(folds)
    assert table.loc["lsgan"].tolist() == ["0.883", *["0.100 to 1.000"] * 3]
    assert table.loc["none"].tolist() == ["0.900", *["0.100 to 0.100"] * 3]
    assert table.columns.tolist() == ["mean accuracy", "fold 1", "fold 2", "fold 3"]
    both = notes_table(pd.concat([folds, folds.assign(repeat=2)]))
    assert both.columns[-1] == "fold 2.3"


def test_means_of_folds_and_of_data_sets(folds, sets):
    assert means_table(folds).loc["none"].tolist() == ["0.900", "0.710", "0.200"]
    table = means_table(sets[~(sets["strategy"].eq("cgan") & sets["dataset"].eq("set 1"))])
    assert table.loc["none"].tolist() == ["4", "0.550", "0.550"]
    assert table.loc["cgan"].tolist() == ["3", "0.600", "0.585"]


def test_folds_that_failed_are_counted_aloud(sets):
    failed = without(sets, "cgan", "set 1")
    table = means_table(failed)
    assert table["failed folds"].to_dict() == {"none": "0", "smote": "0", "cgan": "1"}
    # On that fold it counts as none: .499 for .599.
    assert table.loc["cgan", ["data sets", "MCC"]].tolist() == ["4", "0.587"]
    said = "On 1 of 8 folds cgan failed; they count as no resampling there."
    assert failures_in_words(failed) == [said]
    assert said in summary(failed)
    assert failures_in_words(sets) == []


def test_gains_table_over_folds_is_positive_where_a_loss_falls(folds):
    table = gains_table(folds, "none")
    assert table.loc["lsgan"].to_dict() == {
        "accuracy": "-0.017 (1/3)",
        "ROC-AUC": "+0.100 (3/3)",
        "log-loss": "-0.100 (0/3)",
    }


def test_gains_table_over_data_sets_puts_every_cell_in_its_place(sets):
    table = gains_table(sets, "none")
    assert table.index.tolist() == ["smote", "cgan"]
    # Hodges and Lehmann's of .1, .1, .1, -.1: the median of ten means of two is .1.
    assert table.to_dict("list") == {
        "MCC": ["+0.000 (0/4)", "+0.100 (3/4)"],
        "average precision": ["-0.050 (0/4)", "+0.019 (4/4)"],
    }


def test_gains_table_in_other_words():
    n = 8
    base, spread = np.linspace(0.5, 0.8, n), np.linspace(-0.004, 0.003, n)
    results = many_sets(
        {
            "none": {"mcc": base, "roc_auc": base, "average_precision": base},
            "smote": {"mcc": base + spread, "roc_auc": base - 0.05 + spread},
            "lsgan": {"mcc": base + 0.1 + spread, "average_precision": base + spread},
        }
    )
    row = paired_gains(results, "none").set_index(["strategy", "metric"]).loc[("smote", "roc_auc")]
    assert row["p_holm"] == row["p"] < 0.01
    cell = gains_table(results, "none", WITH_INTERVAL).loc["smote"]
    assert cell["ROC-AUC"] == "-0.051*\n-0.053, -0.048\n0 of 8\np 0.008"
    assert (
        gains_table(results, "none", "{gain} ({wins}/{n}), p {p}").loc["smote", "MCC"]
        == "-0.001 (3/8), p 0.641"
    )
    further = gains_table(results, "none", FURTHER).loc["smote"]
    assert further["ROC-AUC"] == "-0.051\n0 of 8\np 0.008\nHolm 0.008"
    assert "Holm" not in further["MCC"]
    assert "*" not in gains_table(results, "none", WITH_INTERVAL).loc["lsgan", "MCC"]
    assert gains_table(results, "none", CHANCES).loc["smote", "MCC"] == "0 / 100 / 0"


def test_gains_table_names_the_panels_if_there_are_several(folds):
    table = gains_table(pd.concat([folds, one_set(FOLDS, learner="forest")]), "none")
    assert table.index.tolist() == [("xgboost", "lsgan"), ("forest", "lsgan")]


def test_nothing_to_pair_is_a_dash(folds):
    assert set(gains_table(pd.concat([folds, failure("smote")]), "none").loc["smote"]) == {"-"}


def test_ranks_table_ends_with_the_test(sets):
    table = ranks_table(sets, mean_ranks(sets))
    names = ["none", "smote", "cgan", "p (Iman and Davenport)", "data sets"]
    assert table.index.tolist() == names
    assert table["average precision"].tolist() == ["2.00", "3.00", "1.00", "<0.001", "4"]


def test_scores_on_each_data_set(folds, sets):
    (section,) = by_dataset(sets, panel_gains(sets), {})
    assert section.title == "average precision on each data set"
    assert section.tables[0].shown.loc["set 2"].tolist() == ["0.600", "0.550", "0.610"]
    assert list(by_dataset(folds, panel_gains(folds), {})) == []


def test_effort_without_what_was_not_measured(folds):
    assert effort_table(folds).loc["none", ["rows after", "trees"]].tolist() == ["180", "10"]
    assert "trees" not in effort_table(folds[folds["metric"] != "trees"])


def test_failures_are_counted_and_shown(folds):
    failed = pd.concat([folds, failure("smote"), failure("smote", fold=2)])
    assert failures_table(failed).loc["smote"].tolist() == ["ValueError: a|b", 2]
    assert "## Errors" in summary(failed)
    assert "## Errors" not in summary(folds)
    assert r"a\|b" in summary(failed)


def test_failures_name_the_data_set_where_there_are_several(sets):
    table = failures_table(without(sets, "cgan", "set 3"))
    assert table.loc["cgan"].tolist() == ["set 3", "ValueError: a|b", 1]


def test_all_strategies_may_fail():
    failed = pd.concat([failure(name, error="E: x") for name in ("none", "smote", "lsgan")])
    assert "| lsgan    | E: x  | 1            |" in summary(failed)


def test_one_strategy_alone_has_tables(folds):
    page = summary(folds[folds["strategy"] == "none"])
    assert "| none     | 0.900" in page
    assert "Gain over" not in page


def test_the_page_says_how_a_gain_is_read_and_what_to_take(folds):
    page = summary(folds)
    assert "Gain over none (+ is better; of log-loss it is how much lower), and on how" in page
    assert "- Take lsgan on data: behind xgboost it ranks the rows clearly better" in page
    assert "(+ is better), and on how" in summary(folds[folds["metric"] != "log_loss"])


def test_the_rare_class_is_said_where_it_is_known(folds):
    counts = [(0, "no", 0, "no", 18), (0, "no", 1, "yes", 2), (1, "yes", 1, "yes", 4)]
    where = {"dataset": "data", "strategy": "none", "learner": "xgboost", "readout": "as_is"}
    confusion = pd.DataFrame(
        [
            {**where, "repeat": 1, "fold": fold, **dict(zip(COUNTS, row, strict=True))}
            for fold in (1, 2)
            for row in counts
        ]
    )
    said = "The rare class is 'yes', with 8 of 48 rows (16.7%); it is the positive class"
    assert said in summary(folds, {"confusion": confusion})
    assert "rare class is" not in summary(folds, {"confusion": confusion.iloc[:0]})
    both = pd.concat([confusion, confusion.assign(dataset="other", count=confusion["count"] + 1)])
    assert "has 8 to 10 rows, 16.7% to 18.5% of all." in rarest_in_words(rows_by_class(both))


def test_panels_are_told_apart_by_their_titles(folds):
    page = summary(pd.concat([folds, one_set(FOLDS, readout="tuned")]))
    titles = [line for line in page.splitlines() if line.startswith("## ")]
    assert titles[0].startswith("## xgboost, as_is: Mean accuracy, and class ratio")
    assert sum(title.startswith("## xgboost, tuned: ") for title in titles) == 2
    assert "### xgboost, tuned\n\n- Take lsgan on data" in page


def test_markdown_columns_are_aligned():
    table = pd.DataFrame({"a": ["1", "22"]}, index=pd.Index(["x", "yyy"], name="name"))
    assert to_markdown(table).splitlines() == [
        "| name | a  |",
        "|------|----|",
        "| x    | 1  |",
        "| yyy  | 22 |",
    ]
