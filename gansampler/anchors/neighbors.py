"""Anchors between a row of the class and its neighbours."""

from __future__ import annotations

from collections.abc import Callable
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
import torch
from scipy.sparse import csr_array
from sklearn.utils._param_validation import Interval
from torch import Tensor

from .._torch import single_thread
from ..columns import Codes
from ..encoding import Matrix, Span, matrix_columns
from ..sizes import check_fits
from ..widening import Widening
from .base import Anchors, sample_of

# A search costs the product of these two; in larger tables a random part stands for the rest.
MAX_ROWS_A_CLASS = 20_000
MAX_SEARCHED_ROWS = 10_000
# So many rows at a time are compared with all that are searched: 10 MB of distances.
SEARCH_CHUNK = 256
# The smallest of many distances are looked for among so many neighbours in memory first.
GROUP = 100
NO_BLOCKS = [Span(0, 1, "number")]
# Writes distances from rows (n, n_spans) to those of a pool into (n, pool).
Measure = Callable[[Tensor, Tensor], Tensor]


class NeighborAnchors(Anchors):
    r"""A point between a row of the class and a neighbour of any class, with jitter.

    .. math:: a = x_i + t (x_j - x_i) + \eta (x_k - x_l), \qquad t \sim U(0, 1)

    on the numbers, in rank space: :math:`x_i, x_k, x_l` are random rows of the class, :math:`x_j`
    is one of the nearest neighbours of :math:`x_i`. A difference of two rows keeps the dependence
    between columns, as in differential evolution [1]_; where one of the two is missing, it is zero.
    Categories come from :math:`x_j` with probability :math:`t`, all together, else from
    :math:`x_i`; which numbers are missing comes from :math:`x_i`.

    Parameters
    ----------
    n_neighbors : int, default=5
        How many neighbours :math:`x_j` is drawn from.
    jitter : float, default=0.5
        :math:`\eta`.
    same_class : bool, default=False
        Whether neighbours are looked for only inside the class. Across the border they make broader
        candidates, which acceptance then judges.

    References
    ----------
    .. [1] R. Storn, K. Price (1997). Differential evolution. Journal of Global Optimization 11,
       341-359.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "n_neighbors": [Interval(Integral, 1, None, closed="left")],
        "jitter": [Interval(Real, 0, None, closed="left")],
        "same_class": ["boolean"],
    }

    def __init__(
        self, n_neighbors: int = 5, *, jitter: float = 0.5, same_class: bool = False
    ) -> None:
        self.n_neighbors, self.jitter, self.same_class = n_neighbors, jitter, same_class

    def fit(self, Z: Matrix, codes: Codes, spans: list[Span], rng: np.random.Generator) -> Anchors:
        """Find the neighbours of the rows of each class; see `Anchors.fit`."""
        return self._fit(matrix_columns(spans, Z), codes, spans, rng)

    def fit_compact(
        self, C: Matrix, codes: Codes, spans: list[Span], rng: np.random.Generator
    ) -> Anchors:
        """Find the neighbours of the rows of each class; see `Anchors.fit_compact`."""
        return self._fit(C, codes, spans, rng)

    @single_thread()
    def _fit(self, C: Matrix, codes: Codes, spans: list[Span], rng: np.random.Generator) -> Anchors:
        everyone = sample_of(np.arange(len(C)), MAX_SEARCHED_ROWS, rng)
        bases, neighbors = [], []
        for code in range(codes.max() + 1):
            own = np.flatnonzero(codes == code)
            bases.append(sample_of(own, MAX_ROWS_A_CLASS, rng))
            found = 2 * len(bases[-1]) * int(self.n_neighbors)
            asked = f"anchor=NeighborAnchors({self.n_neighbors})"
            check_fits(found, asked, "ask for fewer neighbours")
            pool = sample_of(own, MAX_SEARCHED_ROWS, rng) if self.same_class else everyone
            neighbors.append(_neighbors(C, bases[-1], pool, self.n_neighbors, spans))
        used = np.column_stack([np.concatenate(bases), np.concatenate(neighbors)])
        rows, inverse = np.unique(used, return_inverse=True)
        places = torch.from_numpy(inverse.reshape(used.shape))
        self.bank_ = torch.from_numpy(C[rows])
        # With a part of a tensor all of it is pickled, with a copy the part.
        self.base_, self.neighbor_ = places[:, 0].clone(), places[:, 1:].clone()
        self.count_ = torch.tensor([len(base) for base in bases])
        self.start_ = self.count_.cumsum(0) - self.count_
        self._prepare_columns(spans)
        return self

    def _prepare_columns(self, spans: list[Span]) -> None:
        """Keep the numbers, and whether they are present, beside the whole rows."""
        # Tensors each, which follow to a device and into a file of a class that derives from this.
        self.width_, self.number_, self.column_, self.block_, self.begin_ = Widening.of(spans)
        holes = [i for i, span in enumerate(spans) if span.kind == "missing"]
        numbers = self.number_.tolist()
        self.hole_ = torch.tensor(holes, dtype=torch.long)
        self.holes_ = self.bank_[:, self.hole_]
        all_numbers = len(numbers) == len(spans)
        self.numbers_ = self.bank_ if all_numbers else self.bank_[:, self.number_]
        if not holes:
            return
        self.present_ = torch.ones_like(self.numbers_)
        for i in holes:  # right behind the number that it speaks of
            self.present_[:, numbers.index(i - 1)] = 1 - self.bank_[:, i]

    def draw(self, codes: Tensor, random: torch.Generator) -> Tensor:
        """Draw anchors; see `Anchors.draw`."""
        parts = self.width_, self.number_, self.column_, self.block_, self.begin_
        return Widening(*parts)(self._draw(codes, random))

    def draw_compact(self, codes: Tensor, spans: list[Span], random: torch.Generator) -> Matrix:
        """Draw compact anchors; see `Anchors.draw_compact`."""
        return self._draw(codes, random).numpy()

    def _draw(self, codes: Tensor, random: torch.Generator) -> Tensor:
        """Draw compact anchors (batch, n_spans)."""
        place, which, pick, *chances = torch.rand(
            6, len(codes), generator=random, device=codes.device
        )
        own, one, two = (self._places_of(codes, chance) for chance in chances)
        k = self.neighbor_.shape[1]
        base = self.base_.index_select(0, own)
        other = self.neighbor_.take(own * k + (which * k).long())
        pair = self.base_.index_select(0, one), self.base_.index_select(0, two)
        numbers = self._numbers(base, other, place[:, None], pair)
        if len(self.number_) == self.bank_.shape[1]:
            return numbers
        anchor = self.bank_.index_select(0, torch.where(pick < place, other, base))
        if len(self.hole_):
            anchor[:, self.hole_] = self.holes_.index_select(0, base)
        anchor[:, self.number_] = numbers
        return anchor

    def _numbers(
        self, base: Tensor, other: Tensor, place: Tensor, pair: tuple[Tensor, Tensor]
    ) -> Tensor:
        # A missing number is zero; where one of two is missing, there is no way between them to go.
        numbers = self.numbers_.index_select(0, base)
        towards = (self.numbers_.index_select(0, other) - numbers) * self._present(other)
        numbers = numbers + place * towards
        if self.jitter:
            one, two = (self.numbers_.index_select(0, rows) for rows in pair)
            both = self._present(pair[0]) * self._present(pair[1])
            numbers += self.jitter * both * (one - two)
        return numbers * self._present(base)

    def _present(self, rows: Tensor) -> Tensor | float:
        """Tell where rows of the bank have their numbers, (n, numbers); 1 where all have all."""
        return self.present_.index_select(0, rows) if len(self.hole_) else 1.0

    def _places_of(self, codes: Tensor, chance: Tensor) -> Tensor:
        """Give the place of a row of each class in codes (n,) by a number (n,) from 0 to 1."""
        start, count = self.start_.index_select(0, codes), self.count_.index_select(0, codes)
        return start + (chance * count).long()


def _neighbors(C: Matrix, base: Codes, pool: Codes, k: int, spans: list[Span]) -> Codes:
    """Find the rows of the pool next to each base row, itself left out; short pools repeat."""
    found = pool[_nearest(C[base], C[pool], min(k + 1, len(pool)), spans)]
    # A row that is not among its own neighbours (a twin took its place) gives up the farthest.
    is_self = found == base[:, None]
    is_self[~is_self.any(axis=1), -1] = True
    if found.shape[1] == 1:
        return np.repeat(found, k, axis=1)
    others = found[~is_self].reshape(len(base), -1)
    return others[:, np.arange(k) % others.shape[1]]


def _nearest(rows: Matrix, pool: Matrix, k: int, spans: list[Span]) -> Codes:
    """Find the places in the pool of the ``k`` rows next to each row, nearest first.

    Not by scikit-learn's search: it starts threads of OpenMP, for which a process that is forked
    later waits for ever, and sets the number of BLAS threads of the whole process meanwhile.
    """
    widening = Widening.of(spans)
    measure = (_by_matches if widening.is_much(len(pool)) else _by_products)(pool, widening)
    # Distances, and what is found, are written to the same place each time: the system takes its
    # time to hand out new memory, and small pieces kept between large ones would hold it.
    groups = -(-len(pool) // GROUP)
    room = torch.full((SEARCH_CHUNK, groups, GROUP), torch.inf)
    found = torch.empty(len(rows), k, dtype=torch.long)
    chunks = zip(torch.from_numpy(rows).split(SEARCH_CHUNK), found.split(SEARCH_CHUNK), strict=True)
    for chunk, place in chunks:
        distances = room[: len(chunk)]
        flat = distances.flatten(1)[:, : len(pool)]
        measure(chunk, flat)
        place[:] = _smallest(distances, k) if groups > k else flat.topk(k, largest=False).indices
    return found.numpy()


def _smallest(distances: Tensor, k: int) -> Tensor:
    """Find the places, counted on over the groups, of the k smallest of (n, groups, GROUP).

    They lie in the k groups whose smallest are the smallest: to look there alone is much faster.
    """
    groups = distances.amin(dim=2).topk(k, largest=False).indices
    near = distances.gather(1, groups[:, :, None].expand(-1, -1, GROUP)).flatten(1)
    best = near.topk(k, largest=False).indices
    return groups.gather(1, best // GROUP) * GROUP + best % GROUP


def _by_products(pool: Matrix, widening: Widening) -> Measure:
    """Measure half the squared distance to each row of the pool, but for what all of it share."""
    wide = widening(torch.from_numpy(pool))
    half = wide.square().sum(dim=1) / 2
    return lambda rows, out: torch.addmm(half, widening(rows), wide.T, alpha=-1, out=out)


def _by_matches(pool: Matrix, widening: Widening) -> Measure:
    """Measure the same where rows are too wide to be multiplied: blocks that match are counted."""
    of_numbers = _by_products(pool[:, widening.numbers.numpy()], Widening.of(NO_BLOCKS))
    slots = _one_hot(pool, widening).T.tocsr()

    def measure(rows: Tensor, out: Tensor) -> Tensor:
        matches = _one_hot(rows.numpy(), widening) @ slots
        of_numbers(rows[:, widening.numbers], out)
        return out.sub_(torch.from_numpy(matches.toarray()))

    return measure


def _one_hot(compact: Matrix, widening: Widening) -> csr_array:
    """Give the blocks of compact rows (n, n_spans) as a sparse matrix (n, width)."""
    starts = widening.starts.numpy().astype(np.int32)
    slots = compact[:, widening.blocks.numpy()].astype(np.int32) + starts
    n, k = slots.shape
    ones = np.ones(n * k, dtype=np.float32)
    return csr_array((ones, slots.ravel(), np.arange(0, n * k + 1, k)), shape=(n, widening.width))
