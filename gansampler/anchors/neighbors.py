"""Anchors between a row of the class and its neighbours."""

from __future__ import annotations

from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
import torch
from sklearn.utils._param_validation import Interval
from torch import Tensor

from .._torch import single_thread
from ..columns import Codes
from ..encoding import Matrix, Span
from ..sizes import check_fits
from .base import Anchors, sample_of

# A search costs the product of these two; in larger tables a random part stands for the rest.
MAX_ROWS_A_CLASS = 20_000
MAX_SEARCHED_ROWS = 10_000
# So many rows at a time are compared with all that are searched: 10 MB of distances.
SEARCH_CHUNK = 256
# The smallest of many distances are looked for among so many neighbours in memory first.
GROUP = 100


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

    @single_thread()
    def fit(self, Z: Matrix, codes: Codes, spans: list[Span], rng: np.random.Generator) -> Anchors:
        """Find the neighbours of the rows of each class; see `Anchors.fit`."""
        everyone = sample_of(np.arange(len(Z)), MAX_SEARCHED_ROWS, rng)
        bases, neighbors = [], []
        for code in range(codes.max() + 1):
            own = np.flatnonzero(codes == code)
            bases.append(sample_of(own, MAX_ROWS_A_CLASS, rng))
            found = 2 * len(bases[-1]) * int(self.n_neighbors)
            check_fits(found, f"anchor={self}", "ask for fewer neighbours")
            pool = sample_of(own, MAX_SEARCHED_ROWS, rng) if self.same_class else everyone
            neighbors.append(_neighbors(Z, bases[-1], pool, self.n_neighbors))
        used = np.column_stack([np.concatenate(bases), np.concatenate(neighbors)])
        rows, inverse = np.unique(used, return_inverse=True)
        places = torch.from_numpy(inverse.reshape(used.shape))
        self.bank_ = torch.from_numpy(Z[rows])
        # With a part of a tensor all of it is pickled, with a copy the part.
        self.base_, self.neighbor_ = places[:, 0].clone(), places[:, 1:].clone()
        self.count_ = torch.tensor([len(base) for base in bases])
        self.start_ = self.count_.cumsum(0) - self.count_
        self._prepare_columns(spans)
        return self

    def _prepare_columns(self, spans: list[Span]) -> None:
        """Keep the numbers, and whether they are present, beside the whole rows."""
        holes = [span for span in spans if span.kind == "missing"]
        numbers = [span.start for span in spans if span.kind == "number"]
        self.number_ = torch.tensor(numbers, dtype=torch.long)
        self.hole_ = torch.tensor([c for span in holes for c in range(*span[:2])]).long()
        self.numbers_, self.holes_ = self.bank_[:, self.number_], self.bank_[:, self.hole_]
        self.present_ = torch.ones_like(self.numbers_)
        for start, _, _ in holes:  # right behind the number that it speaks of
            self.present_[:, numbers.index(start - 1)] = self.bank_[:, start]

    def draw(self, codes: Tensor, random: torch.Generator) -> Tensor:
        """Draw anchors; see `Anchors.draw`."""
        place, which, pick, *chances = torch.rand(
            6, len(codes), generator=random, device=codes.device
        )
        own, one, two = (self._places_of(codes, chance) for chance in chances)
        k = self.neighbor_.shape[1]
        base = self.base_.index_select(0, own)
        other = self.neighbor_.take(own * k + (which * k).long())
        anchor = self.bank_.index_select(0, torch.where(pick < place, other, base))
        if len(self.hole_):
            anchor[:, self.hole_] = self.holes_.index_select(0, base)
        if len(self.number_):
            pair = self.base_.index_select(0, one), self.base_.index_select(0, two)
            anchor[:, self.number_] = self._numbers(base, other, place[:, None], pair)
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


def _neighbors(Z: Matrix, base: Codes, pool: Codes, k: int) -> Codes:
    """Find the rows of the pool next to each base row, itself left out; short pools repeat."""
    rows = torch.from_numpy(Z)
    found = pool[_nearest(rows[base], rows[pool], min(k + 1, len(pool)))]
    # A row that is not among its own neighbours (a twin took its place) gives up the farthest.
    is_self = found == base[:, None]
    is_self[~is_self.any(axis=1), -1] = True
    if found.shape[1] == 1:
        return np.repeat(found, k, axis=1)
    others = found[~is_self].reshape(len(base), -1)
    return others[:, np.arange(k) % others.shape[1]]


def _nearest(rows: Tensor, pool: Tensor, k: int) -> Codes:
    """Find the places in the pool of the ``k`` rows next to each row, nearest first.

    Not by scikit-learn's search: it starts threads of OpenMP, for which a process that is forked
    later waits for ever, and sets the number of BLAS threads of the whole process meanwhile.
    """
    # Half the squared distance, without the part that all of the pool share. It is written to the
    # same place each time, since the system takes its time to hand out new memory.
    half, groups = pool.square().sum(dim=1) / 2, -(-len(pool) // GROUP)
    room = torch.full((SEARCH_CHUNK, groups, GROUP), torch.inf)
    found = []
    for chunk in rows.split(SEARCH_CHUNK):
        distances = room[: len(chunk)]
        flat = distances.flatten(1)[:, : len(pool)]
        torch.addmm(half, chunk, pool.T, alpha=-1, out=flat)
        found.append(_smallest(distances, k) if groups > k else flat.topk(k, largest=False).indices)
    return torch.cat(found).numpy()


def _smallest(distances: Tensor, k: int) -> Tensor:
    """Find the places, counted on over the groups, of the k smallest of (n, groups, GROUP).

    They lie in the k groups whose smallest are the smallest: to look there alone is much faster.
    """
    groups = distances.amin(dim=2).topk(k, largest=False).indices
    near = distances.gather(1, groups[:, :, None].expand(-1, -1, GROUP)).flatten(1)
    best = near.topk(k, largest=False).indices
    return groups.gather(1, best // GROUP) * GROUP + best % GROUP
