"""What is kept of a trial beside its scores."""

import json

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import trapezoid
from sklearn.calibration import calibration_curve
from sklearn.metrics import average_precision_score, roc_auc_score

from gansampler.evaluation.axes.details import (
    EDGES,
    GRID,
    Outcome,
    bin_probabilities,
    count_confusions,
    measure_details,
    trace_curves,
)

CLASSES = pd.Index(["many", "few", 3], dtype=object)


def outcome(codes, probabilities, predicted=None, classes=CLASSES):
    codes, probabilities = np.asarray(codes), np.asarray(probabilities)
    found = probabilities.argmax(axis=1) if predicted is None else np.asarray(predicted)
    return Outcome(codes, found, probabilities, classes)


def rare(codes, p):
    return outcome(codes, np.column_stack([1 - np.asarray(p), p]), classes=CLASSES[:2])


def test_bins_are_those_of_scikit_learn_and_narrow_near_zero():
    rng = np.random.default_rng(0)
    p = rng.random(500) ** 2
    p[:2] = 0, 1
    codes = (rng.random(500) < p).astype(int)
    table = pd.DataFrame(bin_probabilities(rare(codes, p)))
    wide = table[table["bin"] >= np.flatnonzero(np.isclose(EDGES, 0.1))[0]]
    found, mean = calibration_curve(codes[p >= 0.1], p[p >= 0.1], n_bins=10)
    np.testing.assert_allclose(wide["predicted"] / wide["count"], mean)
    np.testing.assert_allclose(wide["observed"] / wide["count"], found)
    assert table["count"].sum() == 500
    assert len(table) > len(wide) + 3


def test_the_rarest_of_three_classes_is_counted_and_empty_bins_are_left_out():
    probabilities = [[0.1, 0.1, 0.8], [0.1, 0.05, 0.85], [0.9, 0.08, 0.02]]
    assert bin_probabilities(outcome([2, 1, 0], probabilities)) == [
        {"bin": 5, "count": 1, "predicted": pytest.approx(0.02), "observed": 0},
        {"bin": 14, "count": 2, "predicted": pytest.approx(1.65), "observed": 1},
    ]


def test_counts_are_plain_data_that_any_file_can_hold():
    rng = np.random.default_rng(0)
    probabilities = rng.dirichlet(np.ones(3), 300)
    made = measure_details(outcome(rng.choice(3, 300), probabilities))
    assert json.loads(json.dumps(made)) == made
    kinds = {type(value) for row in made["confusion"] for value in row.values()}
    assert kinds == {int, str}


def test_confusions_are_counted_by_true_and_predicted_class():
    probabilities = np.full((4, 3), 1 / 3)
    rows = count_confusions(outcome([0, 0, 2, 2], probabilities, [0, 1, 2, 2]))
    counts = {(row["label"], row["predicted_label"]): row["count"] for row in rows}
    assert counts == {("many", "many"): 1, ("many", "few"): 1, ("3", "3"): 2}


def heights(of):
    return {row["curve"]: json.loads(row["heights"]) for row in trace_curves(of)}


def test_areas_under_the_curves_are_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    y = (rng.random(2000) < 0.2).astype(int)
    p = 0.3 * y + 0.7 * rng.random(2000)
    curves = heights(rare(y, p))
    assert trapezoid(curves["roc"], GRID) == pytest.approx(roc_auc_score(y, p), abs=0.01)
    # The best precision at a recall or a higher one is never below that of the curve itself.
    area = trapezoid(curves["precision_recall"], GRID)
    assert 0 <= area - average_precision_score(y, p) < 0.02


def test_curves_by_hand():
    curves = heights(rare([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1]))
    assert curves["roc"][0] == 0.5
    assert curves["roc"][50:] == [1.0] * 51
    assert curves["precision_recall"][:51] == [1.0] * 51
    assert curves["precision_recall"][51:] == pytest.approx([2 / 3] * 50, abs=1e-4)


def test_the_rarest_of_three_classes_stands_against_the_rest():
    found = trace_curves(outcome([0, 1, 2], [[0.8, 0.1, 0.1], [0, 0.8, 0.2], [0, 0, 1]]))
    assert [row["curve"] for row in found] == ["roc", "precision_recall"]
    assert all(json.loads(row["heights"]) == [1.0] * 101 for row in found)


@pytest.mark.parametrize("code", [0, 1])
def test_no_curve_where_one_of_the_two_sides_is_empty(code):
    assert trace_curves(rare(np.full(3, code), np.full(3, 0.5))) == []
