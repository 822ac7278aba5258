"""Probabilities in bins."""

import numpy as np
import pandas as pd
import pytest
from sklearn.calibration import calibration_curve

from gansampler.evaluation.statistics.reliability import bin_probabilities, pool


@pytest.fixture
def predicted():
    rng = np.random.default_rng(0)
    p = rng.random(500)
    p[:2] = 0, 1
    return (rng.random(500) < p).astype(int), np.column_stack([1 - p, p])


def pooled(*folds):
    where = {"strategy": "cgan", "learner": "xgboost", "readout": "as_is"}
    return pool(pd.DataFrame([{**where, **row} for fold in folds for row in fold]))


def test_bins_are_those_of_scikit_learn(predicted):
    codes, probabilities = predicted
    found, mean = calibration_curve(codes, probabilities[:, 1], n_bins=10)
    table = pooled(bin_probabilities(codes, probabilities))
    np.testing.assert_allclose(table["predicted"], mean)
    np.testing.assert_allclose(table["observed"], found)
    assert table["count"].sum() == 500


def test_folds_are_pooled_row_by_row(predicted):
    codes, probabilities = predicted
    parts = [
        bin_probabilities(codes[part], probabilities[part]) for part in np.split(range(500), [77])
    ]
    whole = pooled(bin_probabilities(codes, probabilities))
    pd.testing.assert_frame_equal(pooled(*parts).reset_index(drop=True), whole)


def test_the_rarest_of_three_classes_is_counted_and_empty_bins_are_left_out():
    probabilities = np.array([[0.1, 0.1, 0.8], [0.1, 0.05, 0.85], [0.9, 0.08, 0.02]])
    assert bin_probabilities(np.array([2, 1, 0]), probabilities) == [
        {"bin": 0, "count": 1, "predicted": pytest.approx(0.02), "observed": 0},
        {"bin": 8, "count": 2, "predicted": pytest.approx(1.65), "observed": 1},
    ]
