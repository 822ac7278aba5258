"""Which rows are fitted on, which stop the fit, and which are scored."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import StratifiedKFold, train_test_split

VALIDATION_SHARE = 0.15


@dataclass(frozen=True)
class Split:
    """Row positions of one fold: three disjoint parts that together are the whole table.

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
    """

    repeat: int
    fold: int
    fit: np.ndarray
    validation: np.ndarray
    test: np.ndarray


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


def stratified_splits(
    codes: np.ndarray, *, folds: int, repeats: int, random_state: int
) -> Iterator[Split]:
    """Cut a table into stratified folds, several times over.

    Parameters
    ----------
    codes : ndarray of int, shape (n,)
        The class of each row.
    folds : int
        Parts of one repeat; each is scored once.
    repeats : int
        How often the rows are shuffled and cut anew.
    random_state : int
        Seed of the run.

    Yields
    ------
    Split
        ``folds * repeats`` of them.
    """
    for repeat in range(1, repeats + 1):
        cutter = StratifiedKFold(
            folds, shuffle=True, random_state=derive_seed(random_state, repeat)
        )
        for fold, (training, test) in enumerate(cutter.split(codes, codes), start=1):
            seed = derive_seed(random_state, repeat, fold)
            fit, validation = carve_validation(training, codes, random_state=seed)
            yield Split(repeat, fold, fit, validation, test)


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
