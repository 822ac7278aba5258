"""Which rows are fitted on, which stop the fit, and which are scored: one entry each protocol.

A protocol either says which rows are held out, or takes rows of the smallest class out of the
training parts; the rows that are scored stay the same.
"""

import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from sklearn.model_selection import (
    GroupShuffleSplit,
    StratifiedGroupKFold,
    StratifiedKFold,
    train_test_split,
)

from ..columns import kind_of, to_numbers
from ..naming import check_name
from .tables import classes_by_frequency, code_labels

VALIDATION_SHARE = 0.15
# Into so many parts the whole table is cut where rows are held out by time: enough of them are in
# a short training part to be folded, and few rows are near the edge of one.
SPANS = 200
# Draws of groups to set aside, of which one is chosen.
DRAWS = 20
# Told from the seeds of folds and early stopping, so that thinning moves none of these.
THINNING = 1
# Two sets of row positions: training and test rows, or rows to fit and rows set aside.
Pair = tuple[np.ndarray, np.ndarray]


class Variant(NamedTuple):
    """What a protocol did to a split, in words, and how many rows of the smallest class it left."""

    protocol: str = ""
    minority_rows: int | None = None


PLAIN = Variant()


@dataclass(frozen=True)
class Split:
    """Row positions of one fold: three disjoint parts.

    `fit` are resampled and learnt from, `validation`, which may be empty, stop the fit, `test` are
    scored. ``groups`` (n,) number what must not be parted in the training part either, where rows
    are held out by groups or by time; `ordered` says whether higher numbers come later, so that
    nothing may be learnt from them about earlier ones. Repeats and folds count from 1.
    """

    repeat: int
    fold: int
    fit: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    variant: Variant = PLAIN
    groups: np.ndarray | None = None
    ordered: bool = False


class HoldOut:
    """A way to hold rows out: which rows are scored, and which of the others stop a fit."""

    groups: np.ndarray | None = None
    ordered = False

    def cut(self, codes: np.ndarray, *, folds: int, random_state: int) -> Iterator[Pair]:
        """Give training and test rows of each fold of classes (n,)."""
        raise NotImplementedError

    def set_aside(self, training: np.ndarray, codes: np.ndarray, *, random_state: int) -> Pair:
        """Give the training rows to fit, and those for early stopping, both sorted."""
        raise NotImplementedError


class Stratified(HoldOut):
    """Folds that hold about as many rows of each class."""

    def cut(self, codes: np.ndarray, *, folds: int, random_state: int) -> Iterator[Pair]:
        """Shuffle and cut; each row is scored once."""
        cutter = StratifiedKFold(folds, shuffle=True, random_state=random_state)
        yield from cutter.split(codes, codes)

    def set_aside(self, training: np.ndarray, codes: np.ndarray, *, random_state: int) -> Pair:
        """Draw a stratified part.

        A class that is too small to give a row stays wholly in the fit part. Where fewer than two
        classes can give one, nothing is set aside: one class alone would stop at the wrong tree.
        """
        divisible = _divisible(training, codes)
        if len(divisible) == 0:
            return training, divisible
        _, validation = train_test_split(
            divisible,
            test_size=VALIDATION_SHARE,
            stratify=codes[divisible],
            random_state=random_state,
        )
        return _without(training, validation)


