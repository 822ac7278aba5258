"""What every kind of anchor can do."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
import torch
from sklearn.base import BaseEstimator
from torch import Tensor

from ..columns import Codes
from ..compact import InPairs
from ..encoding import Matrix, Span, matrix_columns, widen


class Anchors(InPairs, BaseEstimator):
    """What every kind of anchor can do; a new one overrides both methods."""

    _parameter_constraints: ClassVar[dict[str, Any]] = {}

    def fit(self, Z: Matrix, codes: Codes, spans: list[Span], rng: np.random.Generator) -> Anchors:
        """Look at the encoded rows.

        Parameters
        ----------
        Z : ndarray of shape (n_samples, width)
            All rows.
        codes : ndarray of shape (n_samples,)
            The class of each row; -1 for classes that no anchor will be asked for.
        spans : list of Span
            What the columns of ``Z`` mean.
        rng : numpy.random.Generator
            The only source of randomness.

        Returns
        -------
        self : Anchors
        """
        raise NotImplementedError

    def draw(self, codes: Tensor, random: torch.Generator) -> Tensor:
        """Draw an anchor for each class in ``codes``, (batch,) -> (batch, width), on its device."""
        raise NotImplementedError

    def fit_compact(
        self, C: Matrix, codes: Codes, spans: list[Span], rng: np.random.Generator
    ) -> Anchors:
        """Look at compact rows (n_samples, n_spans), and see `fit`, for which they are made wide.

        An anchor that can do without overrides this and `draw_compact`: wide rows take memory.
        """
        return self.fit(widen(spans, C), codes, spans, rng)

    def draw_compact(self, codes: Tensor, spans: list[Span], random: torch.Generator) -> Matrix:
        """Draw compact anchors (batch, n_spans), on the CPU; see `draw`."""
        return matrix_columns(spans, self.draw(codes, random).numpy())

    def to(self, device: torch.device) -> Anchors:
        """Move every tensor that was learnt to a device."""
        for name, value in vars(self).items():
            if isinstance(value, Tensor):
                setattr(self, name, value.to(device))
        return self


def sample_of(rows: Codes, n: int, rng: np.random.Generator) -> Codes:
    """At most ``n`` of the rows, without replacement."""
    return rows if len(rows) <= n else np.sort(rng.choice(rows, n, replace=False))
