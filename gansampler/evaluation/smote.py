"""SMOTE on tables as they come: categories, holes, dates, and classes of a few rows."""

from collections import defaultdict
from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd
from imblearn.over_sampling import SMOTE, SMOTEN, SMOTENC, RandomOverSampler

from .columns import (
    from_numbers,
    is_categorical,
    seen_categories,
    to_codes,
    to_numbers,
)

NEIGHBOURS = 5


class TableSMOTE:
    """SMOTE, SMOTENC or SMOTEN, as the columns ask, up to the size of the largest class.

    The three refuse text and missing values. So they work on a copy in which categories are codes
    and holes are filled by the median or the most frequent value of the rows at hand; the new rows
    are turned back, and stacked under the original rows, which keep their holes.

    SMOTE looks at five neighbours within the class. A class of fewer than six rows gets as many as
    it has, and a class of one row is duplicated.

    Parameters
    ----------
    random_state : int
        Seed.
    """

    def __init__(self, random_state: int) -> None:
        self.random_state = random_state

    def fit_resample(self, X: pd.DataFrame, y: pd.Series) -> tuple[pd.DataFrame, pd.Series]:
        """Add rows until all classes are as large as the largest.

        Parameters
        ----------
        X : DataFrame of shape (n, columns)
            Numbers, dates, categories and text, with or without holes.
        y : Series of n rows
            The class of each row.

        Returns
        -------
        X_resampled : DataFrame of shape (n + new, columns)
            The rows of `X`, then the new ones.
        y_resampled : Series of n + new rows
        """
        X, y = X.reset_index(drop=True), y.reset_index(drop=True)
        numbers, categories = _fill_and_code(X)
        is_code = np.array([name in categories for name in numbers])
        new_rows, new_labels = [], []
        for neighbours, wanted in _wanted_by_neighbours(y).items():
            sampler = _pick_sampler(is_code, neighbours)
            sampler.set_params(sampling_strategy=wanted, random_state=self.random_state)
            values, labels = sampler.fit_resample(numbers.to_numpy(), y)
            new_rows.append(values[len(X) :])
            new_labels.append(labels.iloc[len(X) :])
        if not new_rows:
            return X, y
        filled = pd.DataFrame(np.vstack(new_rows), columns=numbers.columns)
        decoded = _decode(filled, X, categories)
        return (
            pd.concat([X, decoded], ignore_index=True),
            pd.concat([y, *new_labels], ignore_index=True).astype(y.dtype),
        )


def _wanted_by_neighbours(y: pd.Series) -> dict[int, dict[Any, int]]:
    """Sort the classes that need rows by the number of neighbours that SMOTE can use in them."""
    counts = y.value_counts()
    counts = counts[counts > 0]
    wanted: dict[int, dict[Any, int]] = defaultdict(dict)
    for label, count in counts[counts < counts.max()].items():
        wanted[min(NEIGHBOURS, count - 1)][label] = counts.max()
    return wanted


def _pick_sampler(is_code: np.ndarray, neighbours: int) -> Any:
    if neighbours == 0:
        return RandomOverSampler()
    if is_code.all():
        return SMOTEN(k_neighbors=neighbours)
    if is_code.any():
        return SMOTENC(
            categorical_features=np.flatnonzero(is_code).tolist(), k_neighbors=neighbours
        )
    return SMOTE(k_neighbors=neighbours)


def _fill_and_code(X: pd.DataFrame) -> tuple[pd.DataFrame, dict[Hashable, pd.Index]]:
    """Give the copy without holes, and the categories behind its codes.

    A column without any value is left out, and comes back empty.
    """
    numbers, categories = {}, {}
    for name, column in X.items():
        if column.isna().all():
            continue
        if is_categorical(column):
            categories[name] = seen_categories(column)
            codes = to_codes(column, categories[name])
            most_frequent = np.bincount(codes[np.isfinite(codes)].astype(int)).argmax()
            numbers[name] = np.where(np.isnan(codes), most_frequent, codes)
        else:
            values = to_numbers(column)
            numbers[name] = np.where(np.isnan(values), np.nanmedian(values), values)
    return pd.DataFrame(numbers), categories


def _decode(
    filled: pd.DataFrame, like: pd.DataFrame, categories: dict[Hashable, pd.Index]
) -> pd.DataFrame:
    """Turn the new rows of the copy back into the columns and dtypes of `like`."""
    columns = {}
    for name, column in like.items():
        if name not in filled:
            columns[name] = pd.Series(index=filled.index, dtype=column.dtype)
        elif name in categories:
            values = categories[name].take(filled[name].to_numpy(dtype=int))
            columns[name] = pd.Series(values, index=filled.index).astype(column.dtype)
        else:
            columns[name] = from_numbers(filled[name].to_numpy(), column)
    return pd.DataFrame(columns)
