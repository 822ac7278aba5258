"""Real rows that a training does not see, and how surely generated ones are told from them."""

from __future__ import annotations

from collections.abc import Callable
from statistics import fmean
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from threadpoolctl import threadpool_limits

from .anchors import Anchors
from .columns import Codes
from .encoding import Matrix
from .networks import Generator

FIGURE = "two_sample_auc"
# Fewer rows of a class tell nothing, more cost time and tell little more.
FEWEST_ROWS, MOST_ROWS = 12, 1_000


def set_aside(codes: Codes, fraction: float, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Tell which rows, of classes (n,) from 0, to keep from training; rows of -1 are left out."""
    aside = np.zeros(len(codes), dtype=bool)
    if not fraction:
        return aside
    for code in range(codes.max() + 1):
        own = np.flatnonzero(codes == code)
        n = min(int(fraction * len(own)), MOST_ROWS)
        if n >= FEWEST_ROWS:
            aside[rng.choice(own, n, replace=False)] = True
    if not aside.any():
        raise ValueError(
            f"No class has so many rows that a share of {fraction} are {FEWEST_ROWS}, and fewer "
            "held-out rows tell nothing: raise `validation_fraction` of EarlyStopping, or choose "
            f"a `monitor` other than {FIGURE!r}, which needs none."
        )
    return aside


def without(aside: NDArray[np.bool_], *arrays: Any) -> tuple[Any, ...]:
    """Leave rows out of arrays (n, ...), which are not copied where there are none to leave out."""
    return tuple(each[~aside] for each in arrays) if aside.any() else arrays


class HeldOut:
    """Rows (n, width) of classes (n,), which a classifier is to tell from generated ones.

    `finish` makes of what the generator gives, (n, width), what it is to be judged as.
    """

    def __init__(
        self, rows: Matrix, codes: Codes, finish: Callable[[Matrix], Matrix] | None = None
    ) -> None:
        self.rows, self.codes, self.finish = rows, codes, finish

    def measure(self, generator: Generator, anchors: Anchors | None) -> dict[str, float]:
        """Draw as many rows of each class, and tell them apart; nothing where no row is held."""
        if not len(self.rows):
            return {}
        drawn = self._draw(generator, anchors)
        classes = [self.codes == code for code in np.unique(self.codes)]
        # Of so few rows more threads take longer, and a process that is forked would wait for them.
        with threadpool_limits(1, user_api="openmp"):
            return {FIGURE: fmean(_told_apart(self.rows[own], drawn[own]) for own in classes)}

    @torch.no_grad()
    def _draw(self, generator: Generator, anchors: Anchors | None) -> Matrix:
        """Generate rows (n, width), with the same noise each time."""
        device = next(generator.parameters()).device
        random = torch.Generator(device).manual_seed(0)
        codes = torch.from_numpy(self.codes).to(device)
        rows = generator(*generator.draw_inputs(codes, anchors, random)).cpu().numpy()
        return rows if self.finish is None else self.finish(rows)


def _told_apart(real: Matrix, generated: Matrix) -> float:
    """Tell rows (n, width) from real ones, quickly: it is done at every record."""
    from .metrics import two_sample_auc  # a fit that needs none is not to wait for it

    trees = HistGradientBoostingClassifier(
        learning_rate=0.3, max_iter=20, max_leaf_nodes=8, min_samples_leaf=5
    )
    return two_sample_auc(real, generated, encoder=None, classifier=trees, random_state=0)
