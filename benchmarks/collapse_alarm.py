"""Does the alarm of collapse sound where a generator collapsed, and only there?

    python benchmarks/collapse_alarm.py    # minutes, on one core; writes collapse_alarm.json, .md

Rows are eight narrow Gaussians on a ring. Generators are collapsed in three ways on purpose, and
healthy in two; the alarm is ``history_[-1]["collapsed"]``.
"""

import argparse
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from provenance import markdown_source, markdown_table, provenance, write_result
from torch import nn

from gansampler import ConditionalGAN
from gansampler.diagnostics import COLLAPSED_BELOW
from gansampler.losses import GradientPenalty
from gansampler.networks import MLP

HERE = Path(__file__).parent
MODES, DEVIATION = 8, 0.01
N_ROWS = 10_000
PLAIN = {"hidden_sizes": (32, 32), "latent_dim": 8, "optimizer": "adam", "batch_size": 64}
HEALTHY = {**PLAIN, "penalty": GradientPenalty(on_real=0.1), "learning_rate": (5e-4, 2e-3)}

Rows = np.ndarray
Maker = Callable[[Rows, Rows, int], ConditionalGAN]


def ring(seed: int) -> tuple[Rows, Rows]:
    """Rows of unit variance, (n, 2), and the mode of each, (n,)."""
    rng = np.random.default_rng(seed)
    modes = rng.integers(MODES, size=N_ROWS)
    angles = 2 * np.pi * modes / MODES
    rows = np.column_stack([np.cos(angles), np.sin(angles)])
    rows += rng.normal(0, DEVIATION, rows.shape)
    return rows / rows.std(), modes


def held(in_features: int, out_features: int) -> nn.Module:
    """A generator whose rows stay between -1 and 1."""
    return nn.Sequential(MLP(in_features, out_features, hidden_sizes=(32, 32)), nn.Tanh())


def weak_discriminator(rows: Rows, modes: Rows, seed: int) -> ConditionalGAN:
    rates = (1e-3, 1e-6)
    gan = ConditionalGAN(**PLAIN, generator=held, learning_rate=rates, steps=300, random_state=seed)
    return gan.fit(rows)


def only(n_modes: int) -> Maker:
    """Learn some modes alone; then one step of the whole ring, so that it is what counts."""

    def make(rows: Rows, modes: Rows, seed: int) -> ConditionalGAN:
        gan = ConditionalGAN(**HEALTHY, steps=800, warm_start=True, random_state=seed)
        gan.fit(rows[modes < n_modes])
        return gan.set_params(steps=1, learning_rate=1e-6).fit(rows)

    return make


def one_mode_a_class(rows: Rows, modes: Rows, seed: int) -> ConditionalGAN:
    """Learn one mode of each class alone; then one step of both halves of the ring."""
    seen = modes < 2
    gan = ConditionalGAN(**HEALTHY, steps=800, warm_start=True, random_state=seed)
    gan.fit(rows[seen], modes[seen] % 2)
    return gan.set_params(steps=1, learning_rate=1e-6).fit(rows, modes % 2)


def whole_ring(rows: Rows, modes: Rows, seed: int) -> ConditionalGAN:
    return ConditionalGAN(**HEALTHY, steps=800, random_state=seed).fit(rows)


def classes_of_the_ring(rows: Rows, modes: Rows, seed: int) -> ConditionalGAN:
    return ConditionalGAN(**HEALTHY, steps=800, random_state=seed).fit(rows, modes % 2)


# Name, maker, and whether the alarm should sound; None where it is asked for no verdict.
GENERATORS: dict[str, tuple[Maker, bool | None]] = {
    "discriminator too weak": (weak_discriminator, True),
    "one mode of eight": (only(1), True),
    "one mode of four in each of two classes": (one_mode_a_class, True),
    "two neighbouring modes of eight": (only(2), None),
    "four neighbouring modes of eight": (only(4), None),
    "healthy": (whole_ring, False),
    "healthy, two classes": (classes_of_the_ring, False),
}


def measure(name: str, seed: int) -> dict:
    rows, modes = ring(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # the alarm itself
        record = GENERATORS[name][0](rows, modes, seed).history_[-1]
    return {
        "generator": name,
        "seed": seed,
        "diversity": record["diversity"],
        "collapsed": record["collapsed"],
    }


def page(source: dict, rows: list[dict]) -> str:
    """Make the page of the result."""
    header = ["generator", "least diversity", "median", "most", "alarms", "target", "verdict"]
    lines = [
        line_of(str(name), part)
        for name, part in pd.DataFrame(rows).groupby("generator", sort=False)
    ]
    introduction = INTRODUCTION.format(limit=COLLAPSED_BELOW, rows=N_ROWS)
    parts = [introduction, markdown_table(header, lines), markdown_source(source)]
    return "\n\n".join(["# The alarm of collapse", *parts]) + "\n"


def line_of(name: str, part: pd.DataFrame) -> list[str]:
    alarms, n = int(part["collapsed"].sum()), len(part)
    spread = [f"{value:.3f}" for value in part["diversity"].quantile([0, 0.5, 1])]
    expected = GENERATORS[name][1]
    if expected is None:
        return [name, *spread, f"{alarms} of {n}", "", ""]
    is_met = alarms >= 0.9 * n if expected else alarms <= 0.1 * n
    target = "at least 90 %" if expected else "at most 10 %"
    return [name, *spread, f"{alarms} of {n}", target, "met" if is_met else "missed"]


INTRODUCTION = """\
How often `history_[-1]["collapsed"]` is true after a training of `ConditionalGAN` on {rows:,} rows
of eight narrow Gaussians on a ring: for generators that were made to collapse, and for healthy
ones. The alarm sounds where the diversity, the mean distance of two generated rows over that of two
real ones in the worst class, is below {limit:g}. A generator that has found some modes of many is
not collapsed in that sense, and the lines without a target show that the alarm does not see it:
count modes, or look at coverage, to see that."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--out", type=Path, default=HERE / "collapse_alarm.json")
    args = parser.parse_args()
    source = provenance(seeds=args.seeds, modes=MODES, deviation=DEVIATION, rows=N_ROWS)
    rows = [measure(name, seed) for name in GENERATORS for seed in range(args.seeds)]
    write_result(args.out, source, rows)
    args.out.with_suffix(".md").write_text(page(source, rows))
    print(page(source, rows))


if __name__ == "__main__":
    main()
