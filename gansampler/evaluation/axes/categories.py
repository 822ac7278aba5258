"""A column of categories as codes."""

import numpy as np
import pandas as pd


def to_codes(column: pd.Series, categories: pd.Index) -> np.ndarray:
    """Give the place (n,) of each value among known categories; NaN where it is not among them."""
    codes = categories.get_indexer(pd.Index(column.astype(object), dtype=object))
    return np.where(codes < 0, np.nan, codes)


def seen_categories(column: pd.Series) -> pd.Index:
    """List the values that occur in a column as objects, without missing ones.

    Ordered categories keep their order, all others come as they appear.
    """
    values = column.dropna()
    if isinstance(column.dtype, pd.CategoricalDtype) and column.cat.ordered:
        values = values.sort_values()
    return pd.Index(values.astype(object).unique(), dtype=object)
