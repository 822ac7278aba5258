"""Counts of true and predicted classes."""

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as reference

from gansampler.evaluation.statistics.confusion import (
    confusion_matrices,
    count_confusions,
    rates_by_class,
    rows_by_class,
)

CLASSES = pd.Index(["many", "few", 3], dtype=object)


@pytest.fixture
def predicted():
    rng = np.random.default_rng(0)
    y = rng.choice(3, 300, p=[0.6, 0.3, 0.1])
    return y, np.where(rng.random(300) < 0.7, y, rng.choice(3, 300))


def rows(y, predicted, **where):
    where = {"dataset": "data", "strategy": "none", "learner": "a", "readout": "b", **where}
    counts = count_confusions(y, predicted, CLASSES)
    return pd.DataFrame([{"repeat": 1, "fold": 1, **where, **row} for row in counts])


def test_matrix_and_rates_are_those_of_scikit_learn(predicted):
    y, found = predicted
    folds = [rows(y[part], found[part], fold=part[0]) for part in np.split(np.arange(300), [77])]
    matrix = confusion_matrices(pd.concat(folds))["none"]
    np.testing.assert_array_equal(matrix, reference.confusion_matrix(y, found))
    assert matrix.index.tolist() == matrix.columns.tolist() == ["many", "few", "3"]
    rates = rates_by_class(matrix)
    np.testing.assert_allclose(rates["recall"], reference.recall_score(y, found, average=None))
    np.testing.assert_allclose(
        rates["precision"], reference.precision_score(y, found, average=None)
    )
    assert rates["rows"].tolist() == np.bincount(y).tolist()


def test_counts_are_plain_data_that_any_file_can_hold(predicted):
    for row in count_confusions(*predicted, CLASSES):
        assert {type(value) for value in row.values()} == {int, str}


def test_strategies_have_the_same_classes_and_nothing_found_is_no_number():
    y = np.array([0, 0, 1, 2])
    parts = [rows(y, y), rows(y[:2], np.array([0, 1]), strategy="other")]
    matrices = confusion_matrices(pd.concat(parts))
    assert list(matrices) == ["none", "other"]
    assert matrices["other"].to_numpy().tolist() == [[1, 1, 0], [0, 0, 0], [0, 0, 0]]
    rates = rates_by_class(matrices["other"])
    assert rates["recall"].isna().tolist() == [False, True, True]
    assert rates["precision"].isna().tolist() == [False, False, True]


def test_each_row_counts_once_however_many_trials_hold_it_out(predicted):
    y, found = predicted
    parts = [
        rows(y[part], found[part], dataset=name, strategy=strategy, repeat=repeat, fold=part[0])
        for name in ("b@minority=20", "b@minority=9", "a")
        for strategy in ("none", "smote")
        for repeat in (1, 2)
        for part in np.split(np.arange(300), [77])
    ]
    table = rows_by_class(pd.concat(parts[:-1]))  # one trial failed
    assert table["dataset"].tolist() == ["b"] * 3 + ["a"] * 3
    assert table["label"].tolist() == ["many", "few", "3"] * 2
    assert table["rows"].tolist() == np.bincount(y).tolist() * 2
