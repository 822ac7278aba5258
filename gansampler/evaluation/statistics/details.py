"""What is made of that which is kept beside the scores: sums and means over folds and data sets."""

import json

import numpy as np
import pandas as pd

from .long_table import in_columns

SUMS = ["count", "predicted", "observed"]
READ = ["strategy", "learner", "readout"]


def pool(bins: pd.DataFrame) -> pd.DataFrame:
    """Average binned probabilities over folds and data sets, for each of `READ` and bin."""
    return _means(bins.groupby([*READ, "bin"], sort=False)[SUMS].sum()).reset_index()


def calibration_errors(bins: pd.DataFrame) -> pd.Series:
    """Give the mean distance between what was predicted and observed in a bin, for each of `READ`.

    It is taken within each data set, for errors of two sets must not make up for each other, each
    bin by its count; then averaged over data sets.
    """
    own = _means(bins.groupby([*READ, "dataset", "bin"], sort=False)[SUMS].sum())
    missed = (own["observed"] - own["predicted"]).abs() * own["count"]
    keys = [*READ, "dataset"]
    by_set = missed.groupby(keys, sort=False).sum() / own["count"].groupby(keys, sort=False).sum()
    return by_set.groupby(READ, sort=False).mean()


def _means(sums: pd.DataFrame) -> pd.DataFrame:
    means = sums[["predicted", "observed"]].div(sums["count"], axis=0)
    return sums.assign(**means).sort_index(level="bin", sort_remaining=False, kind="stable")


def confusion_matrices(confusion: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Sum counts of one data set over folds: for each strategy true classes by predicted ones.

    The most frequent class comes first, and all strategies have the same classes.
    """
    names = _class_names(confusion)
    matrices = {}
    for strategy, own in confusion.groupby("strategy", sort=False):
        sums = own.groupby(["code", "predicted_code"])["count"].sum().unstack(fill_value=0)
        square = sums.reindex(index=names.index, columns=names.index, fill_value=0)
        matrices[str(strategy)] = square.set_axis(names, axis=0).set_axis(names, axis=1)
    return matrices


def rates_by_class(matrix: pd.DataFrame) -> pd.DataFrame:
    """Give rows, recall and precision of each class of one of `confusion_matrices`.

    NaN is the recall of a class without rows, and the precision of one never predicted.
    """
    found = pd.Series(np.diag(matrix), matrix.index, dtype=float)
    rows, predicted = matrix.sum(axis=1), matrix.sum(axis=0)
    recall, precision = found / rows.where(rows > 0), found / predicted.where(predicted > 0)
    return pd.DataFrame({"rows": rows, "recall": recall, "precision": precision})


def rows_by_class(confusion: pd.DataFrame) -> pd.DataFrame:
    """Count the held-out rows of each class of each data set, each row once, from any trials.

    ``dataset``, ``label`` and ``rows``, the classes from the most frequent to the rarest.
    """
    whole = in_columns(confusion)
    trials = ["dataset", "protocol", "minority_rows", *READ, "repeat", "code", "label"]
    held_out = whole.groupby(trials, sort=False, dropna=False)["count"].sum().reset_index()
    classes = held_out.groupby(["dataset", "code", "label"], sort=False)["count"].max()
    table = classes.rename("rows").reset_index().sort_values("code", kind="stable")
    order = {name: place for place, name in enumerate(held_out["dataset"].unique())}
    by_set = table.sort_values("dataset", key=lambda names: names.map(order), kind="stable")
    return by_set[["dataset", "label", "rows"]].reset_index(drop=True)


def mean_curves(curves: pd.DataFrame) -> pd.DataFrame:
    """Average curves over the folds of each data set, then over data sets.

    Rows are kinds of ``curve`` by ``strategy``, in the order of the table; columns the points of
    the grid, evenly from 0 to 1.
    """
    heights = pd.DataFrame(map(json.loads, curves["heights"]), curves.index)
    heights.columns = pd.Index(np.linspace(0, 1, heights.shape[1]))
    keys = [curves[name] for name in ("curve", "strategy", "dataset")]
    by_set = heights.groupby(keys, sort=False).mean()
    return by_set.groupby(level=["curve", "strategy"], sort=False).mean()


def _class_names(confusion: pd.DataFrame) -> pd.Series:
    """Name the classes that are there or were predicted, by code."""
    true, found = (
        confusion[columns].set_axis(["code", "label"], axis=1)
        for columns in (["code", "label"], ["predicted_code", "predicted_label"])
    )
    both = pd.concat([true, found]).drop_duplicates("code").sort_values("code")
    return both.set_index("code")["label"]
