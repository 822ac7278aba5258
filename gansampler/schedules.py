"""How the learning rates change while the game goes on."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from numbers import Integral, Real
from statistics import fmean
from typing import Any, ClassVar

from sklearn.base import BaseEstimator
from sklearn.utils._param_validation import Interval


class Schedule(BaseEstimator):
    """What every schedule can do; a new one overrides `factor`."""

    _parameter_constraints: ClassVar[dict[str, Any]] = {}

    def factor(self, progress: float, history: Sequence[dict[str, Any]]) -> float:
        """Give the share of the first learning rates that counts until the next record.

        Parameters
        ----------
        progress : float
            The share of all steps that is done, 0 at the first call and always below 1.
        history : sequence of dict
            The records so far, see `gansampler.ConditionalGAN`; empty at the first call of a
            training, where a schedule forgets what it knows of another.

        Returns
        -------
        float
            Above zero.
        """
        raise NotImplementedError


class Constant(Schedule):
    """The rates stay as they are."""

    def factor(self, progress: float, history: Sequence[dict[str, Any]]) -> float:
        """Give 1; see `Schedule.factor`."""
        return 1.0


class Cosine(Schedule):
    r"""The rates fall along half a cosine, :math:`(1 + \cos \pi t) / 2` at progress :math:`t`.

    References
    ----------
    I. Loshchilov, F. Hutter (2017). SGDR: stochastic gradient descent with warm restarts. ICLR,
    equation 5, without restarts.
    """

    def factor(self, progress: float, history: Sequence[dict[str, Any]]) -> float:
        """Give a point on the cosine; see `Schedule.factor`."""
        return (1 + math.cos(math.pi * progress)) / 2


class Plateau(Schedule):
    """The rates fall whenever the convergence figure stalls.

    They are multiplied by `decay` where the mean of the last `patience` convergence figures is no
    longer below that of the `patience` figures before, both since the rates fell last. It waits for
    both, since a single figure is noisy.

    Parameters
    ----------
    decay : float, default=0.5
        What the rates are multiplied by.
    patience : int, default=4
        Records in each of the two means.
    lowest : float, default=0.01
        The share of the first rates below which they do not fall.
    """

    _parameter_constraints: ClassVar[dict[str, Any]] = {
        "decay": [Interval(Real, 0, 1, closed="neither")],
        "patience": [Interval(Integral, 1, None, closed="left")],
        "lowest": [Interval(Real, 0, 1, closed="neither")],
    }

    def __init__(self, decay: float = 0.5, *, patience: int = 4, lowest: float = 0.01) -> None:
        self.decay, self.patience, self.lowest = decay, patience, lowest

    def factor(self, progress: float, history: Sequence[dict[str, Any]]) -> float:
        """Look at the last records; see `Schedule.factor`."""
        if not history:
            self._factor, self._fell_at = 1.0, 0
        if self._stalls([record["convergence"] for record in history[self._fell_at :]]):
            self._factor, self._fell_at = max(self._factor * self.decay, self.lowest), len(history)
        return self._factor

    def _stalls(self, figures: list[float]) -> bool:
        n = self.patience
        return len(figures) >= 2 * n and fmean(figures[-n:]) >= fmean(figures[-2 * n : -n])


SCHEDULES: dict[str, Callable[[], Schedule]] = {
    "constant": Constant,
    "cosine": Cosine,
    "plateau": Plateau,
}
