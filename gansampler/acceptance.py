"""Which candidates stay."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone
from sklearn.ensemble import RandomForestClassifier

from .encoding import Matrix, Span, matrix_columns

CHUNK = 16_384
# Where the rule lets next to nothing pass, rows still come, the least bad among them evenly.
MIN_WEIGHT = 1e-6


class Acceptance(BaseEstimator):
    """What every rule can do; a new one overrides both methods."""

    def fit(
        self, Z: Matrix, codes: NDArray[np.intp], spans: list[Span], rng: np.random.Generator
    ) -> Acceptance:
        """Look at the original rows.

        Parameters
        ----------
        Z : ndarray of shape (n_samples, width)
            Encoded rows of all classes.
        codes : ndarray of shape (n_samples,)
            Class of each row, from 0.
        spans : list of Span
            What the columns of ``Z`` mean.
        rng : numpy.random.Generator
            The only source of randomness.

        Returns
        -------
        self : Acceptance
        """
        raise NotImplementedError

    def weigh(self, Z: Matrix, code: int) -> NDArray[np.float64]:
        """Give candidates (n, width) for a class their relative chance to stay, (n,), >= 0."""
        raise NotImplementedError


class ClassifierAcceptance(Acceptance):
    r"""Keep a candidate in proportion to :math:`P(\text{class} \mid \text{row})`.

    By Bayes' rule this turns a broad proposal around the rows of all classes into the distribution
    of the one class.

    Parameters
    ----------
    classifier : classifier or None, default=None
        Trained on the original rows, one column for each number, category and hole. It needs
        ``predict_proba``. None is a forest of 50 trees, each of at most 10,000 rows and with two
        rows or more in a leaf.
    """

    def __init__(self, classifier: Any = None) -> None:
        self.classifier = classifier

    def fit(
        self, Z: Matrix, codes: NDArray[np.intp], spans: list[Span], rng: np.random.Generator
    ) -> ClassifierAcceptance:
        """Train the judge; see `Acceptance.fit`."""
        judge = clone(self.classifier) if self.classifier is not None else _forest(len(Z))
        if "random_state" in judge.get_params():
            judge.set_params(random_state=int(rng.integers(2**31)))
        self.spans_ = spans
        self.judge_ = judge.fit(matrix_columns(spans, Z), codes)
        return self

    def weigh(self, Z: Matrix, code: int) -> NDArray[np.float64]:
        """Give the judge's probability of the class; see `Acceptance.weigh`."""
        return self.judge_.predict_proba(matrix_columns(self.spans_, Z))[:, code]


def _forest(n_samples: int) -> RandomForestClassifier:
    return RandomForestClassifier(50, min_samples_leaf=2, max_samples=min(n_samples, 10_000))


def draw_accepted(
    propose: Callable[[int], Matrix],
    weigh: Callable[[Matrix], NDArray[np.float64]],
    n: int,
    candidates: int,
    rng: np.random.Generator,
) -> Matrix:
    r"""Rejection sampling in chunks, until enough candidates are accepted.

    A candidate with weight :math:`w` stays with probability :math:`\min(1, w / m)`, with the bound
    :math:`m` of `acceptance_bound` on the first chunk.

    Parameters
    ----------
    propose : callable
        From a number of rows to that many candidates, an array of shape (m, width).
    weigh : callable
        From candidates to their weights, an array of shape (m,).
    n : int
        Rows to return.
    candidates : int
        Draws for each row that is kept, at most, on average.
    rng : numpy.random.Generator
        Decides who stays.

    Returns
    -------
    Z : ndarray of shape (n, width)
        Accepted candidates in the order of their drawing.
    """
    kept: list[Matrix] = []
    missing, bound, rate = n, None, 1 / candidates
    while missing > 0 or not kept:
        Z = propose(int(min(CHUNK, max(256, 1.1 * missing / rate))))
        weights = weigh(Z) + MIN_WEIGHT
        if bound is None:
            bound = acceptance_bound(weights, candidates)
        stays = rng.random(len(Z)) * bound <= weights
        rate = max(float(stays.mean()), 0.5 / candidates)
        kept.append(Z[stays][:missing])
        missing -= len(kept[-1])
    return np.concatenate(kept)


def acceptance_bound(weights: NDArray[np.float64], candidates: int) -> float:
    r"""Give the largest bound that still accepts one in ``candidates``.

    The bound is the largest weight where that accepts enough; else the :math:`m` that solves
    :math:`\operatorname{mean} \min(1, w / m) = 1 / \text{candidates}`, which treats the best few as
    equals.

    Parameters
    ----------
    weights : ndarray of shape (n,)
        Positive weights of a sample of candidates.
    candidates : int
        Draws for each row that is kept, at most, on average.

    Returns
    -------
    bound : float
    """
    wanted = len(weights) / candidates
    rising = np.sort(weights)
    falling, tails = rising[::-1], np.cumsum(rising)[::-1]
    # If the best k stay for sure, the others must make up the rest of what is wanted.
    k = np.arange(int(np.ceil(wanted)))
    bounds = tails[k] / (wanted - k)
    first = int(np.argmax(bounds >= falling[k]))
    return float(min(bounds[first], falling[0]))


ACCEPTANCES: dict[str, Callable[[], Acceptance]] = {"classifier": ClassifierAcceptance}