class ByGroup(HoldOut):
    """Folds that share no group of a column (n,), and have the classes as alike as that allows."""

    groups: np.ndarray

    def __init__(self, column: pd.Series) -> None:
        self.name = column.name
        self.groups = pd.factorize(column)[0]

    def cut(self, codes: np.ndarray, *, folds: int, random_state: int) -> Iterator[Pair]:
        """Shuffle the groups and cut; each row is scored once."""
        n_groups = self.groups.max() + 1
        if n_groups < folds:
            raise ValueError(
                f"The column {self.name!r} holds {n_groups} groups, fewer than the {folds} folds: "
                "ask for fewer folds, or hold rows out by another column."
            )
        cutter = StratifiedGroupKFold(folds, shuffle=True, random_state=random_state)
        yield from cutter.split(codes, codes, self.groups)

    def set_aside(self, training: np.ndarray, codes: np.ndarray, *, random_state: int) -> Pair:
        """Draw whole groups: of 20 draws the one that takes most nearly the same share of classes.

        Nothing is set aside where each would take a class out of the fit part, or leave one class
        alone to stop by.
        """
        groups = self.groups[training]
        if len(_divisible(training, codes)) == 0 or np.ptp(groups) == 0:
            return training, training[:0]
        counts = np.bincount(codes[training])

        def distance(validation: np.ndarray) -> float:
            """Sum over the classes how far their shares are from the one that is wanted."""
            taken = np.bincount(codes[validation], minlength=len(counts))
            return np.abs(taken / counts - VALIDATION_SHARE).sum()

        cutter = GroupShuffleSplit(DRAWS, test_size=VALIDATION_SHARE, random_state=random_state)
        draws = [training[drawn] for _, drawn in cutter.split(training, groups=groups)]
        usable = [drawn for drawn in draws if _can_stop(training, codes, drawn)]
        return _without(training, min(usable, key=distance, default=training[:0]))


class ByTime(HoldOut):
    """Folds of later rows than those that are learnt from, by a column (n,).

    It holds numbers, dates, or dates as ISO 8601 writes them. ``groups`` are short spans of time
    in their order, each of about as many rows: rows that follow each other are often alike, as
    those of a group are. Rows of the same time are never parted.
    """

    groups: np.ndarray
    ordered = True

    def __init__(self, column: pd.Series) -> None:
        self.times = to_numbers(_dates(column) if kind_of(column) == "category" else column)
        ranks = np.searchsorted(np.sort(self.times), self.times)
        self.groups = ranks * SPANS // len(self.times)

    def cut(self, codes: np.ndarray, *, folds: int, random_state: int) -> Iterator[Pair]:
        """Cut into one part more than folds; each but the first is scored once.

        Fold k is learnt from the first k parts and scored on the part after them, as
        `sklearn.model_selection.TimeSeriesSplit` does. Nothing is shuffled.
        """
        order = np.argsort(self.times, kind="stable")
        first_rows = np.arange(1, folds + 1) * len(codes) // (folds + 1)
        edges = np.searchsorted(self.times[order], self.times[order][first_rows])
        for start, stop in pairwise([*edges, len(codes)]):
            yield np.sort(order[:start]), np.sort(order[start:stop])

    def set_aside(self, training: np.ndarray, codes: np.ndarray, *, random_state: int) -> Pair:
        """Take the latest rows, without a draw."""
        return latest_aside(training, codes, self.groups)


def latest_aside(training: np.ndarray, codes: np.ndarray, spans: np.ndarray) -> Pair:
    """Give the rows to fit, and whole spans of the latest ones, a little more than 15 % if need be.

    `spans` (n,) number the rows of the whole table in their order. Nothing is set aside where it
    would take a class out of the fit part, or leave one class alone to stop by.
    """
    start = np.sort(spans[training])[int((1 - VALIDATION_SHARE) * len(training))]
    validation = training[spans[training] >= start]
    return _without(training, validation if _can_stop(training, codes, validation) else [])


def _dates(column: pd.Series) -> pd.Series:
    try:
        return pd.to_datetime(column, format="ISO8601", utc=True)
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"The column {column.name!r} holds no times ({error}): give numbers, or dates written "
            "like 2024-01-31."
        ) from error


def _without(training: np.ndarray, validation: Any) -> Pair:
    validation = np.sort(np.asarray(validation, dtype=training.dtype))
    return np.setdiff1d(training, validation), validation


