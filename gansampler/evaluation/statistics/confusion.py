"""What was taken for what: counts of true and predicted classes, which can be summed over folds."""

from typing import Any

import numpy as np
import pandas as pd

COLUMNS = ["code", "label", "predicted_code", "predicted_label", "count"]


def count_confusions(
    codes: np.ndarray, predicted: np.ndarray, classes: pd.Index
) -> list[dict[str, Any]]:
    """Count the rows of each true class by the class that was predicted for them.

    Parameters
    ----------
    codes, predicted : ndarray of int, shape (n,)
        True and predicted classes.
    classes : Index
        What `gansampler.evaluation.labels.classes_by_frequency` returned.

    Returns
    -------
    list of dict
        For each pair that occurs: ``code`` and ``label`` (as text) of the true class, those of the
        predicted one, and the ``count`` of rows.
    """
    pairs = pd.DataFrame({"code": codes, "predicted_code": predicted}).value_counts(sort=False)
    names = [str(label) for label in classes]
    return [
        dict(zip(COLUMNS, (true, names[true], found, names[found], count), strict=True))
        for true, found, count in pairs.sort_index().reset_index(name="n").to_numpy().tolist()
    ]


def confusion_matrices(confusion: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Sum counts over folds, for each strategy.

    Parameters
    ----------
    confusion : DataFrame
        Rows of `count_confusions` of one data set, with the column ``strategy`` beside them.

    Returns
    -------
    dict of str to DataFrame of int, shape (classes, classes)
        A row for each true class, a column for each predicted one, the most frequent class first;
        the same classes for all strategies.
    """
    names = _class_names(confusion)
    matrices = {}
    for strategy, own in confusion.groupby("strategy", sort=False):
        sums = own.groupby(["code", "predicted_code"])["count"].sum().unstack(fill_value=0)
        square = sums.reindex(index=names.index, columns=names.index, fill_value=0)
        matrices[str(strategy)] = square.set_axis(names, axis=0).set_axis(names, axis=1)
    return matrices


def rates_by_class(matrix: pd.DataFrame) -> pd.DataFrame:
    """Give recall and precision of each class.

    Parameters
    ----------
    matrix : DataFrame
        One of `confusion_matrices`.

    Returns
    -------
    DataFrame of float
        A row for each class: ``rows``, ``recall`` (NaN for a class without rows) and ``precision``
        (NaN for one that was never predicted).
    """
    found = pd.Series(np.diag(matrix), matrix.index, dtype=float)
    rows, predicted = matrix.sum(axis=1), matrix.sum(axis=0)
    recall, precision = found / rows.where(rows > 0), found / predicted.where(predicted > 0)
    return pd.DataFrame({"rows": rows, "recall": recall, "precision": precision})


def rows_by_class(confusion: pd.DataFrame) -> pd.DataFrame:
    """Count the held-out rows of each class, each row once, from counts of any trials.

    Parameters
    ----------
    confusion : DataFrame
        Rows of `count_confusions`, with the columns that say where they come from.

    Returns
    -------
    DataFrame
        ``dataset`` (without what a protocol adds), ``label`` and ``rows``, the classes of each data
        set from the most frequent to the rarest.
    """
    whole = confusion.assign(dataset=confusion["dataset"].astype(str))
    trials = ["dataset", "strategy", "learner", "readout", "repeat", "code", "label"]
    held_out = whole.groupby(trials, sort=False)["count"].sum().reset_index()
    held_out["dataset"] = held_out["dataset"].str.partition("@")[0]
    classes = held_out.groupby(["dataset", "code", "label"], sort=False)["count"].max()
    table = classes.rename("rows").reset_index().sort_values("code", kind="stable")
    order = {name: place for place, name in enumerate(held_out["dataset"].unique())}
    by_set = table.sort_values("dataset", key=lambda names: names.map(order), kind="stable")
    return by_set[["dataset", "label", "rows"]].reset_index(drop=True)


def _class_names(confusion: pd.DataFrame) -> pd.Series:
    """Name the classes that are there or were predicted, by code."""
    true, found = (
        confusion[columns].set_axis(["code", "label"], axis=1)
        for columns in (["code", "label"], ["predicted_code", "predicted_label"])
    )
    both = pd.concat([true, found]).drop_duplicates("code").sort_values("code")
    return both.set_index("code")["label"]
