"""How probabilities become labels."""

from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from typing import Protocol

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

from ..tables import code_labels
from .learners import Predictor
from .metrics import METRICS

# What a decision is tuned for where no score asks for another: confusion matrices, curves.
BALANCED = "balanced_accuracy"
# Sorted, so that the first of equals is the nearest to 0.
EXPONENTS = sorted(np.linspace(-2, 2, 81), key=abs)
# Rows to fit and rows to score, in positions.
Part = tuple[np.ndarray, np.ndarray]


class Decision(Protocol):
    """From probabilities (n, classes) to the codes (n,) that a metric is to judge."""

    def __call__(self, probabilities: np.ndarray, metric: str = BALANCED) -> np.ndarray:
        """Decide; all metrics may get the same codes."""
        ...


def most_probable(probabilities: np.ndarray, metric: str = BALANCED) -> np.ndarray:
    """Choose the class of the highest probability, whatever the metric."""
    return probabilities.argmax(axis=1)


def tune_decision(
    fit: Callable[[np.ndarray], Predictor],
    X: pd.DataFrame,
    y: pd.Series,
    classes: pd.Index,
    *,
    groups: np.ndarray | None = None,
    ordered: bool = False,
    random_state: int,
    folds: int = 5,
) -> Decision:
    r"""Tune the decision threshold by inner cross-validation, for each metric of labels.

    The label is :math:`\arg\max_c p_c / \pi_c^a`, where :math:`\pi_c` is the share of class c among
    the training rows. With two classes this is a threshold on the odds, :math:`(\pi_1 / \pi_0)^a`:
    a = 0 leaves it at one half, a = 1 moves it to the share of the minority, which is the best
    there is for balanced accuracy when the probabilities are right. After resampling that went too
    far, the best is below 0. One number covers any number of classes, so that there is little to
    overfit. For each metric it is the best of 81 values from -2 to 2 on the same out-of-fold
    probabilities, by that metric or by the one that it is `tuned_for`; of equals, the nearest to 0.

    Classes of fewer rows than `folds` take part in every inner fit and are never scored. With
    groups, an inner fold that would take a class out of the fit is not scored. Where fewer than two
    classes are left to score, a = 1. Groups that are `ordered` follow each other in time: then an
    inner fold is scored by what was learnt from earlier groups alone.

    ``fit(rows)`` gives a model, learnt from the rows of `X` at these sorted positions; `classes`
    are in the order of the columns of its probabilities, each present in `y`.
    """
    codes = code_labels(y, classes)
    prior = np.bincount(codes) / len(codes)
    if ordered and groups is not None:
        parts = _ordered_parts(codes, groups, folds)
    else:
        parts = inner_parts(codes, groups, folds, random_state)
    truth = codes[np.concatenate([left_out for _, left_out in parts])] if parts else codes[:0]
    tunable = len(np.unique(truth)) > 1
    if tunable:
        scored = [fit(rows).predict_proba(X.iloc[left_out]) for rows, left_out in parts]
        out_of_fold = np.vstack(scored)

    def shift(probabilities: np.ndarray, exponent: float) -> np.ndarray:
        return most_probable(probabilities / prior**exponent)

    @cache
    def distinct() -> list[float]:
        """Give one exponent, the nearest to 0, for all that give the same labels."""
        by_labels: dict[bytes, float] = {}
        for exponent in EXPONENTS:
            by_labels.setdefault(shift(out_of_fold, exponent).tobytes(), exponent)
        return list(by_labels.values())

    @cache
    def best(target: str) -> float:
        metric = METRICS[target]
        sign = 1 if metric.greater_is_better else -1
        return max(distinct(), key=lambda a: sign * metric.function(truth, shift(out_of_fold, a)))

    def decide(probabilities: np.ndarray, metric: str = BALANCED) -> np.ndarray:
        target = METRICS[metric].tuned_for or metric
        return shift(probabilities, best(target) if tunable else 1.0)

    return decide


def inner_parts(
    codes: np.ndarray, groups: np.ndarray | None, folds: int, random_state: int
) -> list[Part]:
    """Give rows to fit and rows to score, for each inner fold that keeps every class to fit."""
    scored = _scored(codes, folds)
    kin = None if groups is None else groups[scored]
    n_parts = folds if kin is None else min(folds, len(np.unique(kin)))
    if n_parts < 2 or len(np.unique(codes[scored])) < 2:
        return []
    kind = StratifiedKFold if kin is None else StratifiedGroupKFold
    cutter = kind(n_parts, shuffle=True, random_state=random_state)
    cuts = cutter.split(scored, codes[scored], kin)
    always_fitted = np.setdiff1d(np.arange(len(codes)), scored)
    parts = [(np.union1d(scored[inner], always_fitted), scored[out]) for inner, out in cuts]
    return [part for part in parts if _has_all_classes(codes, part)]


def _ordered_parts(codes: np.ndarray, spans: np.ndarray, folds: int) -> list[Part]:
    """Give earlier rows to fit and later ones to score; rows of one span are never parted."""
    scored = _scored(codes, folds)
    parts = [(rows, np.intersect1d(later, scored)) for rows, later in _windows(spans, folds)]
    return [part for part in parts if _has_all_classes(codes, part) and len(part[1])]


def _windows(spans: np.ndarray, folds: int) -> Iterator[Part]:
    """Cut rows into one part more than folds; each but the first comes after all before it."""
    first_rows = np.arange(1, folds + 1) * len(spans) // (folds + 1)
    for start, stop in pairwise([*np.sort(spans)[first_rows], spans.max() + 1]):
        yield np.flatnonzero(spans < start), np.flatnonzero((start <= spans) & (spans < stop))


def _scored(codes: np.ndarray, folds: int) -> np.ndarray:
    """Give the rows of classes that are large enough to be folded."""
    return np.flatnonzero(np.bincount(codes)[codes] >= folds)


def _has_all_classes(codes: np.ndarray, part: Part) -> bool:
    return len(np.unique(codes[part[0]])) == codes.max() + 1
