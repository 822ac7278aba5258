"""Seconds to balance a table: the GAN samplers, SMOTENC and CTGAN, side by side.

    python benchmarks/speed.py                                       # everything, half an hour
    python benchmarks/speed.py --methods lsgan smotenc --sets adult  # a part; the rest is kept
    python benchmarks/speed.py --fresh --methods lsgan               # measure a part again

It needs the `study` extra: python -m pip install --editable '.[study]'.

Each measurement is written to speed.json when it is done, and one that is there is not repeated:
a run that was stopped goes on where it was. speed.md is made from speed.json after every run.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from itertools import product
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
from provenance import markdown_source, markdown_table, provenance, read_result, write_result

HERE = Path(__file__).parent
SETS = ("adult", "uci_credit_default", "nyc_flights_late")
CTGAN_EPOCHS = 300  # the default of ctgan.CTGAN
TIMED_EPOCHS = 3
TIMES_FASTER_THAN_CTGAN = 50

Seconds = dict[str, float]
Key = tuple[int, str, str]  # repeat, set, method


def timed_sampler(sampler, X: pd.DataFrame, y: pd.Series) -> Seconds:
    """Time `fit_resample`."""
    start = time.perf_counter()
    sampler.fit_resample(X, y)
    return {"seconds": time.perf_counter() - start}


def time_lsgan(X: pd.DataFrame, y: pd.Series, seed: int) -> Seconds:
    from gansampler import LSGANOverSampler

    return timed_sampler(LSGANOverSampler(random_state=seed), X, y)


def time_jitter(X: pd.DataFrame, y: pd.Series, seed: int) -> Seconds:
    from gansampler import JitterOverSampler

    return timed_sampler(JitterOverSampler(random_state=seed), X, y)


def time_smotenc(X: pd.DataFrame, y: pd.Series, seed: int) -> Seconds:
    from imblearn.over_sampling import SMOTENC

    return timed_sampler(SMOTENC(categorical_features="auto", random_state=seed), filled(X), y)


def time_ctgan(X: pd.DataFrame, y: pd.Series, seed: int) -> Seconds:
    """Time CTGAN on the whole table, a few epochs scaled up to its default of 300.

    The target is one of its discrete columns. One fit gives both parts: what comes before the
    first epoch (mostly one Gaussian mixture a numeric column) and the median epoch.
    """
    from ctgan import CTGAN

    table = filled(X).assign(target=y)
    counts = y.value_counts()
    model = CTGAN(epochs=TIMED_EPOCHS)
    model.set_random_state(seed)
    ticks: list[float] = []
    start = time.perf_counter()
    with mock.patch("ctgan.synthesizers.ctgan.tqdm", lambda epochs, **_: clocked(epochs, ticks)):
        model.fit(table, discrete_columns=list(table.select_dtypes("category")))
    if len(ticks) != TIMED_EPOCHS + 1:
        raise RuntimeError("this version of ctgan does not loop over its epochs through tqdm")
    before_training, epoch = ticks[0] - start, float(np.median(np.diff(ticks)))
    start = time.perf_counter()
    model.sample(int(counts.max() - counts.min()), "target", counts.idxmin())
    sampling = time.perf_counter() - start
    return {
        "seconds": before_training + CTGAN_EPOCHS * epoch + sampling,
        "before_training_seconds": before_training,
        "epoch_seconds": epoch,
        "sampling_seconds": sampling,
    }


METHODS: dict[str, Callable[[pd.DataFrame, pd.Series, int], Seconds]] = {
    "lsgan": time_lsgan,
    "jitter": time_jitter,
    "smotenc": time_smotenc,
    "ctgan": time_ctgan,
}


def clocked(epochs: Iterable[int], ticks: list[float]) -> Iterator[int]:
    """Pass `epochs` on and note the time before each and after the last."""
    for epoch in epochs:
        ticks.append(time.perf_counter())
        yield epoch
    ticks.append(time.perf_counter())


def filled(X: pd.DataFrame) -> pd.DataFrame:
    """Fill holes by medians and most frequent categories, for methods that take none."""
    numbers, categories = X.select_dtypes("number"), X.select_dtypes("category")
    return X.fillna(numbers.median()).fillna(categories.mode().iloc[0])


def measure(plan: list[Key], data: Path, rows: list[dict], source: dict, out: Path) -> int:
    """Take the measurements of `plan` in their order, keep each when it is done, count failures."""
    failures = 0
    for done, (repeat, name, method) in enumerate(plan, start=1):
        table = pd.read_parquet(data / f"{name}.parquet")
        X, y = table.drop(columns="target"), table["target"]
        said = f"{done}/{len(plan)} repeat {repeat}, {name}, {method}:"
        try:
            seconds = METHODS[method](X, y, repeat)
        except Exception as error:  # one method that fails must not cost the others' hours
            failures += 1
            print(said, f"FAILED, {type(error).__name__}: {error}", flush=True)
            continue
        key = {"set": name, "method": method, "repeat": repeat}
        when = {"date": source["date"], "commit": source["commit"]}
        rows.append(key | {part: round(value, 3) for part, value in seconds.items()} | when)
        write_result(out, source, rows)
        print(said, f"{seconds['seconds']:.1f} s", flush=True)
    return failures


def page(source: dict, rows: list[dict]) -> str:
    """Make the page of all measurements that are there."""
    table = pd.DataFrame(rows)
    counts = table.groupby(["method", "set"]).size().groupby("method").min()
    repeats = ", ".join(f"{method} {counts[method]}" for method in METHODS if method in counts)
    parts = table[table["method"] == "ctgan"].groupby("set", sort=False).median(numeric_only=True)
    return "\n\n".join(
        [
            "# Seconds to balance a table",
            INTRODUCTION.format(repeats=repeats),
            totals_table(median_seconds(rows)),
            ctgan_table(parts) if len(parts) else "CTGAN has not been measured yet.",
            markdown_source(source) + "\n",
        ]
    )


def median_seconds(rows: list[dict]) -> pd.DataFrame:
    """Median over the repeats, sets by methods in their order."""
    total = pd.DataFrame(rows).pivot_table(
        index="set", columns="method", values="seconds", aggfunc="median"
    )
    return total.reindex(index=[s for s in SETS if s in total.index], columns=list(METHODS))


def totals_table(total: pd.DataFrame) -> str:
    """Median seconds of each method, and how many times faster LSGAN is."""
    header = ["set", *METHODS, "ctgan / lsgan", "target", "smotenc / lsgan", "target"]
    lines = []
    for name, row in total.iterrows():
        slower = row / row["lsgan"]
        smotenc_target = "> 1" if name == "nyc_flights_late" else ""
        seconds = [number(row[method]) for method in METHODS]
        ratios = [number(slower["ctgan"]), f">= {TIMES_FASTER_THAN_CTGAN}"]
        lines.append([name, *seconds, *ratios, number(slower["smotenc"]), smotenc_target])
    return markdown_table(header, lines)


def ctgan_table(parts: pd.DataFrame) -> str:
    """What CTGAN's scaled seconds are made of."""
    header = ["CTGAN on", "before training", "one epoch", "drawing the rows", "in 300 epochs"]
    columns = ["before_training_seconds", "epoch_seconds", "sampling_seconds", "seconds"]
    return markdown_table(
        header, [[name, *map(number, row)] for name, row in parts[columns].iterrows()]
    )


