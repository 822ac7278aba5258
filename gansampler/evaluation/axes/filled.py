"""A copy of a table in numbers alone and without holes, and the way back."""

from collections.abc import Hashable

import numpy as np
import pandas as pd
from sklearn.preprocessing import StandardScaler

from ...columns import from_numbers, kind_of, to_numbers
from .categories import seen_categories, to_codes


class FilledTable:
    """What samplers that refuse text and missing values get to see of a table.

    Holes are filled by the median or the most frequent value of the rows at hand. A column without
    any value is left out, and comes back empty.

    Parameters
    ----------
    X : DataFrame of shape (n, columns)
        Numbers, dates, categories and text, with or without holes.
    one_hot : bool, default=False
        Whether a column of categories becomes one column of 0 and 1 for each category, of which the
        largest decides on the way back; or one column of codes, for those who can handle these.
    scaled : bool, default=False
        Whether quantities are scaled to mean 0 and variance 1.

    Attributes
    ----------
    values : ndarray of float64, shape (n, width)
        The numbers.
    is_code : ndarray of bool, shape (width,)
        Which columns of `values` are codes.
    """

    def __init__(self, X: pd.DataFrame, *, one_hot: bool = False, scaled: bool = False) -> None:
        self._like = X
        self._one_hot = one_hot
        self._scaled = scaled
        self._scalers: dict[Hashable, StandardScaler] = {}
        self._categories: dict[Hashable, pd.Index] = {}
        self._places: dict[Hashable, slice] = {}
        blocks, is_code, width = [np.empty((len(X), 0))], [], 0
        for name, column in X.items():
            if column.isna().all():
                continue
            block = self._fill(column)
            blocks.append(block)
            self._places[name] = slice(width, width + block.shape[1])
            width += block.shape[1]
            is_code += [name in self._categories and not one_hot] * block.shape[1]
        self.values = np.hstack(blocks)
        self.is_code = np.array(is_code, dtype=bool)

    def _fill(self, column: pd.Series) -> np.ndarray:
        """Give the numbers (n, width) of one column."""
        if kind_of(column) not in ("category", "ordered"):
            values = to_numbers(column)
            values = np.where(np.isnan(values), np.nanmedian(values), values)[:, None]
            if not self._scaled:
                return values
            scaler = self._scalers[column.name] = StandardScaler()
            return scaler.fit_transform(values)
        known = self._categories[column.name] = seen_categories(column)
        codes = to_codes(column, known)
        most_frequent = np.bincount(codes[np.isfinite(codes)].astype(int)).argmax()
        codes = np.where(np.isnan(codes), most_frequent, codes)[:, None]
        return (codes == np.arange(len(known))).astype(np.float64) if self._one_hot else codes

    def decode(self, values: np.ndarray) -> pd.DataFrame:
        """Turn numbers back into the columns and dtypes of the table.

        Parameters
        ----------
        values : ndarray of float64, shape (m, width)
            New rows, in the columns of `values`. Codes are whole numbers that occur there.

        Returns
        -------
        DataFrame of shape (m, columns)
            Without holes, but for columns that hold nothing else.
        """
        index = pd.RangeIndex(len(values))
        columns = {}
        for name, column in self._like.items():
            if name not in self._places:
                columns[name] = pd.Series(index=index, dtype=column.dtype)
                continue
            block = values[:, self._places[name]]
            if name in self._categories:
                codes = block.argmax(axis=1) if self._one_hot else block[:, 0].astype(int)
                found = self._categories[name].take(codes)
                columns[name] = pd.Series(found, index, dtype=object).astype(column.dtype)
            else:
                if name in self._scalers:
                    block = self._scalers[name].inverse_transform(block)
                columns[name] = from_numbers(block[:, 0], column)
        return pd.DataFrame(columns)
