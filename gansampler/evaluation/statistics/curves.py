"""ROC and precision-recall curves of the rarest class, on one grid, to be averaged."""

import json
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import precision_recall_curve, roc_curve

COLUMNS = ["curve", "heights"]
# False-positive rates of a ROC curve, recalls of a precision-recall curve.
GRID = np.linspace(0, 1, 101)


def trace_curves(codes: np.ndarray, probabilities: np.ndarray) -> list[dict[str, Any]]:
    """Read both curves of the rarest class against the rest on the grid.

    Parameters
    ----------
    codes : ndarray of int, shape (n,)
        True classes, the rarest with the highest code.
    probabilities : ndarray of float, shape (n, classes)
        What was predicted.

    Returns
    -------
    list of dict
        Two: ``curve`` is "roc" or "precision_recall", ``heights`` a list of 101 numbers as JSON.
        Those of a ROC curve are interpolated; the precision at a recall is the best at that recall
        or a higher one, for between two points of that curve there is no straight line. Empty where
        the rows hold none of the class, or no other.
    """
    positive = codes == probabilities.shape[1] - 1
    if positive.all() or not positive.any():
        return []
    false, true, _ = roc_curve(positive, probabilities[:, -1], drop_intermediate=False)
    precision, recall, _ = precision_recall_curve(positive, probabilities[:, -1])
    # From the highest recall down, so that what came before is what a higher recall has.
    best = np.maximum.accumulate(precision)
    heights = {
        "roc": np.interp(GRID, false, true),
        "precision_recall": best[::-1][np.searchsorted(recall[::-1], GRID - 1e-12)],
    }
    return [
        {"curve": name, "heights": json.dumps(np.round(values, 4).tolist())}
        for name, values in heights.items()
    ]


def mean_curves(curves: pd.DataFrame) -> pd.DataFrame:
    """Average curves over the folds of each data set, then over data sets.

    Parameters
    ----------
    curves : DataFrame
        Rows of `trace_curves`, with the columns ``dataset`` and ``strategy`` beside them.

    Returns
    -------
    DataFrame of float, shape (kinds x strategies, 101)
        By ``curve`` and ``strategy``, in the order of the rows; the columns are the grid.
    """
    heights = pd.DataFrame(map(json.loads, curves["heights"]), curves.index, GRID)
    keys = [curves[name] for name in ("curve", "strategy", "dataset")]
    by_set = heights.groupby(keys, sort=False).mean()
    return by_set.groupby(level=["curve", "strategy"], sort=False).mean()
