"""The adversarial game: batches, one step, and the loop that yields a record now and then."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from .anchors import Anchors
from .losses import Loss
from .networks import Discriminator, Generator
from .optimizers import OPTIMIZERS, Optimizer

# Losses are read from the device once in so many steps, since each reading waits for the device.
STEPS_A_RECORD = 25


class ClassBatches:
    """Batches of real rows (n, width) in which every class (n,) is as frequent as the others.

    Classes count from 0, each with a row; so many neighbours in a batch as ``pac`` share a class.
    """

    def __init__(
        self, rows: Tensor, codes: Tensor, *, batch_size: int, pac: int, random: torch.Generator
    ) -> None:
        self.rows, self.random = rows, random
        self.batch_size, self.pac = batch_size, pac
        self.order = codes.argsort(stable=True)
        self.count = codes.bincount()
        self.start = self.count.cumsum(0) - self.count

    def draw(self) -> tuple[Tensor, Tensor]:
        """Draw rows (batch_size, width) and their classes (batch_size,)."""
        device = self.rows.device
        chance = torch.rand(2, self.batch_size, generator=self.random, device=device)
        codes = (chance[0, :: self.pac] * len(self.count)).long().repeat_interleave(self.pac)
        place = self.start[codes] + (chance[1] * self.count[codes]).long()
        return self.rows[self.order[place]], codes


class MovingAverage:
    """A copy of a network whose weights are a moving average of the network's.

    Of the average a share, ``decay``, stays at each update; the first takes the weights themselves.
    """

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.network = copy.deepcopy(network)
        self.decay, self.begun = decay, False

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Follow the network's weights, and take its buffers."""
        share = 1 - self.decay if self.begun else 1.0
        self.begun = True
        torch._foreach_lerp_(list(self.network.parameters()), list(network.parameters()), share)
        for own, new in zip(self.network.buffers(), network.buffers(), strict=True):
            own.copy_(new)


def train(
    generator: Generator,
    discriminator: Discriminator,
    batches: ClassBatches,
    *,
    anchors: Anchors | None,
    losses: list[Loss],
    optimizer: str,
    learning_rates: tuple[float, float],
    discriminator_steps: int,
    steps: int,
    cosine_decay: bool,
    averaged: MovingAverage,
) -> Iterator[dict[str, Any]]:
    """Train both networks in place, for the sum of the losses; yield a record every few steps.

    Its losses are means since the record before, the learning rate is the generator's. With
    ``cosine_decay`` the rates fall along half a cosine that ends in zero, one stair a record.
    """
    sides = (generator, discriminator)
    optimizers = [
        OPTIMIZERS[optimizer](side.parameters(), lr=rate)
        for side, rate in zip(sides, learning_rates, strict=True)
    ]
    for start in range(0, steps, STEPS_A_RECORD):
        decay = (1 + math.cos(math.pi * start / steps)) / 2 if cosine_decay else 1.0
        for side, rate in zip(optimizers, learning_rates, strict=True):
            side.param_groups[0]["lr"] = rate * decay
        n = min(STEPS_A_RECORD, steps - start)
        total = torch.zeros(2, device=batches.rows.device)
        for _ in range(n):
            total += step(*sides, batches, anchors, losses, optimizers, discriminator_steps)
            averaged.update(generator)
        record = {
            "step": start + n,
            "generator_loss": float(total[0]) / n,
            "discriminator_loss": float(total[1]) / n,
            "learning_rate": learning_rates[0] * decay,
        }
        _check_finite(record, steps)
        yield record


def step(
    generator: Generator,
    discriminator: Discriminator,
    batches: ClassBatches,
    anchors: Anchors | None,
    losses: list[Loss],
    optimizers: list[Optimizer | torch.optim.Optimizer],
    discriminator_steps: int,
) -> Tensor:
    """Update the discriminator so many times, then the generator on its last rows; both losses."""
    for k in range(discriminator_steps):
        real, codes = batches.draw()
        inputs = generator.draw_inputs(codes, anchors, batches.random)
        critic = partial(discriminator, condition=inputs[1])
        # One pass of the generator serves both players; the passes before it need no gradient.
        with torch.set_grad_enabled(k == discriminator_steps - 1):
            fake = generator(*inputs)
        with torch.enable_grad():
            d_loss = _total(
                [loss.discriminator_loss(critic, real, fake.detach()) for loss in losses]
            )
        _update(optimizers[1], d_loss)
        for loss in losses:
            loss.constrain(discriminator)
    g_loss = _total([loss.generator_loss(critic, real, fake) for loss in losses])
    _update(optimizers[0], g_loss)
    return torch.stack([g_loss.detach(), d_loss.detach()])


def _total(terms: list[Tensor]) -> Tensor:
    return terms[0] if len(terms) == 1 else torch.stack(terms).sum()


def _update(optimizer: Optimizer | torch.optim.Optimizer, loss: Tensor) -> None:
    """One step down the loss for the weights of this optimizer alone."""
    weights = optimizer.param_groups[0]["params"]
    for weight in weights:
        weight.grad = None
    loss.backward(inputs=weights)
    optimizer.step()


def _check_finite(record: dict[str, Any], steps: int) -> None:
    for name in ("generator_loss", "discriminator_loss"):
        if not math.isfinite(record[name]):
            raise FloatingPointError(
                f"The {name.replace('_', ' ')} became {record[name]} by step {record['step']} of "
                f"{steps}: training diverged and was stopped. Lower `learning_rate`, add a "
                "`penalty` such as 'r1', or choose another `loss`."
            )
