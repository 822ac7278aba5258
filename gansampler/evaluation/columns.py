"""What a column is to a learner that wants numbers: a quantity or a set of categories."""

import numpy as np
import pandas as pd
from pandas.api import types


def is_categorical(column: pd.Series) -> bool:
    """Tell whether a column holds categories (category, text, object, bool) and not quantities.

    Parameters
    ----------
    column : Series
        One column of a table.

    Returns
    -------
    bool
        True for categories, False for numbers, dates and durations.
    """
    dtype = column.dtype
    return (
        isinstance(dtype, pd.CategoricalDtype)
        or types.is_object_dtype(dtype)
        or types.is_string_dtype(dtype)
        or types.is_bool_dtype(dtype)
    )


def to_numbers(column: pd.Series) -> np.ndarray:
    """Turn a column of quantities into floats; dates and durations become seconds.

    Parameters
    ----------
    column : Series of n rows
        Numbers (nullable or not), dates or durations.

    Returns
    -------
    ndarray of float64, shape (n,)
        Missing values are NaN.
    """
    if types.is_datetime64_any_dtype(column.dtype):
        column = column - pd.Timestamp(0, tz=column.dt.tz)
    if types.is_timedelta64_dtype(column.dtype):
        return column.dt.total_seconds().to_numpy(dtype=np.float64)
    return column.to_numpy(dtype=np.float64, na_value=np.nan)


def from_numbers(values: np.ndarray, like: pd.Series) -> pd.Series:
    """Turn floats back into the kind of quantity that `like` holds.

    Parameters
    ----------
    values : ndarray of float64, shape (n,)
        What `to_numbers` speaks of; finite.
    like : Series
        A column of the wanted name and dtype. Whole-number dtypes are rounded, and what lies out
        of their range is moved to its end.

    Returns
    -------
    Series of n rows
        Of the name and dtype of `like`.
    """
    dtype = like.dtype
    if types.is_datetime64_any_dtype(dtype):
        dates = pd.Timestamp(0, tz=like.dt.tz) + pd.to_timedelta(values, unit="s")
        return pd.Series(dates, name=like.name).astype(dtype)
    if types.is_timedelta64_dtype(dtype):
        return pd.Series(pd.to_timedelta(values, unit="s"), name=like.name).astype(dtype)
    if types.is_integer_dtype(dtype):
        limits = np.iinfo(getattr(dtype, "numpy_dtype", dtype))
        values = np.rint(values).clip(limits.min, limits.max)
    return pd.Series(values, name=like.name).astype(dtype)


def to_codes(column: pd.Series, categories: pd.Index) -> np.ndarray:
    """Replace each value of a column by its place among known categories.

    Parameters
    ----------
    column : Series of n rows
        Values to number.
    categories : Index
        The known values.

    Returns
    -------
    ndarray of float64, shape (n,)
        NaN where a value is missing or unknown.
    """
    codes = categories.get_indexer(pd.Index(column.astype(object)))
    return np.where(codes < 0, np.nan, codes)


def seen_categories(column: pd.Series) -> pd.Index:
    """List the values that occur in a column, without missing ones.

    Parameters
    ----------
    column : Series
        A categorical column. Ordered categories keep their order, all others come as they appear.

    Returns
    -------
    Index
        Unique values, as objects.
    """
    values = column.dropna()
    if isinstance(column.dtype, pd.CategoricalDtype) and column.cat.ordered:
        values = values.sort_values()
    return pd.Index(values.astype(object).unique(), dtype=object)
