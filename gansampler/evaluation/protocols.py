"""How a table is cut and thinned for a benchmark: one entry each.

A protocol either says which rows are held out, or takes rows of the smallest class out of the
training parts; the rows that are scored stay the same. What it did goes into the name of the data
set, such as "wine@minority=50", so that results of several protocols can lie in one table.
"""

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from ..naming import check_name
from .folds import (
    Parts,
    Split,
    carve_groups,
    carve_latest,
    carve_validation,
    cut_by_group,
    cut_by_time,
    cut_stratified,
    derive_seed,
    number_groups,
    number_spans,
)
from .labels import classes_by_frequency, code_labels

# Told from the seeds of folds and early stopping, so that thinning moves none of these.
THINNING = 1


@dataclass(frozen=True)
class HoldOut:
    """How rows are held out by a column.

    Parameters
    ----------
    cut : callable
        ``cut(codes, column, folds=, random_state=)`` yields training and test rows.
    number : callable
        ``number(column)`` gives for each row the number of the group that it must not be parted
        from within the training part either.
    carve : callable
        ``carve(training, codes, groups, random_state=)`` gives the rows to fit, and those for early
        stopping.
    ordered : bool, default=False
        Whether groups of a higher number come later.
    """

    cut: Callable[..., Parts]
    number: Callable[[pd.Series], np.ndarray]
    carve: Callable[..., tuple[np.ndarray, np.ndarray]]
    ordered: bool = False


@dataclass(frozen=True)
class Protocol:
    """A way to cut a table, or to thin its training parts; one of the two.

    Parameters
    ----------
    description : str
        A few words for the report.
    hold_out : HoldOut, optional
        How rows are held out. The argument of the protocol names the column, which is then no
        feature.
    thin : callable, optional
        ``thin(codes, training, argument, rng)`` gives training rows by the words for the name of
        the data set.
    """

    description: str
    hold_out: HoldOut | None = None
    thin: (
        Callable[[np.ndarray, np.ndarray, Any, np.random.Generator], dict[str, np.ndarray]] | None
    ) = None


