"""How probabilities become labels."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from sklearn.metrics import recall_score
from sklearn.model_selection import StratifiedKFold

from .labels import code_labels
from .models import Model

Decision = Callable[[np.ndarray], np.ndarray]


def most_probable(probabilities: np.ndarray) -> np.ndarray:
    """Choose the class of the highest probability.

    Parameters
    ----------
    probabilities : ndarray of float, shape (n, classes)
        One row sums to 1.

    Returns
    -------
    ndarray of int, shape (n,)
        Codes of classes.
    """
    return probabilities.argmax(axis=1)


def tune_decision(
    fit: Callable[[np.ndarray], Model],
    X: pd.DataFrame,
    y: pd.Series,
    classes: pd.Index,
    *,
    random_state: int,
    folds: int = 5,
) -> Decision:
    r"""Tune the decision threshold by inner cross-validation, for balanced accuracy.

    The label is :math:`\arg\max_c p_c / \pi_c^a`, where :math:`\pi_c` is the share of class c among
    the training rows. With two classes this is a threshold on the odds, :math:`(\pi_1 / \pi_0)^a`:
    a = 0 leaves it at one half, a = 1 moves it to the share of the minority, which is the best
    there is for balanced accuracy when the probabilities are right. One number covers any number of
    classes, so that there is little to overfit. It is the best of 41 values from 0 to 2 on
    out-of-fold probabilities; of equals, the smallest.

    Classes of fewer rows than `folds` take part in every inner fit and are never scored. Where
    fewer than two classes are left to score, a = 1.

    Parameters
    ----------
    fit : callable
        ``fit(rows)`` gives a model with ``predict_proba``, learnt from the rows of `X` at these
        positions, as a sorted array.
    X : DataFrame of n rows
        Training part.
    y : Series of n rows
        Its classes.
    classes : Index
        The classes in the order of the columns of ``predict_proba``, each present in `y`.
    random_state : int
        Seed of the inner folds.
    folds : int, default=5
        Number of inner folds.

    Returns
    -------
    callable
        From probabilities of shape (n, classes) to codes of shape (n,).
    """
    codes = code_labels(y, classes)
    counts = np.bincount(codes)
    prior = counts / counts.sum()

    def decide(probabilities: np.ndarray, exponent: float) -> np.ndarray:
        return most_probable(probabilities / prior**exponent)

    scored = np.flatnonzero(counts[codes] >= folds)
    if len(np.unique(codes[scored])) < 2:
        return lambda probabilities: decide(probabilities, 1.0)

    always_fitted = np.setdiff1d(np.arange(len(codes)), scored)
    out_of_fold = np.empty((len(scored), len(prior)))
    cutter = StratifiedKFold(folds, shuffle=True, random_state=random_state)
    for inner, left_out in cutter.split(scored, codes[scored]):
        rows = np.union1d(scored[inner], always_fitted)
        model = fit(rows)
        out_of_fold[left_out] = model.predict_proba(X.iloc[scored[left_out]])

    def score(exponent: float) -> float:
        """Take the mean recall of the classes that are scored: their balanced accuracy."""
        found = decide(out_of_fold, exponent)
        present = np.unique(codes[scored])
        return recall_score(codes[scored], found, labels=present, average="macro")

    best = max(np.linspace(0, 2, 41), key=score)  # the first of equals
    return lambda probabilities: decide(probabilities, best)
