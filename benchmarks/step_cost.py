"""Time of one training step against the time of its bare matrix products.

    python benchmarks/step_cost.py    # under a minute; writes step_cost.json and step_cost.md

A step can be no faster than the products of its linear layers, forward and backward. What it takes
beyond them is ours: batches, anchors, activations, softmax, losses, optimizers, averaging.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
import torch
from provenance import markdown_source, markdown_table, provenance, write_result
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from gansampler import LSGANOverSampler
from gansampler._torch import single_thread
from gansampler.diagnostics import Spread, Turn
from gansampler.training import STEPS_A_RECORD, train

HERE = Path(__file__).parent
BATCH_SIZE = 512
WIDTH = 128
TARGET = 2.0
WATCHED_TARGET = 0.05

Product = tuple[Tensor, Tensor]


class Caught(Exception):
    """Nothing is to be trained."""


def tables(n_rows: int = 4000) -> dict[str, pd.DataFrame]:
    """Make a table of numbers alone, and one of numbers with holes and categories."""
    rng = np.random.default_rng(0)
    numbers = pd.DataFrame(rng.normal(size=(n_rows, 20))).add_prefix("number_")
    kinds = pd.DataFrame(rng.integers(10, size=(n_rows, 8))).add_prefix("kind_").astype("category")
    with_holes = numbers.iloc[:, :8].mask(rng.random((n_rows, 8)) < 0.1)
    return {"20 numbers": numbers, "8 numbers with holes, 8 categories": with_holes.join(kinds)}


def training_of(table: pd.DataFrame) -> tuple[tuple, dict]:
    """Catch the arguments of `train` from a fit with the default settings of `LSGANOverSampler`."""
    y = np.arange(len(table)) % 10 == 0
    sampler = LSGANOverSampler(
        {True: y.sum() + 1},
        batch_size=BATCH_SIZE,
        hidden_sizes=(WIDTH, WIDTH),
        acceptance=None,
        device="cpu",
        random_state=0,
    )
    with mock.patch("gansampler.gan.train", side_effect=Caught) as caught, suppress(Caught):
        sampler.fit_resample(table, y)
    return caught.call_args.args, caught.call_args.kwargs


def needed_products(generator: nn.Module, discriminator: nn.Module) -> list[Product]:
    """Operands of all matrix products that one update of each network cannot do without.

    The discriminator learns from real and from generated rows and passes nothing back to them; the
    generator learns through the discriminator, whose weights then want no gradient. One pass of the
    generator serves both updates.
    """
    G, D = linear_weights(generator), linear_weights(discriminator)
    one_side = [*forward(D), *weight_gradients(D), *input_gradients(D[1:])]
    discriminator_update = [*forward(G), *one_side, *one_side]
    through_discriminator = [*forward(D), *input_gradients(D)]
    generator_update = [*through_discriminator, *weight_gradients(G), *input_gradients(G[1:])]
    return discriminator_update + generator_update


def linear_weights(network: nn.Module) -> list[Tensor]:
    """Weights (out, in) of the linear layers, first to last."""
    layers = [module for module in network.modules() if isinstance(module, nn.Linear)]
    return [layer.weight.detach() for layer in layers]


def forward(weights: list[Tensor]) -> list[Product]:
    return [(torch.randn(BATCH_SIZE, W.shape[1]), W.T) for W in weights]


def weight_gradients(weights: list[Tensor]) -> list[Product]:
    pairs = [
        (torch.randn(BATCH_SIZE, W.shape[0]), torch.randn(BATCH_SIZE, W.shape[1])) for W in weights
    ]
    return [(gradient.T, inputs) for gradient, inputs in pairs]


def input_gradients(weights: list[Tensor]) -> list[Product]:
    return [(torch.randn(BATCH_SIZE, W.shape[0]), W) for W in weights]


def measure(name: str, table: pd.DataFrame, repeats: int) -> list[dict]:
    """Time blocks of steps and of their bare products in turn; milliseconds a step."""
    (generator, discriminator, *others), settings = training_of(table)
    records = train(generator, discriminator, *others, **(settings | {"steps": 10**9}))
    products = needed_products(generator, discriminator)

    def bare() -> None:
        for _ in range(STEPS_A_RECORD):
            for left, right in products:
                torch.mm(left, right)

    needed, made = flops(bare), flops(lambda: next(records))
    rows = []
    for repeat in range(repeats):
        times = {"bare": seconds(bare)}
        # What comes first after the bare products pays for warming up, so they take turns.
        for watched in (True, False) if repeat % 2 else (False, True):
            with nullcontext() if watched else only_the_losses(settings["spread"]):
                times["step" if watched else "unwatched"] = seconds(lambda: next(records))
        milliseconds = {key: 1000 * value / STEPS_A_RECORD for key, value in times.items()}
        rows.append({"table": name, "repeat": repeat, **milliseconds, "flops_ratio": made / needed})
    return rows


@contextmanager
def only_the_losses(spread: Spread) -> Iterator[None]:
    """Leave out of a record all but the two losses, which a game that diverges needs as well."""
    names = ("generator_loss", "discriminator_loss")

    def losses_alone(loss: object, turns: list[Turn]) -> dict[str, float]:
        means = [torch.stack([getattr(turn, name) for turn in turns]).mean() for name in names]
        return dict(zip(names, torch.stack(means).tolist(), strict=True))

    with (
        mock.patch("gansampler.training.verdicts", losses_alone),
        mock.patch("gansampler.training.gradient_norm", lambda _: 0.0),
        mock.patch.object(spread, "measure", lambda _: {}),
    ):
        yield


def seconds(run: Callable[[], object]) -> float:
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def flops(run: Callable[[], object]) -> int:
    with FlopCounterMode(display=False) as counter:
        run()
    return counter.get_total_flops()


def page(source: dict, rows: list[dict]) -> str:
    """Make the page of the result."""
    times = pd.DataFrame(rows)
    medians = times.groupby("table", sort=False).median()
    medians["watched"] = 1 - medians["unwatched"] / medians["step"]
    header = ["table", "ms a step", "ms bare", "ratio", "target", "products made / needed"]
    header += ["share of the diagnostics", "target"]
    lines = [
        [
            name,
            f"{row.step:.2f}",
            f"{row.bare:.2f}",
            f"{row.step / row.bare:.2f}",
            f"<= {TARGET:g}",
            f"{row.flops_ratio:.2f}",
            f"{row.watched:.1%}",
            f"< {WATCHED_TARGET:.0%}",
        ]
        for name, row in medians.iterrows()
    ]
    introduction = INTRODUCTION.format(**source["settings"])
    parts = [introduction, markdown_table(header, lines), markdown_source(source)]
    return "\n\n".join(["# Cost of a training step", *parts]) + "\n"


INTRODUCTION = """\
Milliseconds of one training step of `LSGANOverSampler`, defaults but for a batch of {batch_size}
rows and two hidden layers of {width}, against plain `torch.mm` calls of the shapes and memory
layouts that its linear layers cannot do without: forward and backward of one update of the
discriminator and one of the generator. Medians over {repeats} blocks of {steps_a_block} steps, the
two taking turns, on one thread, as in a fit. The step holds everything: drawing the batch, the
anchors and the noise, the networks, the losses, both optimizers, the moving average, and its share
of reading the losses back. The column of products compares the floating-point operations of all
matrix products that a step makes with those of the needed ones: 1 says that it makes no others.

The share of the diagnostics is what verdicts, gradient norms and diversity of a record take of its
{steps_a_block} steps: one less the median time of blocks without them over that of all others."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=60)
    parser.add_argument("--out", type=Path, default=HERE / "step_cost.json")
    args = parser.parse_args()
    source = provenance(
        repeats=args.repeats,
        batch_size=BATCH_SIZE,
        width=WIDTH,
        steps_a_block=STEPS_A_RECORD,
    )
    with single_thread():  # as in a fit
        rows = [row for name, X in tables().items() for row in measure(name, X, args.repeats)]
    write_result(args.out, source, rows)
    args.out.with_suffix(".md").write_text(page(source, rows))
    print(page(source, rows))


if __name__ == "__main__":
    main()
