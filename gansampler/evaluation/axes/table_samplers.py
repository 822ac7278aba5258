"""Samplers of other packages on tables as they come: categories, holes, dates, small classes."""

import logging
from abc import ABC, abstractmethod
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from imblearn.over_sampling import SMOTE, SMOTEN, SMOTENC, RandomOverSampler
from sklearn.base import BaseEstimator
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from ...columns import from_numbers, kind_of, to_numbers
from ...interface import rows_wanted
from ...targets import Target
from ..tables import classes_by_frequency
from .categories import seen_categories, to_codes

NEIGHBOURS = 5
CLASS = "class"
ROWS_A_DRAW = 1000
# A class that comes this seldom is taken for one that the model does not generate.
MOST_DRAWS_A_ROW = 100

Table = tuple[pd.DataFrame, pd.Series]  # the rows, and their classes
New = Iterator[tuple[np.ndarray, np.ndarray]]  # the same of new rows, as numbers (m, width)


class TableSampler(ABC):
    """Puts new rows under those of a table, up to the size of the largest class, or about so.

    Another `sampling_strategy` than "auto" asks for other sizes, as imbalanced-learn reads it. They
    are made of a `FilledTable`. The original rows keep their holes.
    """

    one_hot = False
    scaled = False

    def __init__(self, random_state: int, *, sampling_strategy: Any = "auto") -> None:
        self.random_state, self.sampling_strategy = random_state, sampling_strategy

    def fit_resample(self, X: pd.DataFrame, y: pd.Series) -> Table:
        """Give the rows (n, columns) of `X` and the new ones, and the classes of all."""
        X, y = X.reset_index(drop=True), y.reset_index(drop=True)
        missing = rows_wanted(self.sampling_strategy, Target(y))
        wanted = {label: missing[label] for label in classes_by_frequency(y) if missing.get(label)}
        if not wanted:
            return X, y
        table = FilledTable(X, one_hot=self.one_hot, scaled=self.scaled)
        values, labels = zip(*self._generate(table, y, wanted), strict=True)
        new = pd.Series(np.concatenate(labels), name=y.name, dtype=object).astype(y.dtype)
        X_new = table.decode(np.vstack(values))
        return pd.concat([X, X_new], ignore_index=True), pd.concat([y, new], ignore_index=True)

    @abstractmethod
    def _generate(self, table: "FilledTable", y: pd.Series, wanted: dict[Any, int]) -> New:
        """Make so many rows of each class that is `wanted`, or about so many, in a few parts."""


class _FilledColumn(NamedTuple):
    values: np.ndarray
    is_code: bool
    decode: Callable[[np.ndarray], pd.Series]


class FilledTable:
    """A copy of a table in numbers alone and without holes, and the way back.

    Holes are filled by the median or the most frequent value of the rows at hand. A column without
    any value is left out, and comes back empty. A category becomes columns of 0 and 1 if `one_hot`,
    of which the largest decides on the way back, and else one column of codes, which `is_code`
    marks among the columns of `values` (n, width). Quantities get variance 1 if they are `scaled`.
    """

    def __init__(self, X: pd.DataFrame, *, one_hot: bool = False, scaled: bool = False) -> None:
        self._columns = {name: _fill(column, one_hot, scaled) for name, column in X.items()}
        filled = self._columns.values()
        self._widths = [column.values.shape[1] for column in filled]
        self.values = np.hstack([column.values for column in filled])
        self.is_code = np.repeat([column.is_code for column in filled], self._widths)

    def decode(self, values: np.ndarray) -> pd.DataFrame:
        """Turn new rows (m, width) into the columns and dtypes of the table."""
        blocks = np.split(values, np.cumsum(self._widths)[:-1], axis=1)
        columns = zip(self._columns.items(), blocks, strict=True)
        return pd.DataFrame({name: column.decode(block) for (name, column), block in columns})


def _fill(column: pd.Series, one_hot: bool, scaled: bool) -> _FilledColumn:
    if column.isna().all():
        return _fill_nothing(column)
    if kind_of(column) in ("category", "ordered"):
        return _fill_category(column, one_hot)
    return _fill_quantity(column, scaled)


def _fill_nothing(column: pd.Series) -> _FilledColumn:
    def decode(block: np.ndarray) -> pd.Series:
        return pd.Series(index=pd.RangeIndex(len(block)), dtype=column.dtype)

    return _FilledColumn(np.empty((len(column), 0)), False, decode)


def _fill_quantity(column: pd.Series, scaled: bool) -> _FilledColumn:
    numbers = to_numbers(column)
    filled = np.where(np.isnan(numbers), np.nanmedian(numbers), numbers)[:, None]
    scaler = (StandardScaler() if scaled else FunctionTransformer()).fit(filled)

    def decode(block: np.ndarray) -> pd.Series:
        return from_numbers(scaler.inverse_transform(block)[:, 0], column)

    return _FilledColumn(scaler.transform(filled), False, decode)