def thin_to_ratio(
    codes: np.ndarray, training: np.ndarray, ratio: float, rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Drop rows of the smallest class at random until it is so much smaller than the largest.

    Parameters
    ----------
    codes : ndarray of int, shape (n,)
        The class of each row, the most frequent first.
    training : ndarray of int, shape (m,)
        Row positions.
    ratio : float
        Rows of the smallest class divided by rows of the largest.
    rng : Generator
        Draws the rows.

    Returns
    -------
    dict of str to ndarray of int

    Raises
    ------
    ValueError
        If there are not so many rows of the smallest class, or none would be left.
    """
    counts = np.bincount(codes[training])
    kept = round(ratio * counts[0])
    if not 1 <= kept <= counts[-1]:
        raise ValueError(
            f"imbalance_ratio={ratio} cannot be had of {counts[-1]} training rows of the smallest "
            f"class and {counts[0]} of the largest: give a ratio from {1 / counts[0]:.2g} to "
            f"{counts[-1] / counts[0]:.2g}."
        )
    return {f"@ratio={ratio:g}": _keep(codes, training, kept, rng)}


def thin_to_sizes(
    codes: np.ndarray, training: np.ndarray, sizes: list[int], rng: np.random.Generator
) -> dict[str, np.ndarray]:
    """Keep so many rows of the smallest class, for a learning curve; the fewer are among the more.

    Parameters
    ----------
    codes : ndarray of int, shape (n,)
        The class of each row, the most frequent first.
    training : ndarray of int, shape (m,)
        Row positions.
    sizes : list of int
        Rows to keep. Sizes above the number of rows that there are give a warning, and nothing.
    rng : Generator
        Draws the rows.

    Returns
    -------
    dict of str to ndarray of int

    Raises
    ------
    ValueError
        If the smallest class has fewer rows than any size, or a size is below 1.
    """
    available = np.bincount(codes[training])[-1]
    if not 1 <= min(sizes, default=0) <= available:
        raise ValueError(
            f"minority_sizes={list(sizes)}: the smallest must be from 1 to {available}, the rows "
            "of the smallest class in a training part."
        )
    if max(sizes) > available:
        warnings.warn(
            f"The smallest class is smaller than minority_sizes up to {max(sizes)}: these are "
            "left out.",
            stacklevel=2,
        )
    seed = rng.integers(2**32)
    return {
        f"@minority={size}": _keep(codes, training, size, np.random.default_rng(seed))
        for size in sizes
        if size <= available
    }


def _keep(codes: np.ndarray, training: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    smallest = rng.permutation(training[codes[training] == codes.max()])
    return np.setdiff1d(training, smallest[n:])


PROTOCOLS: dict[str, Protocol] = {
    "group": Protocol(
        "groups of rows are held out as a whole",
        HoldOut(cut_by_group, number_groups, carve_groups),
    ),
    "time": Protocol(
        "later rows are held out", HoldOut(cut_by_time, number_spans, carve_latest, ordered=True)
    ),
    "imbalance_ratio": Protocol(
        "rows of the smallest class are taken out of the training parts", thin=thin_to_ratio
    ),
    "minority_sizes": Protocol(
        "the training parts keep so many rows of the smallest class", thin=thin_to_sizes
    ),
}


def make_splits(
    X: pd.DataFrame,
    y: pd.Series,
    protocol: Mapping[str, Any],
    *,
    folds: int,
    repeats: int,
    random_state: int,
) -> tuple[pd.DataFrame, list[Split]]:
    """Cut a table into folds, several times over, by a protocol.

    The rows for early stopping are drawn from the training rows that are left: class by class, in
    whole groups where groups are held out, and the latest of them where later rows are.

    Parameters
    ----------
    X : DataFrame of shape (n, columns)
        The whole table.
    y : Series of n rows
        Their classes.
    protocol : mapping
        From names of `PROTOCOLS` to their arguments; empty for plain stratified folds.
    folds : int
        Parts of one repeat.
    repeats : int
        How often the rows are shuffled and cut anew; 1 by time.
    random_state : int
        Seed of the run.

    Returns
    -------
    X : DataFrame of shape (n, features)
        Without a column that rows were held out by.
    splits : list of Split

    Raises
    ------
    ValueError
        If the protocol is unknown or cannot be followed, or a class is missing in some part.
    """
    for name in protocol:
        check_name(name, PROTOCOLS, "protocol")
    if "time" in protocol and repeats > 1:
        raise ValueError(
            "Time is never shuffled, so each repeat would be the same folds: give repeats=1."
        )
    X, way = _choose_way(X, protocol)
    classes = classes_by_frequency(y)
    codes = code_labels(y, classes)
    splits = []
    for repeat in range(1, repeats + 1):
        cuts = way.cut(codes, folds=folds, random_state=derive_seed(random_state, repeat))
        for fold, (training, test) in enumerate(cuts, start=1):
            _check_classes(codes, classes, fold, training=training, test=test)
            seeds = (random_state, repeat, fold)
            for words, rows in _thinned(codes, training, protocol, seeds).items():
                fit, validation = way.carve(rows, codes, random_state=derive_seed(*seeds))
                variant = way.variant + words
                parts = (fit, validation, test)
                splits.append(Split(repeat, fold, *parts, variant, way.groups, way.ordered))
    return X, splits


class _Way(NamedTuple):
    """How a table is parted: for the name of the data set, by folds, and for early stopping."""

    variant: str
    cut: Callable[..., Parts]
    carve: Callable[..., tuple[np.ndarray, np.ndarray]]
    groups: np.ndarray | None = None
    ordered: bool = False


def _choose_way(X: pd.DataFrame, protocol: Mapping[str, Any]) -> tuple[pd.DataFrame, _Way]:
    """Give the features, and how to part the table."""
    ways = {name: way for name in protocol if (way := PROTOCOLS[name].hold_out)}
    if not ways:
        return X, _Way("", cut_stratified, carve_validation)
    if len(ways) > 1:
        raise ValueError(f"Rows cannot be held out by {' and by '.join(ways)}: choose one.")
    ((name, way),) = ways.items()
    by = check_name(protocol[name], X.columns, "column")
    if X[by].isna().any():
        raise ValueError(
            f"The column {by!r} has no value in {X[by].isna().sum()} rows, so they cannot be held "
            f"out by {name}: drop these rows, or fill it."
        )
    features = X.drop(columns=by)
    if features.shape[1] == 0:
        raise ValueError(f"No feature column is left beside {by!r}.")
    groups = way.number(X[by])
    cut, carve = partial(way.cut, column=X[by]), partial(way.carve, groups=groups)
    return features, _Way(f"@{name}={by}", cut, carve, groups, way.ordered)


def _thinned(
    codes: np.ndarray, training: np.ndarray, protocol: Mapping[str, Any], seeds: tuple[int, ...]
) -> dict[str, np.ndarray]:
    """Give training rows by the words for the name of the data set."""
    variants = {"": np.sort(training)}
    for name, argument in protocol.items():
        if thin := PROTOCOLS[name].thin:
            rng = np.random.default_rng(derive_seed(*seeds, THINNING))
            variants = {
                words + more: thinner
                for words, rows in variants.items()
                for more, thinner in thin(codes, rows, argument, rng).items()
            }
    return variants


def _check_classes(codes: np.ndarray, classes: pd.Index, fold: int, **parts: np.ndarray) -> None:
    for part, rows in parts.items():
        missing = classes.delete(np.unique(codes[rows]))
        if len(missing):
            raise ValueError(
                f"The {part} part of fold {fold} ({len(rows)} rows) has no row of the class "
                f"{missing[0]!r}: ask for fewer folds, or hold rows out by another column."
            )
