"""Figures of one column at a time."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import ks_2samp

from ..columns import Floats, plain, to_numbers
from ..encoding import nominal_columns
from ._rows import alike_frames, check_enough


def kolmogorov_smirnov(
    real: Any, generated: Any, *, categorical_features: Any = "auto"
) -> pd.Series:
    r"""Largest difference of the distribution functions, by quantity.

    .. math:: \sup_t \lvert F(t) - \tilde F(t) \rvert

    Missing values lie below all others, so that their share counts.

    Parameters
    ----------
    real : dataframe or array-like of shape (n, n_features)
        Real rows.
    generated : dataframe or array-like of shape (m, n_features)
        Generated rows.
    categorical_features : "auto", None or array-like, default="auto"
        The nominal columns, as samplers take them. They are left out.

    Returns
    -------
    Series
        A value for each column of numbers, dates, durations or ordered categories, between 0 and 1;
        0 is perfect, and two samples of :math:`n` rows of one distribution lie about
        :math:`1.2 / \sqrt{n}` apart.

    Raises
    ------
    ValueError
        If the tables do not fit together, or one has no rows.

    References
    ----------
    N. Smirnov (1939). On the estimation of the discrepancy between empirical curves of distribution
    for two independent samples. Bulletin of Moscow University 2, 3-16.

    Examples
    --------
    >>> kolmogorov_smirnov([[1.0], [2.0]], [[2.0], [3.0]]).tolist()
    [0.5]
    """
    return _by_quantity(
        real,
        generated,
        categorical_features,
        lambda x, fake: ks_2samp(x, fake, method="asymp").statistic,
    )


def cramer_von_mises(real: Any, generated: Any, *, categorical_features: Any = "auto") -> pd.Series:
    r"""Mean squared difference of the distribution functions over all rows, by quantity.

    .. math:: \int \left(F - \tilde F\right)^2 dH

    with the distribution function :math:`H` of both samples together. The test of that name takes
    it :math:`n m / (n + m)` times. Missing values lie below all others.

    Parameters
    ----------
    real : dataframe or array-like of shape (n, n_features)
        Real rows.
    generated : dataframe or array-like of shape (m, n_features)
        Generated rows.
    categorical_features : "auto", None or array-like, default="auto"
        The nominal columns, as samplers take them. They are left out.

    Returns
    -------
    Series
        A value for each quantity, between 0 and 1/3; 0 is perfect.

    Raises
    ------
    ValueError
        If the tables do not fit together, or one has no rows.

    References
    ----------
    T. W. Anderson (1962). On the distribution of the two-sample Cramér-von Mises criterion. Annals
    of Mathematical Statistics 33, 1148-1159.

    Examples
    --------
    >>> cramer_von_mises([[1.0], [2.0]], [[3.0], [4.0]]).tolist()
    [0.375]
    """
    return _by_quantity(real, generated, categorical_features, _squared_difference)


def _squared_difference(x: Floats, fake: Floats) -> float:
    # scipy's statistic is that of mid-ranks, and off this where values are tied.
    pooled = np.concatenate([x, fake])
    first, second = (
        np.searchsorted(np.sort(each), pooled, side="right") / len(each) for each in (x, fake)
    )
    return float(np.square(first - second).mean())


def total_variation(real: Any, generated: Any, *, categorical_features: Any = "auto") -> pd.Series:
    r"""Half the sum of the differences of the categories' shares, by nominal column.

    .. math:: \tfrac{1}{2} \sum_c \lvert p_c - \tilde p_c \rvert

    A missing value is a category of its own.

    Parameters
    ----------
    real : dataframe or array-like of shape (n, n_features)
        Real rows.
    generated : dataframe or array-like of shape (m, n_features)
        Generated rows.
    categorical_features : "auto", None or array-like, default="auto"
        The nominal columns, as samplers take them. All others are left out.

    Returns
    -------
    Series
        A value for each nominal column, between 0 and 1; 0 is perfect.

    Raises
    ------
    ValueError
        If the tables do not fit together, or one has no rows.

    Examples
    --------
    >>> total_variation([["a"], ["b"]], [["a"], ["a"]]).tolist()
    [0.5]
    """
    columns = _columns(real, generated, categorical_features, nominal=True)
    return _series({name: _difference_of_shares(*pair) for name, pair in columns.items()})


def _difference_of_shares(real: pd.Series, fake: pd.Series) -> float:
    labels = pd.concat([_labels(real), _labels(fake)], ignore_index=True)
    codes, known = pd.factorize(labels, use_na_sentinel=False)
    counts = [np.bincount(part, minlength=len(known)) for part in np.split(codes, [len(real)])]
    return float(np.abs(counts[0] / len(real) - counts[1] / len(fake)).sum() / 2)


def _labels(column: pd.Series) -> pd.Series:
    """Give the values of a nominal column as objects, with one kind of hole."""
    values = column if column.dtype == object else plain(column)
    return values.astype(object).where(values.notna(), None)


def _by_quantity(
    real: Any,
    generated: Any,
    categorical_features: Any,
    figure: Callable[[Floats, Floats], float],
) -> pd.Series:
    columns = _columns(real, generated, categorical_features, nominal=False)
    return _series(
        {
            name: figure(*(np.nan_to_num(to_numbers(plain(each)), nan=-np.inf) for each in pair))
            for name, pair in columns.items()
        }
    )


def _columns(
    real: Any, generated: Any, categorical_features: Any, *, nominal: bool
) -> dict[Any, tuple[pd.Series, pd.Series]]:
    """Pair the columns of both tables that are nominal, or those that are not."""
    frames = alike_frames({"real": real, "generated": generated})
    for name, frame in frames.items():
        check_enough(name, frame, 1)
    first, second = frames.values()
    places = set(nominal_columns(real, first, categorical_features))
    chosen = [place for place in range(first.shape[1]) if (place in places) == nominal]
    return {first.columns[each]: (first.iloc[:, each], second.iloc[:, each]) for each in chosen}


def _series(values: dict[Any, float]) -> pd.Series:
    index = pd.Index(list(values), tupleize_cols=False)
    return pd.Series(list(values.values()), index=index, dtype=np.float64)
