"""Sums and means of what is kept beside the scores."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as reference

from gansampler.evaluation.axes.details import GRID, Outcome, bin_probabilities, count_confusions
from gansampler.evaluation.statistics.details import (
    calibration_errors,
    confusion_matrices,
    mean_curves,
    pool,
    rates_by_class,
    rows_by_class,
)

CLASSES = pd.Index(["many", "few", 3], dtype=object)
WHERE = {"dataset": "data", "protocol": "", "minority_rows": np.nan, "strategy": "none"}
WHERE |= {"learner": "a", "readout": "b", "repeat": 1, "fold": 1}


@pytest.fixture
def predicted():
    rng = np.random.default_rng(0)
    y = rng.choice(3, 300, p=[0.6, 0.3, 0.1])
    return y, np.where(rng.random(300) < 0.7, y, rng.choice(3, 300))


def counts(y, predicted, **where):
    found = count_confusions(Outcome(y, predicted, np.empty((len(y), 3)), CLASSES))
    return pd.DataFrame([{**WHERE, **where, **row} for row in found])


def bins(codes, p, **where):
    found = bin_probabilities(Outcome(codes, codes, np.column_stack([1 - p, p]), CLASSES[:2]))
    return pd.DataFrame([{**WHERE, **where, **row} for row in found])


def test_folds_are_pooled_row_by_row():
    rng = np.random.default_rng(0)
    p = rng.random(500)
    codes = (rng.random(500) < p).astype(int)
    parts = [bins(codes[part], p[part]) for part in np.split(np.arange(500), [77])]
    whole = pool(bins(codes, p))
    pd.testing.assert_frame_equal(pool(pd.concat(parts)).reset_index(drop=True), whole)
    assert whole["count"].sum() == 500


def test_opposite_errors_of_two_data_sets_do_not_make_up_for_each_other():
    always, never = np.ones(50, int), np.zeros(50, int)
    p = np.full(50, 0.55)
    both = pd.concat([bins(always, p, dataset="low"), bins(never, p, dataset="high")])
    assert pool(both)["observed"].item() == pytest.approx(0.5)
    assert calibration_errors(both).item() == pytest.approx((0.45 + 0.55) / 2)


def test_the_calibration_error_is_the_mean_distance_of_the_bins():
    codes, p = np.array([0, 0, 0, 1, 1]), np.array([0.15, 0.15, 0.15, 0.15, 0.95])
    assert calibration_errors(bins(codes, p)).item() == pytest.approx((4 * 0.1 + 1 * 0.05) / 5)


def test_matrix_and_rates_are_those_of_scikit_learn(predicted):
    y, found = predicted
    folds = [counts(y[part], found[part], fold=part[0]) for part in np.split(np.arange(300), [77])]
    matrix = confusion_matrices(pd.concat(folds))["none"]
    np.testing.assert_array_equal(matrix, reference.confusion_matrix(y, found))
    assert matrix.index.tolist() == matrix.columns.tolist() == ["many", "few", "3"]
    rates = rates_by_class(matrix)
    np.testing.assert_allclose(rates["recall"], reference.recall_score(y, found, average=None))
    np.testing.assert_allclose(
        rates["precision"], reference.precision_score(y, found, average=None)
    )
    assert rates["rows"].tolist() == np.bincount(y).tolist()


def test_strategies_have_the_same_classes_and_nothing_found_is_no_number():
    y = np.array([0, 0, 1, 2])
    parts = [counts(y, y), counts(y[:2], np.array([0, 1]), strategy="other")]
    matrices = confusion_matrices(pd.concat(parts))
    assert list(matrices) == ["none", "other"]
    assert matrices["other"].to_numpy().tolist() == [[1, 1, 0], [0, 0, 0], [0, 0, 0]]
    rates = rates_by_class(matrices["other"])
    assert rates["recall"].isna().tolist() == [False, True, True]
    assert rates["precision"].isna().tolist() == [False, False, True]


def test_each_row_counts_once_however_many_trials_hold_it_out(predicted):
    y, found = predicted
    parts = [
        counts(y[part], found[part], strategy=strategy, repeat=repeat, fold=part[0], **variant)
        for variant in (
            {"dataset": "b", "minority_rows": 20.0},
            {"dataset": "b", "minority_rows": 9.0},
            {"dataset": "a"},
        )
        for strategy in ("none", "smote")
        for repeat in (1, 2)
        for part in np.split(np.arange(300), [77])
    ]
    table = rows_by_class(pd.concat(parts[:-1]))  # one trial failed
    assert table["dataset"].tolist() == ["b"] * 3 + ["a"] * 3
    assert table["label"].tolist() == ["many", "few", "3"] * 2
    assert table["rows"].tolist() == np.bincount(y).tolist() * 2


def test_folds_are_averaged_before_data_sets():
    sets, folds = ["a", "a", "a", "b"], [0.0, 0.3, 0.6, 0.9]
    rows = [
        {"dataset": name, "strategy": "none", "curve": "roc", "heights": json.dumps([height] * 101)}
        for name, height in zip(sets, folds, strict=True)
    ]
    table = mean_curves(pd.DataFrame(rows))
    np.testing.assert_allclose(table.loc[("roc", "none")], (0.3 + 0.9) / 2)
    assert table.columns.tolist() == GRID.tolist()
