"""Compact rows made wide as tensors, batch by batch: one-hot blocks cost memory only then."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from .encoding import Span

# A table that takes more bytes as wide rows stays compact, and each batch is made wide.
WIDE_BYTES = 32 * 2**20


class Widening(NamedTuple):
    """From compact rows (n, spans) to encoded ones (n, width), as `gansampler.encoding.widen`.

    Numbers stand in some places of a compact row and go to columns; blocks begin at starts.
    """

    width: int
    numbers: Tensor
    columns: Tensor
    blocks: Tensor
    starts: Tensor

    @classmethod
    def of(cls, spans: Sequence[Span]) -> Widening:
        """Make it for rows of these spans."""
        is_number = torch.tensor([span.kind == "number" for span in spans], dtype=torch.bool)
        starts = torch.tensor([span.start for span in spans], dtype=torch.long)
        places = [each.nonzero()[:, 0] for each in (is_number, ~is_number)]
        return cls(spans[-1].stop, places[0], starts[places[0]], places[1], starts[places[1]])

    def is_much(self, n: int) -> bool:
        """Tell whether so many rows take much more memory wide than compact."""
        return len(self.blocks) > 0 and 4 * n * self.width > WIDE_BYTES

    def to(self, device: torch.device) -> Widening:
        """Move all of it to a device."""
        places = (self.numbers, self.columns, self.blocks, self.starts)
        return Widening(self.width, *(each.to(device) for each in places))

    def __call__(self, compact: Tensor) -> Tensor:
        """Make rows wide; numbers alone are wide already, and are not copied."""
        if not len(self.blocks):
            return compact
        rows = compact.new_zeros(len(compact), self.width)
        if len(self.numbers):
            rows[:, self.columns] = compact.index_select(1, self.numbers)
        slots = compact.index_select(1, self.blocks).long() + self.starts
        return rows.scatter_(1, slots, 1.0)
