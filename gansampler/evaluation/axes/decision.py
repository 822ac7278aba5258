"""How probabilities become labels."""

from collections.abc import Callable

import numpy as np
import pandas as pd
from sklearn.metrics import recall_score
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from ..labels import code_labels
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
    groups: np.ndarray | None = None,
    random_state: int,
    folds: int = 5,
) -> Decision:
    r"""Tune the decision threshold by inner cross-validation, for balanced accuracy.

    The label is :math:`\arg\max_c p_c / \pi_c^a`, where :math:`\pi_c` is the share of class c among
    the training rows. With two classes this is a threshold on the odds, :math:`(\pi_1 / \pi_0)^a`:
    a = 0 leaves it at one half, a = 1 moves it to the share of the minority, which is the best
    there is for balanced accuracy when the probabilities are right. After resampling that went too
    far, the best is below 0. One number covers any number of classes, so that there is little to
    overfit. It is the best of 81 values from -2 to 2 on out-of-fold probabilities; of equals, the
    nearest to 0.

    Classes of fewer rows than `folds` take part in every inner fit and are never scored. With
    groups, an inner fold that would take a class out of the fit is not scored. Where fewer than two
    classes are left to score, a = 1.

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
    groups : ndarray of int, shape (n,), optional
        The group of each row; rows of one that are scored were not fitted on.
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

    parts = _inner_parts(codes, groups, folds, random_state)
    truth = codes[np.concatenate([left_out for _, left_out in parts])] if parts else codes[:0]
    present = np.unique(truth)
    if len(present) < 2:
        return lambda probabilities: decide(probabilities, 1.0)
    out_of_fold = np.vstack([fit(rows).predict_proba(X.iloc[left_out]) for rows, left_out in parts])

    def score(exponent: float) -> float:
        """Take the mean recall of the classes that are scored: their balanced accuracy."""
        found = decide(out_of_fold, exponent)
        return recall_score(truth, found, labels=present, average="macro")

    exponents = sorted(np.linspace(-2, 2, 81), key=abs)
    best = max(exponents, key=score)  # the first of equals
    return lambda probabilities: decide(probabilities, best)


def _inner_parts(
    codes: np.ndarray, groups: np.ndarray | None, folds: int, random_state: int
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Give rows to fit and rows to score, for each inner fold that keeps every class to fit."""
    counts = np.bincount(codes)
    scored = np.flatnonzero(counts[codes] >= folds)
    kin = None if groups is None else groups[scored]
    n_parts = folds if kin is None else min(folds, len(np.unique(kin)))
    if n_parts < 2 or len(np.unique(codes[scored])) < 2:
        return []
    kind = StratifiedKFold if kin is None else StratifiedGroupKFold
    cutter = kind(n_parts, shuffle=True, random_state=random_state)
    cuts = cutter.split(scored, codes[scored], kin)
    always_fitted = np.setdiff1d(np.arange(len(codes)), scored)
    parts = [(np.union1d(scored[inner], always_fitted), scored[out]) for inner, out in cuts]
    return [
        (rows, left_out) for rows, left_out in parts if len(np.unique(codes[rows])) == len(counts)
    ]