def number(value: float) -> str:
    """Three significant digits below a hundred, whole above, nothing where there is nothing."""
    if np.isnan(value):
        return ""
    return f"{value:,.0f}" if value >= 100 else f"{value:#.3g}"


INTRODUCTION = """\
Seconds of `fit_resample` to bring the minority class to the size of the majority; medians over
repeats ({repeats}).
All methods and sets take turns inside a repeat, one measurement at a time, so that whatever else
the machine does falls on all alike; reading the file is not counted.

- **lsgan**: `LSGANOverSampler()`, its defaults. **jitter**: `JitterOverSampler()`, the same anchors
  and the same acceptance without a network; the difference of the two is the price of training.
- **smotenc**: imbalanced-learn's `SMOTENC`; all three sets have categorical columns. Holes are
  filled beforehand by medians and most frequent categories, outside the timing.
- **ctgan**: `ctgan.CTGAN`, its defaults, on the whole table with the target as one of its discrete
  columns, holes filled as above. Its 300 epochs are too slow to wait for: 3 are timed, and the
  median epoch times 300 is added to the measured time before training and the measured time to draw
  as many rows as the minority class lacks. The rows are drawn under the condition of the minority
  class, which CTGAN follows in part of them only; those that it misses are not drawn again."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=Path("../shared/data"), help="parquet files")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS)
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=tuple(METHODS))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--fresh", action="store_true", help="measure again what is there")
    parser.add_argument("--out", type=Path, default=HERE / "speed.json")
    return parser.parse_args()


def main() -> None:
    args = arguments()
    missing = [name for name in args.sets if not (args.data / f"{name}.parquet").exists()]
    for name in missing:
        print(f"{name}: no {name}.parquet in {args.data}, skipped; --data names another folder")
    source = provenance(repeats=args.repeats, ctgan_epochs_timed=TIMED_EPOCHS)
    before, rows = read_result(args.out)
    if before and ground_of(before) != ground_of(source):
        sys.exit(
            f"{args.out} was measured elsewhere or with other versions: remove it or give --out"
        )
    wanted = [
        (repeat, name, method)
        for repeat, name, method in product(range(args.repeats), args.sets, args.methods)
        if name not in missing
    ]
    if args.fresh:
        rows = [row for row in rows if key_of(row) not in wanted]
    done = set(map(key_of, rows))
    plan = [key for key in wanted if key not in done]
    failures = measure(plan, args.data, rows, source, args.out)
    if args.out.exists():
        args.out.with_suffix(".md").write_text(page(*read_result(args.out)))
    sys.exit(f"{failures} of {len(plan)} measurements failed" if failures else 0)


def ground_of(source: dict) -> tuple:
    """What two measurements must share to stand in one table."""
    return source["machine"]["processor"], source["machine"]["cores"], source["versions"]


def key_of(row: dict) -> Key:
    """What makes a measurement the same as another."""
    return row["repeat"], row["set"], row["method"]


if __name__ == "__main__":
    main()
