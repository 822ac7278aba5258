"""Are predicted probabilities right? Counts in bins, which can be summed over folds."""

from typing import Any

import numpy as np
import pandas as pd

N_BINS = 10
SUMS = ["count", "predicted", "observed"]


def bin_probabilities(codes: np.ndarray, probabilities: np.ndarray) -> list[dict[str, Any]]:
    """Sort the probabilities of the rarest class into ten bins of equal width.

    Parameters
    ----------
    codes : ndarray of int, shape (n,)
        True classes, the rarest with the highest code.
    probabilities : ndarray of float, shape (n, classes)
        What was predicted.

    Returns
    -------
    list of dict
        For each bin that is not empty: ``bin`` from 0, ``count`` of rows, the sum of what was
        ``predicted`` for them, and how many of them were ``observed`` to be of the class.
    """
    p = probabilities[:, -1]
    place = np.minimum((p * N_BINS).astype(int), N_BINS - 1)
    rarest = codes == probabilities.shape[1] - 1
    table = pd.DataFrame({"bin": place, "count": 1, "predicted": p, "observed": rarest.astype(int)})
    rows = table.groupby("bin", as_index=False).sum().to_dict("records")
    return [{str(name): value for name, value in row.items()} for row in rows]


def pool(bins: pd.DataFrame) -> pd.DataFrame:
    """Average binned probabilities over folds and data sets.

    Parameters
    ----------
    bins : DataFrame
        Rows of `bin_probabilities`, with the columns ``strategy``, ``learner`` and ``readout``
        beside them.

    Returns
    -------
    DataFrame
        One row for each strategy, learner, readout and bin: ``count``, and the means of
        ``predicted`` and ``observed``.
    """
    sums = bins.groupby(["strategy", "learner", "readout", "bin"], sort=False)[SUMS].sum()
    means = sums[["predicted", "observed"]].div(sums["count"], axis=0)
    return sums.assign(**means).reset_index().sort_values("bin", kind="stable")
