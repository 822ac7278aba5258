"""What a record of the training says of the game: verdicts, spread, and whether it collapsed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from .anchors import Anchors
from .losses import Loss
from .networks import Discriminator, Generator

# A generator whose rows of some class lie nearer to each other than this share of how far real
# ones do has collapsed.
COLLAPSED_BELOW = 0.1
# Without the figure, so that a run of many fits warns once.
COLLAPSE = (
    "The generator collapsed: in some class its rows differ less than a tenth as much as real rows "
    "do (`history_[-1]['diversity']`). Train for more `steps`, lower `learning_rate`, take "
    "loss='relativistic' with penalty='r1_r2', or raise `pac`."
)
# So many rows of each class are compared with each other, fewer where there are many classes.
ROWS_A_CLASS, LEAST_A_CLASS, ROWS_IN_ALL = 64, 8, 512


class Critic:
    """The discriminator with the classes of a batch; it keeps the scores of whole batches."""

    def __init__(self, discriminator: Discriminator, condition: Tensor) -> None:
        self.discriminator, self.condition = discriminator, condition
        self._scores: dict[int, Tensor] = {}

    def __call__(self, rows: Tensor) -> Tensor:
        """Score rows (batch, width); gives (batch / pac,)."""
        scores = self.discriminator(rows, self.condition)
        self._scores[id(rows)] = scores.detach()
        return scores

    def last(self, rows: Tensor) -> Tensor:
        """Give the last scores of these very rows; NaN if no loss asked for them."""
        if id(rows) in self._scores:
            return self._scores[id(rows)]
        return rows.new_full((len(rows) // self.discriminator.pac,), torch.nan)


class Turn(NamedTuple):
    """One update of each player: both losses, and the scores (batch / pac,) that they were from.

    `real` and `generated` are what the discriminator learnt from, `fooling` what the generator did.
    """

    generator_loss: Tensor
    discriminator_loss: Tensor
    real: Tensor
    generated: Tensor
    fooling: Tensor


@torch.no_grad()
def verdicts(loss: Loss, turns: Sequence[Turn]) -> dict[str, float]:
    """Average losses and verdicts over some turns; the device is read once."""
    real, generated, fooling = (
        torch.stack([getattr(turn, name) for turn in turns])
        for name in ("real", "generated", "fooling")
    )
    means = {
        "generator_loss": torch.stack([turn.generator_loss for turn in turns]),
        "discriminator_loss": torch.stack([turn.discriminator_loss for turn in turns]),
        "discriminator_loss_real": loss.real_cost(real),
        "discriminator_loss_generated": loss.generated_cost(generated),
        "right_on_real": _share(loss.taken_for_real(real, real, generated), real),
        "right_on_generated": 1 - _share(loss.taken_for_real(generated, real, generated), real),
        "taken_for_real": _share(loss.taken_for_real(fooling, real, fooling), fooling),
    }
    figures = torch.stack([each.mean() for each in means.values()]).tolist()
    found = dict(zip(means, figures, strict=True))
    # How well the discriminator tells: 0 is guessing, 1 is always right.
    found["convergence"] = found["right_on_real"] + found["right_on_generated"] - 1
    return found


def _share(verdicts: Tensor, scores: Tensor) -> Tensor:
    """Turn verdicts into numbers, NaN where there were no scores to judge by."""
    return verdicts.float().where(scores.isfinite(), torch.nan)


def gradient_norm(network: nn.Module) -> Tensor:
    """Give the norm of the gradient that the last update followed."""
    norms = [weight.grad.norm() for weight in network.parameters() if weight.grad is not None]
    return torch.stack(norms).norm()


class Spread:
    """How far generated rows lie from each other, beside real ones, in the worst class.

    The mean distance of two generated rows of a class is divided by that of two of its real `rows`
    (classes, n, width), and so many are generated. `random` is used for nothing else.
    """

    def __init__(self, rows: Tensor, anchors: Anchors | None, random: torch.Generator) -> None:
        self.n_classes, self.n, _ = rows.shape
        self.anchors, self.random = anchors, random
        self.of_real = _mean_distance(rows)

    @torch.no_grad()
    def measure(self, generator: Generator) -> dict[str, Any]:
        """Draw rows of each class, and compare."""
        codes = torch.arange(self.n_classes, device=self.of_real.device).repeat_interleave(self.n)
        rows = generator(*generator.draw_inputs(codes, self.anchors, self.random))
        ratios = _mean_distance(rows.view(self.n_classes, self.n, -1)) / self.of_real
        varied = ratios[self.of_real > 0]
        diversity = float(varied.min()) if len(varied) else 1.0
        return {"diversity": diversity, "collapsed": diversity < COLLAPSED_BELOW}


def _mean_distance(rows: Tensor) -> Tensor:
    """Average the distances of all pairs within each class, (classes, n, width) -> (classes,)."""
    n = rows.shape[1]
    return torch.cdist(rows, rows).sum(dim=(1, 2)) / (n * (n - 1))


def rows_a_class(n_classes: int) -> int:
    """Tell how many rows of each class the spread is measured on."""
    return max(LEAST_A_CLASS, min(ROWS_A_CLASS, ROWS_IN_ALL // n_classes))
