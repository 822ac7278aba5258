"""What a column is: a quantity (number, date, duration), ordered, or a category.

This is the one reading of columns for samplers, guard, benchmark, command line and report. Whatever
a column is kept in (objects, Arrow, sparse, nullable), `plain` gives its twin in one of a few
dtypes, and that dtype says what it is.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api import types

from .containers import as_pandas

Codes = NDArray[np.intp]
Floats = NDArray[np.float64]

# What objects are quantities, by their types; all those of a column must be of one line.
OBJECTS: dict[str, tuple[type, ...]] = {
    "number": (Real, Decimal),
    "date": (datetime.date, np.datetime64),
    "duration": (datetime.timedelta, datetime.time, np.timedelta64),
    "period": (pd.Period,),
    "interval": (pd.Interval,),
}
BOOLEANS = {bool, np.bool_}
# Units of dates and durations in a second.
TICKS = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}
# In microseconds 292,000 years fit, in seconds all that Python can say.
MAX_MICROSECONDS = 9e12


def plain(column: pd.Series) -> pd.Series:
    """Give a column of any kind as its twin in a dtype that every learner can read, rows alike.

    Quantities become numbers, datetime64 or timedelta64; an interval is its middle, a period its
    start, a time of day a duration. All else stays as it is, or becomes category or object.
    """
    dtype = column.dtype
    if isinstance(dtype, pd.ArrowDtype):
        return plain(_from_arrow(column))
    if isinstance(dtype, pd.SparseDtype):
        return _like(column, np.asarray(column.array))
    if isinstance(dtype, pd.IntervalDtype):
        middles: Any = column.array
        return plain(_like(column, middles.mid))
    if isinstance(dtype, pd.PeriodDtype):
        return _start_of_periods(column)
    if isinstance(dtype, (pd.Float32Dtype, pd.Float64Dtype)):
        return column.mask((column != column).fillna(False))  # 0 / 0 beside holes
    if dtype.kind == "O" and not isinstance(dtype, (pd.CategoricalDtype, pd.StringDtype)):
        return column if _is_text(column) else _from_objects(column)
    return column


def _is_text(column: pd.Series) -> bool:
    """Tell text alone, which most objects are, from all else without looking at each in Python."""
    return types.infer_dtype(column, skipna=True) == "string"


def _like(column: pd.Series, values: Any) -> pd.Series:
    return pd.Series(values, index=column.index, name=column.name)


def _from_arrow(column: pd.Series) -> pd.Series:
    import pyarrow as pa

    if column.dtype.kind == "b":
        return column.astype("boolean")
    return _like(column, pa.array(column.array).to_pandas().array)


def _start_of_periods(column: pd.Series) -> pd.Series:
    try:
        return column.dt.to_timestamp()
    except pd.errors.OutOfBoundsDatetime:  # then by their number
        ordinals = column.array.astype("int64").astype(np.float64)
        return _like(column, np.where(column.isna(), np.nan, ordinals))


def _from_objects(column: pd.Series) -> pd.Series:
    """Turn objects into a column of quantities or booleans if they are such, all of one kind."""
    present = column.notna()
    kind = _kind_of_objects(column[present])
    if kind == "boolean":
        return column.where(present, None).astype("boolean")
    if kind == "number":
        return _like(column, column.to_numpy(dtype=np.float64, na_value=np.nan))
    if kind in ("period", "interval"):
        array = pd.array(column.tolist())
        if isinstance(array.dtype, (pd.PeriodDtype, pd.IntervalDtype)):
            return plain(_like(column, array))
        return column.map(str, na_action="ignore")  # of several lengths, which have no order
    if kind in ("date", "duration"):
        seconds = np.full(len(column), np.nan)
        seconds[present] = [_seconds(value) for value in column[present]]
        return _like(column, _moments(seconds, "M8" if kind == "date" else "m8"))
    return column


def _kind_of_objects(values: pd.Series) -> str | None:
    found = set(map(type, values))
    if not found or found & BOOLEANS:
        return "boolean" if found and found <= BOOLEANS else None
    for kind, known in OBJECTS.items():
        if all(issubclass(each, known) for each in found):
            return kind
    return None


def _seconds(value: Any) -> float:
    """Give the seconds since 1970 (in UTC, where there is a zone), since midnight, or that pass."""
    if isinstance(value, datetime.time):
        return value.hour * 3600 + value.minute * 60 + value.second + value.microsecond / 1e6
    if isinstance(value, np.timedelta64):
        return float(value / np.timedelta64(1, "s"))
    if isinstance(value, datetime.timedelta):
        return value.total_seconds()
    return pd.Timestamp(value).timestamp()


def _moments(seconds: Floats, kind: str) -> NDArray[Any]:
    """Give seconds (n,) as datetime64 ("M8") or timedelta64 ("m8"), with NaT for NaN."""
    hole = np.isnan(seconds)
    fits = np.abs(seconds[~hole]).max(initial=0) < MAX_MICROSECONDS
    unit = "us" if fits else "s"
    moments = np.where(hole, 0, seconds * TICKS[unit]).round().astype("i8").view(f"{kind}[{unit}]")
    moments[hole] = "NaT"
    return moments


def kind_of(column: pd.Series) -> str:
    """Say what a column is: "number", "date", "duration", "ordered" or "category"."""
    return _kind_of_plain(plain(column))


def _kind_of_plain(twin: pd.Series) -> str:
    dtype = twin.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return "ordered" if dtype.ordered else "category"
    kinds = {"i": "number", "u": "number", "f": "number", "M": "date", "m": "duration"}
    if dtype.kind in kinds:
        return kinds[dtype.kind]
    if dtype.kind == "c":
        raise ValueError(
            f"Complex data not supported: the column {twin.name!r} holds complex numbers. Give "
            "their real and imaginary parts as columns."
        )
    if types.is_object_dtype(dtype) and not _is_text(twin):
        _check_hashable(twin)
    return "category"


def _check_hashable(twin: pd.Series) -> None:
    value = None
    try:
        for value in twin:
            hash(value)
    except TypeError as error:
        raise ValueError(
            f"Column {twin.name!r} cannot be used: it holds a {type(value).__name__} "
            f"({str(value)[:40]}). Convert it to numbers, dates or categories, or drop it."
        ) from error


def to_numbers(twin: pd.Series) -> Floats:
    """Give numbers (n,) that lie as the values of a `plain` column lie, NaN where there is none.

    Dates are seconds since 1970 in UTC, durations seconds, ordered categories their places.
    """
    dtype = twin.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        codes = twin.cat.codes.to_numpy(dtype=np.float64)
        return np.where(codes < 0, np.nan, codes)
    if dtype.kind in "Mm":
        count: Any = twin.array.astype("int64")
        return np.where(twin.isna(), np.nan, count / TICKS[_unit(dtype)])
    return twin.to_numpy(dtype=np.float64, na_value=np.nan)


def from_numbers(values: Floats, like: pd.Series) -> pd.Series:
    """Turn numbers (n,), all finite, back into the quantity that a `plain` column `like` holds.

    Whole-number dtypes are rounded, and what lies out of their range is moved to its end.
    """
    dtype: Any = like.dtype
    if dtype.kind in "Mm":
        unit = _unit(dtype)
        ticks = np.rint(values * TICKS[unit]).astype("i8")
        moments = pd.Series(ticks.view(f"{dtype.kind}8[{unit}]"), name=like.name)
        zone = getattr(dtype, "tz", None)
        return moments if zone is None else moments.dt.tz_localize("UTC").dt.tz_convert(zone)
    if types.is_integer_dtype(dtype):
        limits = np.iinfo(getattr(dtype, "numpy_dtype", dtype))
        values = np.rint(values).clip(limits.min, limits.max)
    return pd.Series(values, name=like.name).astype(dtype)


def _unit(dtype: Any) -> str:
    return dtype.unit if isinstance(dtype, pd.DatetimeTZDtype) else np.datetime_data(dtype)[0]


def describe_columns(X: pd.DataFrame) -> pd.DataFrame:
    """Say how each column of a table is read: a row for each, in text and whole numbers.

    Columns: ``read as`` (see `kind_of`), ``different values``, ``missing``.
    """
    twins = [plain(column) for _, column in X.items()]
    return pd.DataFrame(
        {
            "read as": [_kind_of_plain(twin) for twin in twins],
            "different values": [twin.nunique() for twin in twins],
            "missing": [int(twin.isna().sum()) for twin in twins],
        },
        index=pd.Index(X.columns, name="column", tupleize_cols=False),
    )


def check_features(X: Any) -> pd.DataFrame:
    """Make a frame (n, columns) of the features, and refuse what nothing could use.

    It has text for column names (``x0``, ``x1``, ... if there were none), rows from 0, and each
    column as `plain` gives it, or as category.
    """
    if hasattr(X, "tocsr"):
        raise ValueError("X is a sparse matrix, which is not supported: give X.toarray().")
    X = as_pandas(X)
    if not isinstance(X, pd.DataFrame):
        X = np.asarray(X)
        if X.ndim != 2:
            raise ValueError(f"X must have rows and columns, but its shape is {X.shape}.")
        X = pd.DataFrame(X, columns=[f"x{position}" for position in range(X.shape[1])])
    X = X.reset_index(drop=True)
    X.columns = [str(name) for name in X.columns]
    if X.shape[1] == 0:
        raise ValueError("X has no columns.")
    check_unique(X.columns, "X")
    twins = pd.DataFrame({name: plain(column) for name, column in X.items()})
    check_columns(twins)
    if len(X) and twins.isna().all(axis=None):
        raise ValueError(
            f"X has no value in any column ({', '.join(X.columns)}): give a feature that has some."
        )
    limit = float(np.finfo(np.float32).max)
    if beyond := _with_numbers_beyond(limit, twins):
        raise ValueError(
            f"X has numbers beyond {limit:.1e} in the columns {beyond}, where single precision "
            "ends, which most learners reckon in: replace them, or take the logarithm."
        )
    return pd.DataFrame({name: _settled(twin) for name, twin in twins.items()})


def _settled(twin: pd.Series) -> pd.Series:
    """Make categories of mixed objects, so that any part of the column is read as the whole is."""
    mixed = types.is_object_dtype(twin.dtype) and not _is_text(twin) and twin.notna().any()
    if not mixed:
        return twin
    # pandas takes an index that begins with a tuple for one of several levels.
    values = twin.map(lambda value: str(value) if isinstance(value, tuple) else value, "ignore")
    return values.astype("category")


def check_columns(X: pd.DataFrame) -> None:
    """Refuse columns, no two of one name, that no sampler or learner could use; name them."""
    if infinite := _with_numbers_beyond(np.finfo(np.float64).max, X):
        raise ValueError(
            f"X contains infinity in the columns {infinite}: replace it with a number, or with "
            "NaN, which counts as missing."
        )


def _with_numbers_beyond(limit: float, X: pd.DataFrame) -> list[Any]:
    """List the columns of numbers some of which are larger than a limit, whatever their sign."""

    def is_beyond(twin: pd.Series) -> bool:
        return _kind_of_plain(twin) == "number" and bool((np.abs(to_numbers(twin)) > limit).any())

    return [name for name, column in X.items() if is_beyond(plain(column))]


def check_unique(names: Iterable[Any], where: str) -> None:
    """Refuse two columns of one name in a table, which the message calls `where`."""
    index = pd.Index(names)
    if not index.is_unique:
        twice = ", ".join(repr(name) for name in index[index.duplicated()].unique())
        raise ValueError(f"{where} has more than one column named {twice}: rename or drop one.")
