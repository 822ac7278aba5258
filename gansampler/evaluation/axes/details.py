"""What is kept of a trial beside its scores: small tables of plain data, one entry each."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ..statistics import confusion, curves, reliability

Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Outcome:
    """What came out on the held-out rows of a fold.

    Parameters
    ----------
    codes, predicted : ndarray of int, shape (n,)
        True and predicted classes.
    probabilities : ndarray of float, shape (n, classes)
        What was predicted.
    classes : Index
        What `gansampler.evaluation.labels.classes_by_frequency` returned.
    """

    codes: np.ndarray
    predicted: np.ndarray
    probabilities: np.ndarray
    classes: pd.Index


@dataclass(frozen=True)
class Detail:
    """One kind of rows.

    Parameters
    ----------
    columns : list of str
        Their keys.
    measure : callable
        From an `Outcome` to a list of dict.
    """

    columns: list[str]
    measure: Callable[[Outcome], Rows]


DETAILS: dict[str, Detail] = {
    "reliability": Detail(
        ["bin", *reliability.SUMS],
        lambda of: reliability.bin_probabilities(of.codes, of.probabilities),
    ),
    "confusion": Detail(
        confusion.COLUMNS,
        lambda of: confusion.count_confusions(of.codes, of.predicted, of.classes),
    ),
    "curves": Detail(curves.COLUMNS, lambda of: curves.trace_curves(of.codes, of.probabilities)),
}


def measure_details(outcome: Outcome) -> dict[str, Rows]:
    """Take all details of one fold, learner and readout.

    Parameters
    ----------
    outcome : Outcome
        What came out.

    Returns
    -------
    dict of str to list of dict
        With the keys of `DETAILS`.
    """
    return {name: detail.measure(outcome) for name, detail in DETAILS.items()}


def gather(parts: Iterable[Mapping[str, Rows]]) -> dict[str, pd.DataFrame]:
    """Put the details of several trials below each other.

    Parameters
    ----------
    parts : iterable of mapping
        The field `details` of trials.

    Returns
    -------
    dict of str to DataFrame
        With the keys of `DETAILS`; a table is empty where there are no rows of it.
    """
    parts = list(parts)
    return {
        name: pd.DataFrame([row for part in parts for row in part.get(name, [])])
        for name in DETAILS
    }
