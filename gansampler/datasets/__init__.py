"""A small real table with few rows in one class, shipped with the package."""

from importlib.resources import files

import pandas as pd

__all__ = ["load_winequality_red4"]


def load_winequality_red4() -> tuple[pd.DataFrame, pd.Series]:
    """Load red wines of quality 4 against all other red wines.

    1,599 wines, 11 chemical measurements each, none missing. 53 wines (3.3 %) are of quality 4, the
    class "positive"; 240 rows are duplicates, as in the original.

    Returns
    -------
    X : DataFrame of shape (1599, 11)
        Measurements, all numbers.
    y : Series of 1599 rows
        "negative" or "positive", named "target".

    Notes
    -----
    UCI Wine Quality (red), quality 4 versus rest; P. Cortez, A. Cerdeira, F. Almeida, T. Matos and
    J. Reis, "Modeling wine preferences by data mining from physicochemical properties", Decision
    Support Systems 47 (2009) 547-553. CC BY 4.0.

    Examples
    --------
    >>> from gansampler.datasets import load_winequality_red4
    >>> X, y = load_winequality_red4()
    >>> int((y == "positive").sum())
    53
    """
    with files(__name__).joinpath("winequality_red4.csv").open(encoding="utf-8") as file:
        table = pd.read_csv(file)
    return table.drop(columns="target"), table["target"]