def _fill_category(column: pd.Series, one_hot: bool) -> _FilledColumn:
    known = seen_categories(column)
    codes = to_codes(column, known)
    most_frequent = np.bincount(codes[np.isfinite(codes)].astype(int)).argmax()
    codes = np.where(np.isnan(codes), most_frequent, codes)[:, None]

    def decode(block: np.ndarray) -> pd.Series:
        codes = block.argmax(axis=1) if one_hot else block[:, 0].astype(int)
        return pd.Series(known.take(codes), dtype=object).astype(column.dtype)

    values = (codes == np.arange(len(known))).astype(np.float64) if one_hot else codes
    return _FilledColumn(values, not one_hot, decode)


class TableOverSampler(TableSampler):
    """An over-sampler of numbers, which `make_sampler` makes from a number of neighbours.

    It is of imbalanced-learn's kind, with ``sampling_strategy`` and ``random_state``, and puts the
    new rows under those it got. It may look at five neighbours within the class: a class of fewer
    than six rows gets as many as it has, and a class of one row is duplicated. Columns are not
    scaled, as imbalanced-learn scales none: those of large numbers, and dates, which are seconds,
    decide which rows are near.
    """

    one_hot = True

    def __init__(
        self,
        make_sampler: Callable[[int], Any],
        random_state: int,
        *,
        sampling_strategy: Any = "auto",
    ) -> None:
        super().__init__(random_state, sampling_strategy=sampling_strategy)
        self.make_sampler = make_sampler

    def _generate(self, table: FilledTable, y: pd.Series, wanted: dict[Any, int]) -> New:
        by_neighbours: dict[int, dict[Any, int]] = defaultdict(dict)
        given = Counter(y.tolist())
        for label, missing in wanted.items():
            by_neighbours[min(NEIGHBOURS, given[label] - 1)][label] = given[label] + missing
        for neighbours, sizes in by_neighbours.items():
            sampler = self._sampler(neighbours, table.is_code)
            sampler.set_params(sampling_strategy=sizes, random_state=self.random_state)
            values, labels = sampler.fit_resample(table.values, y)
            yield values[len(y) :], np.asarray(labels, dtype=object)[len(y) :]

    def _sampler(self, neighbours: int, is_code: np.ndarray) -> Any:
        return self.make_sampler(neighbours) if neighbours else RandomOverSampler()


class TableSMOTE(TableOverSampler):
    """SMOTE, SMOTENC or SMOTEN, as the columns ask; the latter two get categories as codes.

    If it is `scaled`, quantities are of mean 0 and variance 1, as learners get them.
    """

    one_hot = False

    def __init__(
        self, random_state: int, *, scaled: bool = False, sampling_strategy: Any = "auto"
    ) -> None:
        how = {"sampling_strategy": sampling_strategy}
        super().__init__(lambda neighbours: SMOTE(k_neighbors=neighbours), random_state, **how)
        self.scaled = scaled

    def _sampler(self, neighbours: int, is_code: np.ndarray) -> Any:
        if neighbours == 0 or not is_code.any():
            return super()._sampler(neighbours, is_code)
        if is_code.all():
            return SMOTEN(k_neighbors=neighbours)
        return SMOTENC(np.flatnonzero(is_code).tolist(), k_neighbors=neighbours)


class TableRandomOverSampler:
    """Duplicates of random rows, up to the size of the largest class, or as many as are asked for.

    imbalanced-learn draws them, and gets to see the places of the rows alone: not every dtype comes
    back from it.
    """

    def __init__(self, random_state: int, *, sampling_strategy: Any = "auto") -> None:
        how = {"sampling_strategy": sampling_strategy}
        self.sampler = RandomOverSampler(random_state=random_state, **how)

    def fit_resample(self, X: pd.DataFrame, y: pd.Series) -> Table:
        """Put duplicates (new, columns) under the rows (n, columns) of `X`, and their classes."""
        self.sampler.fit_resample(np.arange(len(X)).reshape(-1, 1), y)
        return _take(X, y, self.sampler.sample_indices_)


class Cleaned:
    """A sampler, and then an under-sampler of imbalanced-learn's kind, which takes rows away.

    It may take original and new ones, and sees them as numbers, with categories as one-hot columns.
    The rows that it leaves are as they were, with their holes.
    """

    def __init__(self, sampler: Any, cleaner: Any) -> None:
        self.sampler, self.cleaner = sampler, cleaner

    def fit_resample(self, X: pd.DataFrame, y: pd.Series) -> Table:
        """Add rows, then take some away; what is left keeps its order."""
        X, y = self.sampler.fit_resample(X, y)
        self.cleaner.fit_resample(FilledTable(X, one_hot=True).values, y)
        return _take(X, y, np.sort(self.cleaner.sample_indices_))