def _divisible(training: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Give rows of classes that are large enough to give one; none of fewer than two classes."""
    counts = np.bincount(codes[training])
    divisible = training[counts[codes[training]] * VALIDATION_SHARE >= 1]
    return divisible if len(np.unique(codes[divisible])) > 1 else divisible[:0]


def _can_stop(training: np.ndarray, codes: np.ndarray, validation: np.ndarray) -> bool:
    """Say whether two classes or more are set aside, and every class is left to be learnt."""
    fitted = np.setdiff1d(training, validation)
    kept = np.array_equal(np.unique(codes[fitted]), np.unique(codes[training]))
    return kept and len(np.unique(codes[validation])) > 1


# Training rows by what was done; None where there are not so many rows.
Thinned = dict[Variant, np.ndarray | None]
# From the codes (n,) of all rows, training rows, the argument of the protocol, and a generator.
Thin = Callable[[np.ndarray, np.ndarray, Any, np.random.Generator], Thinned]


def thin_to_ratio(
    codes: np.ndarray, training: np.ndarray, ratio: float, rng: np.random.Generator
) -> Thinned:
    """Drop rows of the smallest class at random until it is so much smaller than the largest."""
    counts = np.bincount(codes[training])
    kept = round(ratio * counts[0])
    if not 1 <= kept <= counts[-1]:
        raise ValueError(
            f"imbalance_ratio={ratio} cannot be had of {counts[-1]} training rows of the smallest "
            f"class and {counts[0]} of the largest: give a ratio from {1 / counts[0]:.2g} to "
            f"{counts[-1] / counts[0]:.2g}."
        )
    return {Variant(f"ratio={ratio:g}"): _keep(codes, training, kept, rng)}


def thin_to_sizes(
    codes: np.ndarray, training: np.ndarray, sizes: list[int], rng: np.random.Generator
) -> Thinned:
    """Keep so many rows of the smallest class, for a learning curve; the fewer are among the more.

    The smallest of the sizes must be there.
    """
    available = np.bincount(codes[training])[-1]
    if not 1 <= min(sizes, default=0) <= available:
        raise ValueError(
            f"minority_sizes={list(sizes)}: the smallest must be from 1 to {available}, the rows "
            "of the smallest class in a training part."
        )
    seed = rng.integers(2**32)

    def keep(size: int) -> np.ndarray | None:
        rows = _keep(codes, training, size, np.random.default_rng(seed))
        return rows if size <= available else None

    return {Variant("", int(size)): keep(size) for size in sizes}


def _keep(codes: np.ndarray, training: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    smallest = rng.permutation(training[codes[training] == codes.max()])
    return np.setdiff1d(training, smallest[n:])


@dataclass(frozen=True)
class Protocol:
    """A way to hold rows out, or to thin the training parts; one of the two.

    Parameters
    ----------
    description : str
        A few words on it.
    hold_out : callable, optional
        From a column of the table, which the argument of the protocol names and which is then no
        feature, to a `HoldOut`.
    thin : callable, optional
        ``thin(codes, training, argument, rng)`` gives training rows by `Variant`: what was done, in
        words, and how many rows of the smallest class are left, if that is the point.
    """

    description: str
    hold_out: Callable[[pd.Series], HoldOut] | None = None
    thin: Thin | None = None


PROTOCOLS: dict[str, Protocol] = {
    "group": Protocol("groups of rows are held out as a whole", ByGroup),
    "time": Protocol("later rows are held out", ByTime),
    "imbalance_ratio": Protocol(
        "rows of the smallest class are taken out of the training parts", thin=thin_to_ratio
    ),
    "minority_sizes": Protocol(
        "the training parts keep so many rows of the smallest class", thin=thin_to_sizes
    ),
}


class Splits:
    """A table that is cut by a protocol: its splits, each made when it is asked for.

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
    random_state : int
        Seed of the run.

    Attributes
    ----------
    whole, X : DataFrame of shape (n, columns)
        The table with and without a column that rows are held out by.
    classes : Index
        The classes, the most frequent first.
    """

    def __init__(
        self,
        X: pd.DataFrame,
        y: pd.Series,
        protocol: Mapping[str, Any],
        *,
        folds: int,
        random_state: int,
    ) -> None:
        for name in protocol:
            check_name(name, PROTOCOLS, "protocol")
        self.whole = X
        self.X, self.hold_out, self.words = _choose_hold_out(X, protocol)
        self.y, self.classes = y, classes_by_frequency(y)
        self.codes = code_labels(y, self.classes)
        self.protocol, self.folds, self.random_state = protocol, folds, random_state
        self._repeat, self._cuts = 0, list[Pair]()

    def keys(self, repeats: int) -> list[tuple[int, int, Variant]]:
        """List the arguments of `make`: whatever cannot be followed is refused here."""
        if self.hold_out.ordered and repeats > 1:
            raise ValueError(
                "Time is never shuffled, so each repeat would be the same folds: give repeats=1."
            )
        places = [(r, f) for r in range(1, repeats + 1) for f in range(1, self.folds + 1)]
        thinned = {place: self._thinned(*place) for place in places}
        self._say_what_is_left_out(thinned.values())
        return [
            (*place, variant)
            for place, variants in thinned.items()
            for variant, rows in variants.items()
            if rows is not None
        ]

    def make(self, repeat: int, fold: int, variant: Variant) -> Split:
        """Make one split; the rows for early stopping are drawn from the rows that are left."""
        rows: Any = self._thinned(repeat, fold)[variant]
        seed = derive_seed(self.random_state, repeat, fold)
        parts = self.hold_out.set_aside(rows, self.codes, random_state=seed)
        _, test = self._cut(repeat)[fold - 1]
        way = self.hold_out
        return Split(repeat, fold, *parts, test, variant, way.groups, way.ordered)

    def _cut(self, repeat: int) -> list[Pair]:
        """Cut all folds of a repeat, and keep those of the last one."""
        if repeat != self._repeat:
            seed = derive_seed(self.random_state, repeat)
            cuts = list(self.hold_out.cut(self.codes, folds=self.folds, random_state=seed))
            for fold, (training, test) in enumerate(cuts, start=1):
                self._check_classes(fold, training=training, test=test)
            self._repeat, self._cuts = repeat, cuts
        return self._cuts

    def _check_classes(self, fold: int, **parts: np.ndarray) -> None:
        for part, rows in parts.items():
            missing = self.classes.delete(np.unique(self.codes[rows]))
            if len(missing):
                raise ValueError(
                    f"The {part} part of fold {fold} ({len(rows)} rows) has no row of the class "
                    f"{missing[0]!r}: ask for fewer folds, or hold rows out by another column."
                )

    def _thinned(self, repeat: int, fold: int) -> Thinned:
        """Give training rows by what was done."""
        training, _ = self._cut(repeat)[fold - 1]
        variants: Thinned = {Variant(self.words): np.sort(training)}
        for name, argument in self.protocol.items():
            if thin := PROTOCOLS[name].thin:
                rng = np.random.default_rng(derive_seed(self.random_state, repeat, fold, THINNING))
                variants = {
                    _both(before, more): thinner
                    for before, rows in variants.items()
                    if rows is not None
                    for more, thinner in thin(self.codes, rows, argument, rng).items()
                }
        return variants

    def _say_what_is_left_out(self, thinned: Any) -> None:
        sizes = [
            variant.minority_rows or 0
            for variants in thinned
            for variant, rows in variants.items()
            if rows is None
        ]
        if sizes:
            warnings.warn(
                f"The smallest class is smaller than minority_sizes up to {max(sizes)}: these are "
                "left out.",
                stacklevel=3,
            )


def _both(one: Variant, other: Variant) -> Variant:
    words = ", ".join(filter(None, [one.protocol, other.protocol]))
    return Variant(words, one.minority_rows or other.minority_rows)


def _choose_hold_out(
    X: pd.DataFrame, protocol: Mapping[str, Any]
) -> tuple[pd.DataFrame, HoldOut, str]:
    """Give the features, how rows are held out, and what that is called."""
    ways = {name: way for name in protocol if (way := PROTOCOLS[name].hold_out)}
    if not ways:
        return X, Stratified(), ""
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
    return features, way(X[by]), f"{name}={by}"


def make_splits(
    X: pd.DataFrame,
    y: pd.Series,
    protocol: Mapping[str, Any],
    *,
    folds: int,
    repeats: int,
    random_state: int,
) -> tuple[pd.DataFrame, list[Split]]:
    """Cut a table into folds, several times over, all at once: the features, and the splits."""
    splits = Splits(X, y, protocol, folds=folds, random_state=random_state)
    return splits.X, [splits.make(*key) for key in splits.keys(repeats)]


def derive_seed(*keys: int) -> int:
    """Make one seed below 2**32 out of whole numbers: that of the run, then what tells this use."""
    return int(np.random.SeedSequence(keys).generate_state(1)[0])
