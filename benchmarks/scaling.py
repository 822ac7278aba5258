"""How seconds and memory of balancing a table grow with rows, columns and classes.

    python benchmarks/scaling.py                          # everything; writes scaling.json and .md
    python benchmarks/scaling.py --methods lsgan smotenc --axes rows

The tables are made by scikit-learn, so that no data is needed. Each measurement is taken in a
process of its own, and is kept when it is done: a run that was stopped goes on where it was. Peak
memory is read from /proc, so that the study needs Linux.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from provenance import markdown_source, markdown_table, provenance, read_result, write_result
from sklearn.datasets import make_classification
from speed import ground_of, number

HERE = Path(__file__).parent
AXES = {
    "rows": (1_000, 10_000, 100_000, 300_000),
    "columns": (10, 50, 200, 1_000),
    "classes": (2, 5, 25),
}
# The largest class has so many times the rows of the smallest; the others lie evenly between.
IMBALANCE = 10
# Of the columns, so many informative ones, and every fifth a category of five levels.
INFORMATIVE = 8
LEVELS = 5


class Shape(NamedTuple):
    """What a made table is like; one axis at a time is varied from here."""

    rows: int = 10_000
    columns: int = 10
    classes: int = 2


class Key(NamedTuple):
    """What tells a measurement from all others."""

    repeat: int
    shape: Shape
    method: str


def lsgan(seed: int) -> Any:
    from gansampler import LSGANOverSampler

    return LSGANOverSampler(random_state=seed)


def jitter(seed: int) -> Any:
    from gansampler import JitterOverSampler

    return JitterOverSampler(random_state=seed)


def smotenc(seed: int) -> Any:
    from imblearn.over_sampling import SMOTENC

    return SMOTENC(categorical_features="auto", random_state=seed)


METHODS: dict[str, Callable[[int], Any]] = {"lsgan": lsgan, "jitter": jitter, "smotenc": smotenc}


def made_table(
    shape: Shape, seed: int, imbalance: float = IMBALANCE
) -> tuple[pd.DataFrame, np.ndarray]:
    """Make numbers and categories whose classes shrink from the first to the last."""
    shares = np.geomspace(imbalance, 1, shape.classes)
    numbers, y = make_classification(
        shape.rows,
        shape.columns,
        n_informative=min(INFORMATIVE, shape.columns),
        n_redundant=0,
        n_classes=shape.classes,
        n_clusters_per_class=1,
        weights=list(shares / shares.sum()),
        random_state=seed,
    )
    X = pd.DataFrame(numbers).add_prefix("x")
    for name in X.columns[::5]:
        X[name] = pd.qcut(X[name], LEVELS, labels=list("abcde"))
    return X, y


def measure(key: Key) -> dict[str, float]:
    """Measure one `fit_resample` on a made table, in this process."""
    return measured_fit(METHODS[key.method](key.repeat), *made_table(key.shape, key.repeat))


def measured_fit(sampler: Any, X: Any, y: np.ndarray) -> dict[str, float]:
    """Time one `fit_resample` in this process, and see how far its memory rises meanwhile."""
    # A first fit pays for imports and first calls; it is not counted.
    sampler.fit_resample(*made_table(Shape(rows=200), seed=0))
    before = reset_peak_memory()
    start, worked = time.perf_counter(), time.process_time()
    sampler.fit_resample(X, y)
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - worked
    times = {"seconds": seconds, "cpu_seconds": cpu_seconds}
    return {**times, "before_mib": before, "peak_mib": memory("VmHWM")}


def reset_peak_memory() -> float:
    """Make the peak what is in use now, and give that in MiB."""
    Path("/proc/self/clear_refs").write_text("5")
    return memory("VmRSS")


def memory(name: str) -> float:
    """Read a line of /proc/self/status, in MiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    (line,) = (line for line in lines if line.startswith(f"{name}:"))
    return int(line.split()[1]) / 2**10


