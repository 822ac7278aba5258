"""The two networks of a game: of our own making, or by a user's factory, which is tried first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from torch import nn

from ._torch import CPU, seeded_generator, seeded_global_state
from .encoding import Span
from .networks import MLP, Discriminator, Generator
from .sizes import check_fits

# A network that learns is there with its gradients and with what an optimizer knows of it.
COPIES = 3


def build_players(
    game: Any, spans: Sequence[Span], n_classes: int, anchored: bool, rng: np.random.Generator
) -> tuple[Generator, Discriminator]:
    """Make both networks for encoded rows, by the parameters of a `gansampler.ConditionalGAN`."""
    widths = _widths(game, spans[-1].stop, n_classes, anchored)
    inner, judge = (_network(game, side, *widths[side], rng) for side in widths)
    sizes = {"latent_dim": game.latent_dim, "n_classes": n_classes}
    return Generator(inner, spans, **sizes), Discriminator(judge, game.pac)


def check_size(game: Any, width: int, n_classes: int, anchored: bool) -> None:
    """Refuse networks and batches that cannot fit, for rows (n, width); counted from below."""
    numbers = sum(_numbers(game, width, n_classes, anchored))
    names = ("latent_dim", "hidden_sizes", "batch_size", "pac")
    asked = ", ".join(f"{name}={getattr(game, name)!r}" for name in names)
    what = f"Training networks of {asked} on rows that are {width} numbers wide"
    check_fits(numbers, what, "make the largest of these smaller")


def _numbers(game: Any, width: int, n_classes: int, anchored: bool) -> Iterator[int]:
    """Count what each network, a user's own at its ends alone, and a batch in it hold."""
    for side, (into, out) in _widths(game, width, n_classes, anchored).items():
        own = getattr(game, side) is not None
        sizes = [into, *(() if own else map(int, game.hidden_sizes)), out]
        rows = int(game.batch_size) // (int(game.pac) if side == "discriminator" else 1)
        yield rows * sum(sizes)
        yield 0 if own else COPIES * sum((a + 1) * b for a, b in pairwise(sizes))


def try_factories(game: Any, width: int, n_classes: int, anchored: bool) -> None:
    """Try the user's own networks, from a seed of no other use; the trained ones come later."""
    for side, widths in _widths(game, width, n_classes, anchored).items():
        if getattr(game, side) is not None:
            network = _network(game, side, *widths, np.random.default_rng(0))
            with seeded_global_state(np.random.default_rng(0)):
                _check_network(network, side, *widths)


def _widths(game: Any, width: int, n_classes: int, anchored: bool) -> dict[str, tuple[int, int]]:
    """Tell how many numbers go into each network, and how many come out."""
    start = width if anchored else 0
    return {
        "generator": (int(game.latent_dim) + n_classes + start, width),
        "discriminator": (int(game.pac) * (width + n_classes), 1),
    }


def _network(
    game: Any, side: str, in_features: int, out_features: int, rng: np.random.Generator
) -> nn.Module:
    own = getattr(game, side)
    if own is not None:
        with seeded_global_state(rng):
            return own(in_features, out_features)
    return MLP(
        in_features,
        out_features,
        hidden_sizes=game.hidden_sizes,
        activation=game.activation,
        batch_norm=game.batch_norm in (side, "both"),
        dropout=game.dropout,
        random=seeded_generator(rng, CPU),
    )


def _check_network(network: Any, side: str, in_features: int, out_features: int) -> None:
    if not isinstance(network, nn.Module):
        raise TypeError(f"`{side}` must return a torch.nn.Module, got {type(network).__name__}.")
    if not any(weight.requires_grad for weight in network.parameters()):
        raise ValueError(f"The network that `{side}` returns has no weights that could be trained.")
    was_training = network.training
    with torch.no_grad():
        shape = tuple(network.eval()(torch.zeros(2, in_features)).shape)
    network.train(was_training)
    if shape != (2, out_features):
        raise ValueError(
            f"The network that `{side}` returns must map (batch, {in_features}) to (batch, "
            f"{out_features}); two rows gave the shape {shape}."
        )
