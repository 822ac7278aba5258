"""ROC and precision-recall curves on a grid."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from gansampler.evaluation.statistics.curves import GRID, mean_curves, trace_curves


def heights(y, p):
    found = trace_curves(np.array(y), np.column_stack([1 - np.array(p), p]))
    return {row["curve"]: json.loads(row["heights"]) for row in found}


def test_areas_under_the_curves_are_those_of_scikit_learn():
    rng = np.random.default_rng(0)
    y = (rng.random(2000) < 0.2).astype(int)
    p = 0.3 * y + 0.7 * rng.random(2000)
    curves = heights(y, p)
    assert np.trapezoid(curves["roc"], GRID) == pytest.approx(roc_auc_score(y, p), abs=0.01)
    # The best precision at a recall or a higher one is never below that of the curve itself.
    area = np.trapezoid(curves["precision_recall"], GRID)
    assert 0 <= area - average_precision_score(y, p) < 0.02


def test_curves_by_hand():
    curves = heights([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1])
    assert curves["roc"][0] == 0.5
    assert curves["roc"][50:] == [1.0] * 51
    assert curves["precision_recall"][:51] == [1.0] * 51
    assert curves["precision_recall"][51:] == pytest.approx([2 / 3] * 50, abs=1e-4)


def test_the_rarest_of_three_classes_stands_against_the_rest():
    found = trace_curves(np.array([0, 1, 2]), np.array([[0.8, 0.1, 0.1], [0, 0.8, 0.2], [0, 0, 1]]))
    assert [row["curve"] for row in found] == ["roc", "precision_recall"]
    assert all(json.loads(row["heights"]) == [1.0] * 101 for row in found)


@pytest.mark.parametrize("code", [0, 1])
def test_no_curve_where_one_of_the_two_sides_is_empty(code):
    assert trace_curves(np.full(3, code), np.full((3, 2), 0.5)) == []


def test_folds_are_averaged_before_data_sets():
    sets, folds = ["a", "a", "a", "b"], [0.0, 0.3, 0.6, 0.9]
    rows = [
        {"dataset": name, "strategy": "none", "curve": "roc", "heights": json.dumps([height] * 101)}
        for name, height in zip(sets, folds, strict=True)
    ]
    table = mean_curves(pd.DataFrame(rows))
    np.testing.assert_allclose(table.loc[("roc", "none")], (0.3 + 0.9) / 2)
    assert table.columns.tolist() == GRID.tolist()