def measure_apart(
    key: Any, measure: Callable[[Any], dict[str, float]] = measure
) -> dict[str, float]:
    """Measure in a new process, which has neither the memory nor the caches of one before."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measure, key).result()


def measure_all(plan: list[Key], rows: list[dict], source: dict, out: Path) -> int:
    """Take the measurements of `plan` in their order, keep each when it is done, count failures."""
    failures = 0
    for done, key in enumerate(plan, start=1):
        said = f"{done}/{len(plan)} repeat {key.repeat}, {key.method}, {key.shape}:"
        try:
            found = measure_apart(key)
        except Exception as error:  # too little memory for one must not cost the others' hours
            failures += 1
            print(said, f"FAILED, {type(error).__name__}: {error}", flush=True)
            continue
        values = {name: round(value, 3) for name, value in found.items()}
        rows.append(
            {"repeat": key.repeat, **key.shape._asdict(), "method": key.method, **values}
            | {"date": source["date"], "commit": source["commit"]}
        )
        write_result(out, source, rows)
        print(said, f"{found['seconds']:.1f} s, at most {found['peak_mib']:.0f} MiB", flush=True)
    return failures


def shapes_along(axis: str, base: Shape, values: tuple[int, ...]) -> list[Shape]:
    return [base._replace(**{axis: value}) for value in values]


def page(source: dict, rows: list[dict]) -> str:
    """Make the page of all measurements that are there."""
    table = pd.DataFrame(rows)
    table["added_mib"] = table["peak_mib"] - table["before_mib"]
    medians = table.groupby(["method", *Shape._fields]).median(numeric_only=True)
    base = Shape(**source["settings"]["base"])
    repeats = table.groupby("method")["repeat"].nunique()
    counts = ", ".join(f"{method} {n}" for method, n in repeats.items())
    parts = [INTRODUCTION.format(counts=counts, imbalance=IMBALANCE, levels=LEVELS)]
    for axis in AXES:
        fixed = " and ".join(f"{n:,} {name}" for name, n in base._asdict().items() if name != axis)
        parts += [
            f"## By {axis}, at {fixed}",
            "Seconds:",
            axis_table(medians["seconds"], axis, base),
            "Peak memory above the start, in MiB:",
            axis_table(medians["added_mib"], axis, base),
            "Peak memory of the whole process, in MiB:",
            axis_table(medians["peak_mib"], axis, base),
        ]
    return "\n\n".join(["# Scaling", *parts, markdown_source(source)]) + "\n"


def axis_table(medians: pd.Series, axis: str, base: Shape) -> str:
    """One measure along one axis, and the multiples of what SMOTENC takes."""
    others = [method for method in METHODS if method != "smotenc"]
    lines = []
    for shape in sorted(shapes_of(medians, axis, base)):
        values = {method: medians.get((method, *shape), np.nan) for method in METHODS}
        multiples = [values[method] / values["smotenc"] for method in others]
        lines.append([f"{getattr(shape, axis):,}", *map(number, [*values.values(), *multiples])])
    return markdown_table([axis, *METHODS, *(f"{name} / smotenc" for name in others)], lines)


def shapes_of(medians: pd.Series, axis: str, base: Shape) -> set[Shape]:
    """Shapes that were measured and differ from the base along the axis alone."""
    measured = {Shape(*index[1:]) for index in medians.index}
    return {shape for shape in measured if shape._replace(**{axis: getattr(base, axis)}) == base}


INTRODUCTION = """\
Seconds and peak memory of `fit_resample`, and both as multiples of SMOTENC's; medians over repeats
({counts}). One measurement at a time, each in a new process, after a first fit on 200 rows that is
not counted; methods take turns. The start, above which memory is counted too, is what the process
holds before the fit: libraries, the table, and what it has freed and kept.

The tables are scikit-learn's `make_classification`; every fifth column is cut into {levels}
categories. The largest class has {imbalance} times the rows of the smallest, the others lie evenly
between on a logarithmic scale; all are filled up to the largest. **lsgan** is `LSGANOverSampler()`,
**jitter** is `JitterOverSampler()`, the same without a network, **smotenc** is imbalanced-learn's
`SMOTENC(categorical_features="auto")`."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for axis, values in AXES.items():
        parser.add_argument(f"--{axis}", type=int, nargs="+", default=values)
    parser.add_argument("--base", type=int, nargs=3, default=Shape(), metavar=("R", "C", "K"))
    parser.add_argument("--axes", nargs="+", choices=AXES, default=tuple(AXES))
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=tuple(METHODS))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--out", type=Path, default=HERE / "scaling.json")
    return parser.parse_args()


def main() -> None:
    args = arguments()
    base = Shape(*args.base)
    threads = os.environ.get("OMP_NUM_THREADS", "not set")
    source = provenance(base=base._asdict(), omp_num_threads=threads)
    before, rows = read_result(args.out)
    if before and context_of(before) != context_of(source):
        sys.exit(
            f"{args.out} was measured elsewhere, with other versions, threads or base: remove it, "
            "or give --out"
        )
    along = [shape for axis in args.axes for shape in shapes_along(axis, base, getattr(args, axis))]
    shapes = sorted(set(along), key=np.prod)
    done = {key_of(row) for row in rows}
    wanted = [Key(*each) for each in product(range(args.repeats), shapes, args.methods)]
    plan = [key for key in wanted if key not in done]
    failures = measure_all(plan, rows, source, args.out)
    if args.out.exists():
        args.out.with_suffix(".md").write_text(page(*read_result(args.out)))
    sys.exit(f"{failures} of {len(plan)} measurements failed" if failures else 0)


def context_of(source: dict) -> tuple:
    """What two measurements must share to stand in one table."""
    return *ground_of(source), source["settings"]


def key_of(row: dict) -> Key:
    return Key(row["repeat"], Shape(*(row[name] for name in Shape._fields)), row["method"])


if __name__ == "__main__":
    main()
