"""Targets: the classes of rows, read alike from any container, and given back in their own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils import check_consistent_length

from .columns import Codes
from .containers import as_pandas, of_other_library

# Of a target with more values than this, and few rows of some, we doubt that it holds classes.
MANY_CLASSES = 50


class Target:
    """The class of each row, from one column or one-hot; a ValueError says why there are none.

    ``labels`` (n,) are an array of numbers, of booleans, or of objects; ``classes`` are the
    different ones, sorted, and ``codes`` (n,) where in them each label is.
    """

    def __init__(self, y: Any) -> None:
        column = _as_column(as_pandas(y))
        self.given, self.name = y, column.name
        _check_present(column.isna(), self.name)
        self.labels = _plain(column)
        _check_discrete(self.labels, self.name)
        self.classes, self.codes = _sorted_classes(self.labels, self.name)

    def __len__(self) -> int:
        return len(self.labels)

    def restore(self, labels: NDArray[Any]) -> Any:
        """Give labels (m,) in the container that the target came in, with its name and dtype.

        Where they begin with the target's own ``labels``, its own rows come first.
        """
        n, first = len(self), np.unique(self.codes, return_index=True)[1]
        row_of = dict(zip(self.classes.tolist(), first.tolist(), strict=True))
        rows = np.array([row_of[label] for label in np.asarray(labels).tolist()], dtype=np.intp)
        if len(rows) >= n and np.array_equal(rows[:n], first[self.codes]):
            rows[:n] = np.arange(n)
        return take(self.given, rows)


def _as_column(y: Any) -> pd.Series:
    if hasattr(y, "tocsr"):
        raise ValueError("y is a sparse matrix, which is not supported: give y.toarray().")
    if isinstance(y, str) or not (isinstance(y, Sequence) or hasattr(y, "__array__")):
        raise ValueError(f"Expected array-like (array or non-string sequence), got {y!r}")
    if isinstance(y, pd.DataFrame):
        frame = y.reset_index(drop=True)
        return frame.iloc[:, 0] if frame.shape[1] == 1 else _read_one_hot(frame)
    if isinstance(y, (pd.Series, pd.Index, pd.api.extensions.ExtensionArray)):
        return pd.Series(y).reset_index(drop=True)
    if isinstance(y, (list, tuple)) and not (y and isinstance(y[0], (list, tuple, np.ndarray))):
        return pd.Series(y)  # numpy would make text of the number in ["a", 1]
    values = np.asanyarray(y)  # a masked array keeps its mask
    if values.ndim == 1:
        return pd.Series(values)
    if values.ndim != 2:
        raise ValueError(f"y must hold one class a row, but its shape is {values.shape}.")
    frame = pd.DataFrame(values)
    return frame[0].rename(None) if frame.shape[1] == 1 else _read_one_hot(frame)


def _read_one_hot(frame: pd.DataFrame) -> pd.Series:
    """Name the column that holds the 1 of each row."""
    _check_present(frame.isna().any(axis=1), None)
    one_hot = frame.isin([0, 1]).all(axis=None) and frame.sum(axis=1).eq(1).all()
    if not one_hot or not frame.columns.is_unique:
        raise ValueError(
            f"y has {frame.shape[1]} columns, and they are not one for each class with exactly one "
            "1 in each row. Multilabel and multioutput targets are not supported. Give one column "
            "of classes."
        )
    return pd.Series(frame.columns[frame.to_numpy(dtype=np.float64).argmax(axis=1)])


def _check_present(missing: pd.Series, name: Any) -> None:
    rows = np.flatnonzero(missing)
    if len(rows):
        raise ValueError(
            f"Input y contains NaN. {_called(name)} has no value in {len(rows)} of {len(missing)} "
            f"rows (the first is row {rows[0] + 1}): drop these rows or give them a class. Empty "
            "fields, NA, None and nan count as missing."
        )


def _plain(column: pd.Series) -> NDArray[Any]:
    """Make an array (n,) of labels that says nothing of how the column held them."""
    objects = column.astype(object).to_numpy()
    inferred = pd.Series(objects, dtype=object).infer_objects().to_numpy()
    return inferred if inferred.dtype.kind in "biufc" else objects


def _check_discrete(labels: NDArray[Any], name: Any) -> None:
    if labels.dtype.kind == "c":
        raise ValueError(f"Complex data not supported: {_called(name)} holds complex numbers.")
    if labels.dtype.kind != "f":
        return
    broken = labels[~np.isfinite(labels) | (labels != np.floor(labels))]
    if len(broken):
        raise ValueError(
            f"{_called(name)} is continuous ({broken[0]} is one of its values): it must hold "
            "classes. Cut it into bands first, by pandas.cut for example, or give another column."
        )


def _sorted_classes(labels: NDArray[Any], name: Any) -> tuple[NDArray[Any], Codes]:
    try:
        set(labels.tolist())
        return np.unique(labels, return_inverse=True)
    except TypeError as error:
        kinds = ", ".join(sorted({type(label).__name__ for label in labels}))
        raise ValueError(
            f"{_called(name)} holds labels that cannot be sorted or told apart (their types: "
            f"{kinds}). Give labels of one type: text, for example."
        ) from error


def _called(name: Any) -> str:
    return "The target" if name is None else f"The target {name!r}"


def take(given: Any, rows: Codes) -> Any:
    """Give some rows of a container of any kind in one of the same kind, numbered from 0."""
    if isinstance(given, (pd.Series, pd.DataFrame)):
        return given.iloc[rows].reset_index(drop=True)
    if isinstance(given, (pd.Index, pd.api.extensions.ExtensionArray)):
        return given.take(rows)
    if isinstance(given, (list, tuple)):
        labels = [given[row] for row in rows]
        return labels if isinstance(given, list) else tuple(labels)
    if (wrapped := of_other_library(given)) is not None:
        return wrapped[rows].to_native()
    return np.asarray(given)[rows]


def check_target(y: Any, *, n_rows: int, folds: int) -> pd.Series:
    """Make a series (n_rows,) of plain classes, and refuse what cannot be cross-validated."""
    target = check_classes(y)
    check_consistent_length(range(n_rows), target.labels)
    if folds < 2:
        raise ValueError(f"folds={folds} leaves nothing to learn from: give 2 or more.")
    names = target.classes
    if names.dtype == object:  # samplers and learners of others know no intervals, no dates
        names = np.array([str(label) for label in names], dtype=object)
    column = pd.Series(names[target.codes], name=target.name, dtype=names.dtype)
    counts = column.value_counts()
    if counts.min() < folds:
        raise ValueError(_too_few(target.name, counts[counts < folds], len(counts), folds))
    return column


def _too_few(name: Any, counts: pd.Series, n_classes: int, folds: int) -> str:
    if n_classes > MANY_CLASSES:
        return (
            f"{_called(name)} has {n_classes} different values, most of them in a few rows: it "
            "must hold classes. Cut it into bands first, or give another column."
        )
    named = ", ".join(f"'{label}' (rows: {count})" for label, count in counts.items())
    fewer = "Ask for fewer folds, or merge" if counts.min() > 1 else "Merge"
    return (
        f"{_called(name)} has classes of fewer rows than the {folds} folds: {named}. {fewer} such "
        "classes, or leave their rows out."
    )


def check_classes(y: Any) -> Target:
    """Refuse a target that does not hold two classes or more."""
    target = Target(y)
    if len(target.classes) < 2:
        found = f", '{target.classes[0]}'" if len(target) else ""
        raise ValueError(
            f"{_called(target.name)} has one class alone{found}: there must be two or more."
        )
    return target
