"""The adversarial game: batches, one step, and the loop that yields a record now and then."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Iterable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from .anchors import Anchors
from .diagnostics import Critic, Spread, Turn, gradient_norm, verdicts
from .held_out import HeldOut
from .losses import Loss
from .networks import Discriminator, Generator
from .optimizers import Optimizer
from .schedules import Schedule
from .widening import Widening

# Figures are read from the device once in so many steps, since each reading waits for the device.
STEPS_A_RECORD = 25


class ClassBatches:
    """Batches of real rows (n, width) in which every class (n,) is as frequent as the others.

    Classes count from 0, each with a row; so many neighbours in a batch as ``pac`` share a class.
    Rows are compact where there is a `widening` for them: a small table is made wide at once, of a
    large one each batch.
    """

    def __init__(
        self,
        rows: Tensor,
        codes: Tensor,
        *,
        batch_size: int,
        pac: int,
        random: torch.Generator,
        widening: Widening | None = None,
    ) -> None:
        if widening is not None and not widening.is_much(len(rows)):
            rows, widening = widening(rows), None
        self.rows, self.widening, self.random = rows, widening, random
        self.batch_size, self.pac = batch_size, int(pac)  # torch does not repeat by True
        self.order = codes.argsort(stable=True)
        self.count = codes.bincount()
        self.start = self.count.cumsum(0) - self.count

    def draw(self) -> tuple[Tensor, Tensor]:
        """Draw rows (batch_size, width) and their classes (batch_size,)."""
        device = self.rows.device
        chance = torch.rand(2, self.batch_size, generator=self.random, device=device)
        codes = (chance[0, :: self.pac] * len(self.count)).long().repeat_interleave(self.pac)
        return self._rows_of(codes, chance[1]), codes

    def draw_evenly(self, n: int, random: torch.Generator) -> Tensor:
        """Draw n rows of each class, (classes, n, width), by a generator of their own."""
        device = self.rows.device
        codes = torch.arange(len(self.count), device=device).repeat_interleave(n)
        chance = torch.rand(len(codes), generator=random, device=device)
        return self._rows_of(codes, chance).view(len(self.count), n, -1)

    def _rows_of(self, codes: Tensor, chance: Tensor) -> Tensor:
        """Pick a row of each class in codes (n,) by a number (n,) from 0 to 1."""
        # On the CPU `index_select` copies whole rows, where indexing goes number by number.
        start, count = self.start.index_select(0, codes), self.count.index_select(0, codes)
        place = start + (chance * count).long()
        rows = self.rows.index_select(0, self.order.index_select(0, place))
        return rows if self.widening is None else self.widening(rows)


class MovingAverage:
    """A copy of a network whose weights are a moving average of the network's.

    Of the average a share, ``decay``, stays at each update; the first takes the weights themselves,
    unless what came before has ``begun`` it.
    """

    def __init__(self, network: nn.Module, decay: float, *, begun: bool = False) -> None:
        self.network: Any = copy.deepcopy(network).eval()
        self.followed, self.decay, self.begun = network, decay, begun
        # Looked up once: to walk through the modules takes longer than to average.
        self.own: list[Tensor] = list(self.network.parameters())
        self.new: list[Tensor] = list(network.parameters())

    @torch.no_grad()
    def update(self) -> None:
        """Follow the network's weights, and take its buffers."""
        share = 1 - self.decay if self.begun else 1.0
        self.begun = True
        torch._foreach_lerp_(self.own, self.new, share)
        for own, new in zip(self.network.buffers(), self.followed.buffers(), strict=True):
            own.copy_(new)


def train(
    generator: Generator,
    discriminator: Discriminator,
    batches: ClassBatches,
    *,
    anchors: Anchors | None,
    losses: list[Loss],
    optimizers: list[Optimizer | torch.optim.Optimizer],
    schedule: Schedule,
    discriminator_steps: int,
    steps: int,
    record_every: int,
    averaged: MovingAverage,
    spread: Spread,
    held_out: HeldOut,
) -> Iterator[dict[str, Any]]:
    """Train both networks in place, for the sum of the losses; yield a record every few steps.

    The first loss is the game itself, whose verdicts are recorded; those beside it are penalties.
    The optimizers, the generator's and the other's, come with the rates a schedule starts from.
    Losses and verdicts of a record are means since the one before.
    """
    begin = time.perf_counter()
    sides = (generator, discriminator)
    learning_rates = [each.param_groups[0]["lr"] for each in optimizers]
    history: list[dict[str, Any]] = []
    for start in range(0, steps, record_every):
        factor = schedule.factor(start / steps, history)
        for side, rate in zip(optimizers, learning_rates, strict=True):
            side.param_groups[0]["lr"] = rate * factor
        turns = []
        for _ in range(min(record_every, steps - start)):
            turns.append(step(*sides, batches, anchors, losses, optimizers, discriminator_steps))
            averaged.update()
        record = {
            "step": start + len(turns),
            **verdicts(losses[0], turns),
            **_state(sides, [rate * factor for rate in learning_rates]),
            **spread.measure(averaged.network),
            **held_out.measure(averaged.network, anchors),
            "seconds": time.perf_counter() - begin,
        }
        _check_finite(record, steps)
        history.append(record)
        yield record


def _state(networks: Iterable[nn.Module], rates: Iterable[float]) -> dict[str, float]:
    """Tell how fast each network learns, and how steep its last step was."""
    state = {}
    for side, network, rate in zip(("generator", "discriminator"), networks, rates, strict=True):
        state[f"{side}_learning_rate"] = rate
        state[f"{side}_gradient_norm"] = float(gradient_norm(network))
    return state


def step(
    generator: Generator,
    discriminator: Discriminator,
    batches: ClassBatches,
    anchors: Anchors | None,
    losses: list[Loss],
    optimizers: list[Optimizer | torch.optim.Optimizer],
    discriminator_steps: int,
) -> Turn:
    """Update the discriminator so many times, then the generator on its last rows."""
    for k in range(discriminator_steps):
        real, codes = batches.draw()
        inputs = generator.draw_inputs(codes, anchors, batches.random)
        critic = Critic(discriminator, inputs[1])
        # One pass of the generator serves both players; the passes before it need no gradient.
        with torch.set_grad_enabled(k == discriminator_steps - 1):
            fake = generator(*inputs)
        shown = fake.detach()
        with torch.enable_grad():
            d_loss = _total([loss.discriminator_loss(critic, real, shown) for loss in losses])
        seen = critic.last(real), critic.last(shown)
        _update(optimizers[1], d_loss)
        for loss in losses:
            loss.constrain(discriminator)
    g_loss = _total([loss.generator_loss(critic, real, fake) for loss in losses])
    _update(optimizers[0], g_loss)
    return Turn(g_loss.detach(), d_loss.detach(), *seen, critic.last(fake))


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
