"""A table as numbers, for learners: categories are codes, or columns of 0 and 1."""

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from ...columns import kind_of, to_numbers
from .categories import seen_categories, to_codes

# Of a column of text with more values than this, the rarer ones share a column of 0 and 1.
MOST_CATEGORIES = 256


class FeatureMatrix:
    """Frame to float matrix, learnt on training rows alone.

    Categories become codes of XGBoost's categorical type; ordered ones become plain numbers. A
    category that was not seen in training is a missing value, and so is a missing value.

    Attributes
    ----------
    categories_ : dict of str to Index
        The known values of each categorical column.
    feature_types_ : list of {"c", "q"}
        XGBoost's word for each column: category or quantity.
    """

    def fit(self, X: pd.DataFrame) -> "FeatureMatrix":
        """Learn the categories of each column.

        Parameters
        ----------
        X : DataFrame of shape (n, columns)
            Training rows.

        Returns
        -------
        FeatureMatrix
            Itself.
        """
        kinds = {name: kind_of(column) for name, column in X.items()}
        self.categories_ = {
            name: seen_categories(X[name])
            for name, kind in kinds.items()
            if kind in ("category", "ordered")
        }
        self.feature_types_ = ["c" if kind == "category" else "q" for kind in kinds.values()]
        return self

    def transform(self, X: pd.DataFrame) -> np.ndarray:
        """Give the numbers of some rows.

        Parameters
        ----------
        X : DataFrame of shape (n, columns)
            Of the columns that were fitted.

        Returns
        -------
        ndarray of float64, shape (n, columns)
            In single precision, dates would be two minutes apart; XGBoost rounds for itself.
        """
        matrix = np.empty(X.shape, dtype=np.float64)
        for position, (name, column) in enumerate(X.items()):
            known = self.categories_.get(name)
            matrix[:, position] = to_numbers(column) if known is None else to_codes(column, known)
        return matrix


def one_hot_and_scaled(feature_types: list[str]) -> ColumnTransformer:
    """Make the preprocessing for learners that know neither categories nor holes.

    A category becomes a column of 0 and 1, as does a hole among categories, if there was one in
    training; what was not seen there is 0 in all of them. Holes in quantities get the median, and
    quantities are scaled to mean 0 and variance 1.

    Parameters
    ----------
    feature_types : list of {"c", "q"}
        What `FeatureMatrix` says of its columns.

    Returns
    -------
    ColumnTransformer
        Unfitted, for what `FeatureMatrix.transform` returns.
    """
    types = np.array(feature_types)
    one_hot = OneHotEncoder(
        handle_unknown="ignore", max_categories=MOST_CATEGORIES, sparse_output=False
    )
    filled = SimpleImputer(strategy="median", keep_empty_features=True)
    return ColumnTransformer(
        [
            ("categories", one_hot, np.flatnonzero(types == "c")),
            ("quantities", make_pipeline(filled, StandardScaler()), np.flatnonzero(types == "q")),
        ]
    )
