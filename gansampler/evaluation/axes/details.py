"""What is kept of a trial beside its scores: small tables of plain data, one entry each."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import precision_recall_curve, roc_curve

Rows = list[dict[str, Any]]
# Of the bins of probabilities: narrow where the probabilities of a rare class lie.
EDGES = np.array([0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, *np.arange(1, 11) / 10])
# False-positive rates of a ROC curve, recalls of a precision-recall curve.
GRID = np.linspace(0, 1, 101)


@dataclass(frozen=True)
class Outcome:
    """What came out on the n held-out rows of a fold: codes, and probabilities (n, classes).

    The classes come in the order of their codes, the most frequent first.
    """

    codes: np.ndarray
    predicted: np.ndarray
    probabilities: np.ndarray
    classes: pd.Index


def bin_probabilities(outcome: Outcome) -> Rows:
    """Sort the probabilities of the rarest class into bins.

    Of each bin that is not empty: its number from 0, the ``count`` of rows, the sum of what was
    ``predicted`` for them, and how many of them were ``observed`` to be of the class.
    """
    p = outcome.probabilities[:, -1]
    place = np.clip(np.searchsorted(EDGES, p, side="right") - 1, 0, len(EDGES) - 2)
    rarest = (outcome.codes == outcome.probabilities.shape[1] - 1).astype(int)
    table = pd.DataFrame({"bin": place, "count": 1, "predicted": p, "observed": rarest})
    return _records(table.groupby("bin", as_index=False).sum())


def count_confusions(outcome: Outcome) -> Rows:
    """Count the rows of each true class by the class that was predicted for them."""
    pairs = pd.DataFrame({"code": outcome.codes, "predicted_code": outcome.predicted})
    table = pairs.value_counts(sort=False).sort_index().reset_index(name="count")
    names = np.array([str(label) for label in outcome.classes], dtype=object)
    labels = {"label": names[table["code"]], "predicted_label": names[table["predicted_code"]]}
    return _records(table.assign(**labels))


def trace_curves(outcome: Outcome) -> Rows:
    """Read the ROC and the precision-recall curve of the rarest class on the grid, as JSON.

    The first is interpolated; the precision at a recall is the best at that recall or a higher one,
    for between two points of that curve there is no straight line. Without rows of the class, or of
    any other, there is no curve.
    """
    positive = outcome.codes == outcome.probabilities.shape[1] - 1
    if positive.all() or not positive.any():
        return []
    p = outcome.probabilities[:, -1]
    false, true, _ = roc_curve(positive, p, drop_intermediate=False)
    precision, recall, _ = precision_recall_curve(positive, p)
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


DETAILS: dict[str, Callable[[Outcome], Rows]] = {
    "reliability": bin_probabilities,
    "confusion": count_confusions,
    "curves": trace_curves,
}


def measure_details(outcome: Outcome) -> dict[str, Rows]:
    """Take all details of one fold, learner and readout."""
    return {name: measure(outcome) for name, measure in DETAILS.items()}


def _records(table: pd.DataFrame) -> Rows:
    """Give the rows of a table in plain numbers and text."""
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]
