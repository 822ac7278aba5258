"""Anchors whose every column is drawn anew, given the others, by trees."""

from __future__ import annotations

from numbers import Integral
from typing import Any, ClassVar

import numpy as np
import torch
from sklearn.linear_model import RidgeCV
from sklearn.tree import DecisionTreeRegressor
from sklearn.utils._param_validation import Interval
from torch import Tensor

from ..columns import Codes
from ..encoding import Matrix, Span, matrix_columns
from ..sizes import check_fits
from .base import Anchors, sample_of

# Trees of more rows cost time and say little more of a class.
MAX_ROWS_OF_TREES = 5_000
# Each split looks at this share of the columns, so that the trees of a column differ.
SHARE_OF_COLUMNS = 0.7
# Once through all columns leaves too much of the row at the start where columns are much alike.
SWEEPS = 2
# The strongest leaves next to nothing of a regression.
RIDGE_PENALTIES = np.logspace(-1, 4, 11)
# What one node of a tree takes, in numbers of four bytes.
NODE = 16


class TreeAnchors(Anchors):
    r"""A row of the class whose every column is drawn anew, given the others, by trees.

    From a random row of the class one goes twice through all columns, in random order. In each, one
    of the trees, which know the other columns, leads to a leaf; a random row :math:`i` of the class
    in that leaf gives its value, so that in the end little is left of the start. A category, and
    whether a number is missing, are copied. Every second tree of a number is one of residuals, and
    the value is moved along a regression on the other columns:

    .. math:: a_j = x_{ij} + \sum_{l \ne j} \beta_{jl} (a_l - x_{il})

    in rank space, where :math:`\beta` is a ridge regression whose penalty is chosen by leaving one
    out. So rows keep the dependence between columns, steps and lines alike, without being
    near copies: this is imputation by trees [1]_ of values that are not missing. With
    ``acceptance=None`` they are told from real rows less easily, in the mean over many tables, than
    what other anchors and the networks of this package make (``benchmarks/realness.py``).

    Of a class with more than 5,000 rows so many are learnt from. A draw of one row takes about as
    long as of a thousand, .15 s for each 10 columns: a network in training, which asks for anchors
    at each step, is slow on them.

    Parameters
    ----------
    n_trees : int, default=10
        Trees for each column: with more, rows are less like those of any single partition.
    min_samples_leaf : int, default=3
        Rows of the class in a leaf, at least: fewer are nearer to the rows that were learnt from,
        more are less like real ones.

    References
    ----------
    .. [1] L. Burgette, J. Reiter (2010). Multiple imputation for missing data via sequential
       regression trees. American Journal of Epidemiology 172, 1070-1076.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from gansampler import JitterOverSampler
    >>> X, y = make_classification(n_samples=300, weights=[0.9], random_state=0)
    >>> sampler = JitterOverSampler(anchor="trees", acceptance=None, random_state=0)
    >>> X_resampled, y_resampled = sampler.fit_resample(X, y)
    >>> sampler.sample(5).shape
    (5, 20)
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "n_trees": [Interval(Integral, 1, None, closed="left")],
        "min_samples_leaf": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(self, n_trees: int = 10, *, min_samples_leaf: int = 3) -> None:
        self.n_trees, self.min_samples_leaf = n_trees, min_samples_leaf

    def fit(self, Z: Matrix, codes: Codes, spans: list[Span], rng: np.random.Generator) -> Anchors:
        """Grow the trees of each class; see `Anchors.fit`."""
        asked = f"anchor=TreeAnchors({self.n_trees})"
        check_fits(NODE * int(self.n_trees), asked, "ask for fewer trees")
        self.classes_ = []
        for code in range(codes.max() + 1):
            rows = Z[sample_of(np.flatnonzero(codes == code), MAX_ROWS_OF_TREES, rng)]
            self.classes_.append(_Redraw(rows, spans, self.n_trees, self.min_samples_leaf, rng))
        return self

    def draw(self, codes: Tensor, random: torch.Generator) -> Tensor:
        """Draw anchors; see `Anchors.draw`."""
        seed = torch.randint(2**62, (), generator=random, device=codes.device)
        rng, wanted = np.random.default_rng(int(seed)), codes.cpu().numpy()
        anchors = np.empty((len(wanted), self.classes_[0].rows.shape[1]), dtype=np.float32)
        for code in np.unique(wanted):
            of_class = wanted == code
            anchors[of_class] = self.classes_[code].draw(int(of_class.sum()), rng)
        return torch.from_numpy(anchors).to(codes.device)


class _Redraw:
    """Rows (n, width) of one class, and trees that draw one column of the table given the rest."""

    def __init__(
        self, rows: Matrix, spans: list[Span], n_trees: int, leaf: int, rng: np.random.Generator
    ) -> None:
        self.rows, self.spans, self.fields = rows, spans, _fields(spans)
        self.slopes = np.array([self._slopes(field) for field in self.fields])
        self.trees = [
            [
                self._grow(place, leaf, int(rng.integers(2**31)), moves=i % 2 == 1)
                for i in range(n_trees)
            ]
            for place in range(len(self.fields))
        ]

    def _slopes(self, field: Span) -> Matrix:
        """Regress a number on the other columns, (width,); a category has none, nor one row."""
        if field.kind != "number" or len(self.rows) == 1:
            return np.zeros(self.rows.shape[1], dtype=np.float32)
        ridge = RidgeCV(RIDGE_PENALTIES)
        return ridge.fit(_hidden(self.rows, field), self.rows[:, field.start]).coef_

    def _grow(self, place: int, leaf: int, seed: int, *, moves: bool) -> _Donors:
        """Grow a tree for one column of the table: of its values or, if it moves, of residuals."""
        field, values = self.fields[place], self.rows.copy()
        if moves:
            values[:, field.start] -= self.rows @ self.slopes[place]
        tree = DecisionTreeRegressor(
            min_samples_leaf=min(leaf, len(values)),
            max_features=SHARE_OF_COLUMNS,
            random_state=seed,
        )
        others = self._others(self.rows, field)
        return _Donors(tree.fit(others, values[:, field.start : field.stop]), others, moves)

    def _others(self, rows: Matrix, field: Span) -> Matrix:
        """Give what a tree of one column may see of rows (n, width): (n, spans)."""
        return matrix_columns(self.spans, _hidden(rows, field))

    def draw(self, n: int, rng: np.random.Generator) -> Matrix:
        """Draw anchors (n, width)."""
        drawn = self.rows[rng.integers(len(self.rows), size=n)]
        for _ in range(SWEEPS):
            for place in rng.permutation(len(self.fields)):
                self._redraw(drawn, place, rng)
        return drawn

    def _redraw(self, rows: Matrix, place: int, rng: np.random.Generator) -> None:
        """Put new values of one column of the table into rows (n, width), each by some tree."""
        field, trees = self.fields[place], self.trees[place]
        others, which = self._others(rows, field), rng.integers(len(trees), size=len(rows))
        for i in np.unique(which):
            led = which == i
            given = self.rows[trees[i].draw(others[led], rng)]
            if trees[i].moves:
                given[:, field.start] += (rows[led] - given) @ self.slopes[place]
            if field.kind == "number" and field.stop > field.start + 1:  # a hole is zero
                given[:, field.start] *= given[:, field.start + 1]
            rows[led, field.start : field.stop] = given[:, field.start : field.stop]


class _Donors:
    """A tree, and the rows that it was grown from, leaf by leaf."""

    def __init__(self, tree: DecisionTreeRegressor, X: Matrix, moves: bool) -> None:
        leaves = tree.apply(X)
        self.tree, self.moves = tree, moves
        self.order = np.argsort(leaves, kind="stable")
        self.count = np.bincount(leaves)
        self.start = self.count.cumsum() - self.count

    def draw(self, X: Matrix, rng: np.random.Generator) -> Codes:
        """Draw a row out of the leaf of each row in X (n, columns): their places (n,)."""
        leaves = self.tree.apply(X)
        chance = rng.random(len(X))
        return self.order[self.start[leaves] + (chance * self.count[leaves]).astype(np.intp)]


def _fields(spans: list[Span]) -> list[Span]:
    """Give one span a column of the table: a number reaches over its missing block."""
    fields: list[Span] = []
    for span in spans:
        if span.kind == "missing":
            fields[-1] = fields[-1]._replace(stop=span.stop)
        else:
            fields.append(span)
    return fields


def _hidden(rows: Matrix, field: Span) -> Matrix:
    """Give rows (n, width) without what they have in one column of the table."""
    hidden = rows.copy()
    hidden[:, field.start : field.stop] = 0
    return hidden
