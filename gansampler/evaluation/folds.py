"""Which rows are fitted on, which stop the fit, and which are scored."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from sklearn.model_selection import (
    GroupShuffleSplit,
    StratifiedGroupKFold,
    StratifiedKFold,
    train_test_split,
)

from ..columns import kind_of, to_numbers

VALIDATION_SHARE = 0.15
# Into so many parts the whole table is cut where rows are held out by time: enough of them are in
# a short training part to be folded, and few rows are near the edge of one.
SPANS = 200
# Draws of groups to set aside, of which one is chosen.
DRAWS = 20
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
    groups : ndarray of int, shape (n,), optional
        For each row of the whole table the number of the group that it must not be parted from in
        the training part either, where rows are held out by groups or by time.
    ordered : bool, default=False
        Whether groups of a higher number come later, so that nothing may be learnt from them about
        earlier ones.
    """

    repeat: int
    fold: int
    fit: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    variant: str = ""
    groups: np.ndarray | None = None
    ordered: bool = False


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
    groups = number_groups(column)
    n_groups = groups.max() + 1
    if n_groups < folds:
        raise ValueError(
            f"The column {column.name!r} holds {n_groups} groups, fewer than the {folds} folds: "
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
    times = _times(column)
    order = np.argsort(times, kind="stable")
    first_rows = np.arange(1, folds + 1) * len(codes) // (folds + 1)
    edges = np.searchsorted(times[order], times[order][first_rows])
    for start, stop in pairwise([*edges, len(codes)]):
        yield np.sort(order[:start]), np.sort(order[start:stop])


def number_groups(column: pd.Series) -> np.ndarray:
    """Give each group of rows a number.

    Parameters
    ----------
    column : Series of n rows
        The group of each row, such as a patient.

    Returns
    -------
    ndarray of int, shape (n,)
        From 0.
    """
    return pd.factorize(column)[0]


def number_spans(column: pd.Series) -> np.ndarray:
    """Give short spans of time numbers in their order; each has about as many rows.

    Rows that follow each other are often alike, as those of a group are.

    Parameters
    ----------
    column : Series of n rows
        As in `cut_by_time`.

    Returns
    -------
    ndarray of int, shape (n,)
        From 0 to 199, later rows not below earlier ones. Rows of the same time are never parted.
    """
    times = _times(column)
    return np.searchsorted(np.sort(times), times) * SPANS // len(times)


def _times(column: pd.Series) -> np.ndarray:
    return to_numbers(_dates(column) if kind_of(column) == "category" else column)


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
    divisible = _divisible(training, codes, share)
    if len(divisible) == 0:
        return training, divisible
    _, validation = train_test_split(
        divisible, test_size=share, stratify=codes[divisible], random_state=random_state
    )
    return np.setdiff1d(training, validation), np.sort(validation)


def carve_groups(
    training: np.ndarray,
    codes: np.ndarray,
    groups: np.ndarray,
    *,
    share: float = VALIDATION_SHARE,
    random_state: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Set whole groups of training rows aside for early stopping.

    Of 20 draws of groups the one that takes most nearly the same share of every class.
    Nothing is set aside where each would take a class out of the fit part, or leave one class alone
    to stop by.

    Parameters
    ----------
    training : ndarray of int, shape (m,)
        Row positions.
    codes, groups : ndarray of int, shape (n,)
        The class and the group of each row of the whole table.
    share : float, default=0.15
        Part of the groups to set aside.
    random_state : int
        Seed of the draw.

    Returns
    -------
    fit, validation : ndarray of int
        Sorted row positions; `validation` may be empty.
    """
    if len(_divisible(training, codes, share)) == 0 or np.ptp(groups[training]) == 0:
        return training, training[:0]
    counts = np.bincount(codes[training])

    def distance(validation: np.ndarray) -> float:
        """Sum over the classes how far their shares are from the one that is wanted."""
        taken = np.bincount(codes[validation], minlength=len(counts))
        return np.abs(taken / counts - share).sum()

    cutter = GroupShuffleSplit(DRAWS, test_size=share, random_state=random_state)
    draws = [training[drawn] for _, drawn in cutter.split(training, groups=groups[training])]
    usable = [drawn for drawn in draws if _can_stop(training, codes, drawn)]
    validation = min(usable, key=distance, default=training[:0])
    return np.setdiff1d(training, validation), np.sort(validation)


def carve_latest(
    training: np.ndarray,
    codes: np.ndarray,
    groups: np.ndarray,
    *,
    share: float = VALIDATION_SHARE,
    random_state: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Set the latest training rows aside for early stopping, as `carve_groups` does with groups.

    Parameters
    ----------
    training : ndarray of int, shape (m,)
        Row positions.
    codes, groups : ndarray of int, shape (n,)
        The class of each row of the whole table, and its number by `number_spans`.
    share : float, default=0.15
        Part to set aside, in whole spans; a little more if need be.
    random_state : int
        Not used.

    Returns
    -------
    fit, validation : ndarray of int
        Sorted row positions; `validation` may be empty.
    """
    start = np.sort(groups[training])[int((1 - share) * len(training))]
    validation = np.sort(training[groups[training] >= start])
    if not _can_stop(training, codes, validation):
        validation = validation[:0]
    return np.setdiff1d(training, validation), validation


def _divisible(training: np.ndarray, codes: np.ndarray, share: float) -> np.ndarray:
    """Give rows of classes that are large enough to give one; none of fewer than two classes."""
    counts = np.bincount(codes[training])
    divisible = training[counts[codes[training]] * share >= 1]
    return divisible if len(np.unique(codes[divisible])) > 1 else divisible[:0]


def _can_stop(training: np.ndarray, codes: np.ndarray, validation: np.ndarray) -> bool:
    """Say whether two classes or more are set aside, and every class is left to be learnt."""
    fitted = np.setdiff1d(training, validation)
    kept = np.array_equal(np.unique(codes[fitted]), np.unique(codes[training]))
    return kept and len(np.unique(codes[validation])) > 1
