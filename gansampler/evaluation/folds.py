"""Which rows are fitted on, which stop the fit, and which are scored."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold, train_test_split

from .columns import is_categorical, to_numbers

VALIDATION_SHARE = 0.15
# Training and test rows of each fold.
Parts = Iterator[tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Split:
    """Row positions of one fold: three disjoint parts.

    Parameters
    ----------
    repeat, fold : int
        Counted from 1.
    fit : ndarray of int
        Rows to resample and to learn from.
    validation : ndarray of int
        Rows of the training part that are kept as they are, for early stopping. May be empty.
    test : ndarray of int
        Rows that are scored, and nothing else.
    variant : str, default=""
        What the protocol has done, for the name of the data set; see
        `gansampler.evaluation.protocols`.
    """

    repeat: int
    fold: int
    fit: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    variant: str = ""


def derive_seed(*keys: int) -> int:
    """Make one seed out of several whole numbers, by `numpy.random.SeedSequence`.

    Parameters
    ----------
    *keys : int
        Not negative: the seed of the run, then what tells this use of it from all others.

    Returns
    -------
    int
        Below 2**32.
    """
    return int(np.random.SeedSequence(keys).generate_state(1)[0])


def cut_stratified(codes: np.ndarray, *, folds: int, random_state: int) -> Parts:
    """Cut a table into folds that hold about as many rows of each class.

    Parameters
    ----------
    codes : ndarray of int, shape (n,)
        The class of each row.
    folds : int
        How many; each row is scored once.
    random_state : int
        Seed of the shuffle.

    Yields
    ------
    training, test : ndarray of int
        Row positions.
    """
    cutter = StratifiedKFold(folds, shuffle=True, random_state=random_state)
    yield from cutter.split(codes, codes)


def cut_by_group(codes: np.ndarray, column: pd.Series, *, folds: int, random_state: int) -> Parts:
    """Cut a table into folds that share no group, and have the classes as alike as that allows.

    Parameters
    ----------
    codes : ndarray of int, shape (n,)
        The class of each row.
    column : Series of n rows
        The group of each row, such as a patient.
    folds : int
        How many; each row is scored once.
    random_state : int
        Seed of the shuffle.

    Yields
    ------
    training, test : ndarray of int
        Row positions.

    Raises
    ------
    ValueError
        If there are fewer groups than folds.
    """
    groups, names = pd.factorize(column)
    if len(names) < folds:
        raise ValueError(
            f"The column {column.name!r} holds {len(names)} groups, fewer than the {folds} folds: "
            "ask for fewer folds, or hold rows out by another column."
        )
    cutter = StratifiedGroupKFold(folds, shuffle=True, random_state=random_state)
    yield from cutter.split(codes, codes, groups)


def cut_by_time(codes: np.ndarray, column: pd.Series, *, folds: int, random_state: int) -> Parts:
    """Cut a table by time into one part more than folds; each but the first is scored once.

    Fold k is learnt from the first k parts and scored on the part after them, as
    `sklearn.model_selection.TimeSeriesSplit` does. Rows of the same time are never parted.

    Parameters
    ----------
    codes : ndarray of int, shape (n,)
        The class of each row; not used.
    column : Series of n rows
        Numbers, dates, or dates as ISO 8601 writes them.
    folds : int
        How many.
    random_state : int
        Not used.

    Yields
    ------
    training, test : ndarray of int
        Row positions.

    Raises
    ------
    ValueError
        For text that is no date.
    """
    times = to_numbers(_dates(column) if is_categorical(column) else column)
    order = np.argsort(times, kind="stable")
    first_rows = np.arange(1, folds + 1) * len(codes) // (folds + 1)
    edges = np.searchsorted(times[order], times[order][first_rows])
    for start, stop in pairwise([*edges, len(codes)]):
        yield np.sort(order[:start]), np.sort(order[start:stop])


def _dates(column: pd.Series) -> pd.Series:
    try:
        return pd.to_datetime(column, format="ISO8601", utc=True)
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"The column {column.name!r} holds no times ({error}): give numbers, or dates written "
            "like 2024-01-31."
        ) from error


def carve_validation(
    training: np.ndarray,
    codes: np.ndarray,
    *,
    share: float = VALIDATION_SHARE,
    random_state: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Set a stratified part of the training rows aside for early stopping.

    A class that is too small to give a row stays wholly in the fit part. Where fewer than two
    classes can give one, nothing is set aside: one class alone would stop at the wrong tree.

    Parameters
    ----------
    training : ndarray of int, shape (m,)
        Row positions.
    codes : ndarray of int, shape (n,)
        The class of each row of the whole table.
    share : float, default=0.15
        Part to set aside.
    random_state : int
        Seed of the draw.

    Returns
    -------
    fit, validation : ndarray of int
        Sorted row positions; `validation` may be empty.
    """
    counts = np.bincount(codes[training])
    large_enough = counts[codes[training]] * share >= 1
    divisible = training[large_enough]
    if len(np.unique(codes[divisible])) < 2:
        return training, training[:0]
    _, validation = train_test_split(
        divisible, test_size=share, stratify=codes[divisible], random_state=random_state
    )
    return np.setdiff1d(training, validation), np.sort(validation)