def _take(X: pd.DataFrame, y: pd.Series, rows: np.ndarray) -> Table:
    return X.iloc[rows].reset_index(drop=True), y.iloc[rows].reset_index(drop=True)


class VariantOverSampler(BaseEstimator):
    """The class `variant` of the package smote-variants, made with `params`, class by class.

    These know of two classes alone. So each class that wants rows is told from all others together.
    Some of them generate more or fewer rows than they are asked for, or none at all from a class of
    a few rows.
    """

    def __init__(
        self,
        variant: str,
        params: dict[str, Any] | None = None,
        sampling_strategy: dict[Any, int] | None = None,
        random_state: int | None = None,
    ) -> None:
        self.variant, self.params = variant, params
        self.sampling_strategy, self.random_state = sampling_strategy, random_state

    def fit_resample(self, X: np.ndarray, y: pd.Series) -> tuple[np.ndarray, np.ndarray]:
        """Put new rows under those of `X` (n, width) until all classes have their sizes."""
        import smote_variants  # which sets the level of its logger

        variant = getattr(smote_variants, self.variant)
        rows, labels = [X], [y.to_numpy(dtype=object)]
        with _quiet(logging.getLogger("smote_variants")):
            for label, size in sorted((self.sampling_strategy or {}).items()):
                inside = (y == label).to_numpy()
                # Of what is missing to the size of all others together; one half for rounding down.
                proportion = (size - inside.sum() + 0.5) / (len(X) - 2 * inside.sum())
                how = {"random_state": self.random_state, **(self.params or {})}
                values, _ = variant(proportion=proportion, **how).sample(X, inside.astype(int))
                rows.append(values[len(X) :])
                labels.append(np.full(len(rows[-1]), label, dtype=object))
        return np.vstack(rows), np.concatenate(labels)


@contextmanager
def _quiet(logger: logging.Logger) -> Iterator[None]:
    """Keep a logger from speaking of every call, and put it back."""
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


class TableSynthesizer(TableSampler):
    """A synthesizer of the package ctgan, made with `params`."""

    def __init__(self, random_state: int, **params: Any) -> None:
        super().__init__(random_state)
        self.params = params

    def _fit(self, model: Any, frame: pd.DataFrame, discrete: list[str]) -> Any:
        model = model(**self.params)
        model.set_random_state(self.random_state)
        model.fit(frame, discrete)
        return model


def _as_frame(table: FilledTable) -> tuple[pd.DataFrame, list[str]]:
    """Name the columns of a filled table, and say which are discrete."""
    names = np.array([f"x{place}" for place in range(table.values.shape[1])], dtype=object)
    return pd.DataFrame(table.values, columns=names), names[table.is_code].tolist()


class TableCTGAN(TableSynthesizer):
    """CTGAN, trained on all rows with their class as one more column.

    It is asked for a class, follows that in part of the rows, and is asked until there are enough.
    """

    def _generate(self, table: FilledTable, y: pd.Series, wanted: dict[Any, int]) -> New:
        from ctgan import CTGAN

        frame, discrete = _as_frame(table)
        codes, classes = pd.factorize(y)
        model = self._fit(CTGAN, frame.assign(**{CLASS: codes}), [*discrete, CLASS])
        for label, n in wanted.items():
            code = classes.tolist().index(label)
            yield _draw_class(model, code, n), np.full(n, label, dtype=object)


def _draw_class(model: Any, code: int, n: int) -> np.ndarray:
    """Draw until there are n rows (n, width) of a class."""
    found: list[np.ndarray] = []
    n_found = n_drawn = 0
    while n_found < n:
        if n_drawn >= max(n * MOST_DRAWS_A_ROW, 10 * ROWS_A_DRAW):
            raise RuntimeError(
                f"CTGAN generated {n_found} of {n} rows of a class in {n_drawn} draws: it has not "
                "learnt that class."
            )
        rows = model.sample(ROWS_A_DRAW, CLASS, code)
        rows = rows[rows[CLASS] == code].drop(columns=CLASS)
        found.append(rows.to_numpy(dtype=np.float64))
        n_found, n_drawn = n_found + len(rows), n_drawn + ROWS_A_DRAW
    return np.vstack(found)[:n]


class TableTVAE(TableSynthesizer):
    """TVAE, trained on the rows of each class apart.

    It cannot be asked for a class, and if it is trained on all rows it hardly ever generates a
    small one. A class of one row is duplicated.
    """

    def _generate(self, table: FilledTable, y: pd.Series, wanted: dict[Any, int]) -> New:
        from ctgan import TVAE

        frame, discrete = _as_frame(table)
        for label, n in wanted.items():
            own = frame[y == label].reset_index(drop=True)
            if len(own) > 1:
                rows = self._fit(TVAE, own, discrete).sample(n)
            else:
                rows = own.loc[own.index.repeat(n)]
            yield rows.to_numpy(dtype=np.float64), np.full(n, label, dtype=object)
