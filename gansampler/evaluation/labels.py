"""Classes as codes: 0 is the most frequent class, and so 1 of two classes is the minority."""

from collections import Counter

import numpy as np
import pandas as pd


def classes_by_frequency(y: pd.Series) -> pd.Index:
    """List the classes, the most frequent first; equals come in the order of their names.

    Parameters
    ----------
    y : Series
        Classes, none missing.

    Returns
    -------
    Index
        The code of a class is its place.
    """
    counts = Counter(y.tolist())
    ordered = sorted(counts, key=lambda label: (-counts[label], str(label)))
    return pd.Index(ordered, dtype=object)


def code_labels(y: pd.Series, classes: pd.Index) -> np.ndarray:
    """Give the code of each row's class.

    Parameters
    ----------
    y : Series of n rows
        Classes.
    classes : Index
        What `classes_by_frequency` returned.

    Returns
    -------
    ndarray of int, shape (n,)
        -1 for a class that is not among `classes`.
    """
    return classes.get_indexer(pd.Index(y, dtype=object))
