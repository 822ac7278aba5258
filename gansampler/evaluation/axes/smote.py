"""SMOTE and its kin on tables as they come: categories, holes, dates, classes of a few rows."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from imblearn.over_sampling import SMOTE, SMOTEN, SMOTENC, RandomOverSampler

from .filled import FilledTable

NEIGHBOURS = 5


class TableOverSampler:
    """An over-sampler of numbers on any table, up to the size of the largest class.

    It works on a copy in numbers, without holes, in which categories are one-hot columns (see
    `FilledTable`); the new rows are turned back, and stacked under the original rows, which keep
    their holes. Columns are not scaled, as imbalanced-learn scales none: those of large numbers,
    and dates, which are seconds, decide which rows are near.

    The over-sampler may look at five neighbours within the class. A class of fewer than six rows
    gets as many as it has, and a class of one row is duplicated.

    Parameters
    ----------
    make_sampler : callable
        From a number of neighbours to an over-sampler of imbalanced-learn's kind, with
        ``sampling_strategy`` and ``random_state``, that puts the new rows under those it got.
    random_state : int
        Seed.
    """

    one_hot = True
    scaled = False

    def __init__(self, make_sampler: Callable[[int], Any], random_state: int) -> None:
        self.make_sampler = make_sampler
        self.random_state = random_state

    def fit_resample(self, X: pd.DataFrame, y: pd.Series) -> tuple[pd.DataFrame, pd.Series]:
        """Add rows until all classes are as large as the largest, or about so.

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
        table = FilledTable(X, one_hot=self.one_hot, scaled=self.scaled)
        new_rows, new_labels = [], []
        for neighbours, wanted in _wanted_by_neighbours(y).items():
            sampler = self._sampler(neighbours, table.is_code)
            sampler.set_params(sampling_strategy=wanted, random_state=self.random_state)
            values, labels = sampler.fit_resample(table.values, y)
            new_rows.append(values[len(X) :])
            new_labels.append(labels.iloc[len(X) :])
        if not new_rows:
            return X, y
        return (
            pd.concat([X, table.decode(np.vstack(new_rows))], ignore_index=True),
            pd.concat([y, *new_labels], ignore_index=True).astype(y.dtype),
        )

    def _sampler(self, neighbours: int, is_code: np.ndarray) -> Any:
        return self.make_sampler(neighbours) if neighbours else RandomOverSampler()


class TableRandomOverSampler:
    """Duplicates of random rows, up to the size of the largest class.

    imbalanced-learn draws them, and gets to see the places of the rows alone: not every dtype comes
    back from it.

    Parameters
    ----------
    random_state : int
        Seed.
    """

    def __init__(self, random_state: int) -> None:
        self.random_state = random_state

    def fit_resample(self, X: pd.DataFrame, y: pd.Series) -> tuple[pd.DataFrame, pd.Series]:
        """Put duplicates (new, columns) under the rows (n, columns) of `X`, and their classes."""
        sampler = RandomOverSampler(random_state=self.random_state)
        sampler.fit_resample(np.arange(len(X)).reshape(-1, 1), y)
        rows = sampler.sample_indices_
        return X.iloc[rows].reset_index(drop=True), y.iloc[rows].reset_index(drop=True)


class TableSMOTE(TableOverSampler):
    """SMOTE, SMOTENC or SMOTEN, as the columns ask.

    The latter two have their own ways with categories, and get these as codes.

    Parameters
    ----------
    random_state : int
        Seed.
    """

    one_hot = False

    def __init__(self, random_state: int) -> None:
        super().__init__(lambda neighbours: SMOTE(k_neighbors=neighbours), random_state)

    def _sampler(self, neighbours: int, is_code: np.ndarray) -> Any:
        if neighbours == 0 or not is_code.any():
            return super()._sampler(neighbours, is_code)
        if is_code.all():
            return SMOTEN(k_neighbors=neighbours)
        codes = np.flatnonzero(is_code).tolist()
        return SMOTENC(categorical_features=codes, k_neighbors=neighbours)


class TableScaledSMOTE(TableSMOTE):
    """The same among quantities of mean 0 and variance 1, as learners get them."""

    scaled = True


class Cleaned:
    """SMOTE, and then a cleaner that takes rows of any class away, original or new.

    The cleaner sees the rows as numbers, with categories as one-hot columns. The rows that it
    leaves are as they were, with their holes.

    Parameters
    ----------
    sampler : object
        With ``fit_resample``, for tables as they come.
    cleaner : object
        An under-sampler of imbalanced-learn's kind, with ``sample_indices_`` when it is done.
    """

    def __init__(self, sampler: Any, cleaner: Any) -> None:
        self.sampler = sampler
        self.cleaner = cleaner

    def fit_resample(self, X: pd.DataFrame, y: pd.Series) -> tuple[pd.DataFrame, pd.Series]:
        """Add rows, then take some away.

        Parameters
        ----------
        X : DataFrame of shape (n, columns)
            Numbers, dates, categories and text, with or without holes.
        y : Series of n rows
            The class of each row.

        Returns
        -------
        X_resampled : DataFrame of shape (m, columns)
            What is left, in the order it had.
        y_resampled : Series of m rows
        """
        X, y = self.sampler.fit_resample(X, y)
        self.cleaner.fit_resample(FilledTable(X, one_hot=True).values, y)
        left = np.sort(self.cleaner.sample_indices_)
        return X.iloc[left].reset_index(drop=True), y.iloc[left].reset_index(drop=True)


def _wanted_by_neighbours(y: pd.Series) -> dict[int, dict[Any, int]]:
    """Sort the classes that need rows by the number of neighbours that can be used in them."""
    counts = y.value_counts()
    counts = counts[counts > 0]
    wanted: dict[int, dict[Any, int]] = defaultdict(dict)
    for label, count in counts[counts < counts.max()].items():
        wanted[min(NEIGHBOURS, count - 1)][label] = counts.max()
    return wanted
