"""Seconds and memory of balancing tables that are very wide or very long.

    python benchmarks/large_tables.py                      # all; writes large_tables.json and .md
    python benchmarks/large_tables.py --tables categories  # one table, beside what is there

The tables are made, so that no data is needed. Each measurement is taken in a process of its own,
as in `scaling.py`, and is kept when it is done; what is there already is not measured again.
"""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from provenance import markdown_source, markdown_table, provenance, read_result, write_result
from scaling import METHODS, Shape, made_table, measure_apart, measured_fit
from speed import number

HERE = Path(__file__).parent
OURS = ("jitter", "lsgan")
# Of the rows of long tables 2 % are rare.
RARE_AMONG_LONG = 49


class Table(NamedTuple):
    """How a table is made, what balances it, and what that may take: MiB above it, or in all."""

    said: str
    make: Callable[[], tuple[Any, np.ndarray]]
    methods: tuple[str, ...] = OURS
    added_mib: float | None = None
    peak_mib: float | None = None


def numbers(n: int = 600, columns: int = 5_000) -> tuple[np.ndarray, np.ndarray]:
    """Make normal numbers, of which the first fifty say something of the class."""
    rng = np.random.default_rng(0)
    y = (rng.random(n) < 0.1).astype(int)
    X = rng.normal(size=(n, columns))
    X[:, :50] += 0.5 * y[:, None]
    return X, y


def categories(columns: int, levels: int, n: int = 12_000) -> tuple[pd.DataFrame, np.ndarray]:
    """Make categories some of which come more often in the rare class."""
    rng = np.random.default_rng(0)
    y = (rng.random(n) < 0.07).astype(int)
    codes = rng.integers(levels, size=(n, columns))
    moved = rng.random((n, columns)) < 0.3 * y[:, None]
    codes[moved] %= levels // 8
    names = [f"v{i}" for i in range(levels)]
    return pd.DataFrame(
        {f"c{j}": pd.Categorical.from_codes(codes[:, j], names) for j in range(columns)}
    ), y


def long(rows: int) -> tuple[pd.DataFrame, np.ndarray]:
    """Make the table of `scaling.py`, of 20 columns, and rarer rows."""
    return made_table(Shape(rows=rows, columns=20), seed=0, imbalance=RARE_AMONG_LONG)


TABLES = {
    "numbers": Table("600 rows x 5,000 numbers", numbers, added_mib=300),
    "categories": Table(
        "12,000 rows x 40 columns of 256 categories", lambda: categories(40, 256), added_mib=300
    ),
    "one_column": Table(
        "12,000 rows x one column of 10,240 categories",
        lambda: categories(1, 10_240),
        added_mib=300,
    ),
    "long_100k": Table("100,000 rows x 20 columns", lambda: long(100_000), (*OURS, "smotenc")),
    "long_500k": Table("500,000 rows x 20 columns", lambda: long(500_000), (*OURS, "smotenc")),
    "long_5m": Table(
        "5,000,000 rows x 20 columns",
        lambda: long(5_000_000),
        peak_mib=8 * 2**10,
    ),
}


def measure(key: tuple[str, str]) -> dict[str, float]:
    """Measure how a method balances a table, in this process."""
    table, method = key
    return measured_fit(METHODS[method](0), *TABLES[table].make())


def page(source: dict, rows: list[dict]) -> str:
    """Make the page of all measurements that are there."""
    header = ["table", "method", "seconds", "of the processor", "MiB above the table", "target"]
    header += ["MiB in all", "target"]
    found = {(row["table"], row["method"]): row for row in rows}
    lines = [
        line(table, method, found[name, method])
        for name, table in TABLES.items()
        for method in table.methods
        if (name, method) in found
    ]
    parts = ["# Large tables", INTRODUCTION, markdown_table(header, lines), markdown_source(source)]
    return "\n\n".join(parts) + "\n"


def line(table: Table, method: str, row: dict) -> list[str]:
    """Give one line of the page."""
    targets = [
        "" if most is None else f"<= {most:,.0f}" for most in (table.added_mib, table.peak_mib)
    ]
    times = [number(row[name]) for name in ("seconds", "cpu_seconds")]
    added = f"{row['peak_mib'] - row['before_mib']:,.0f}"
    return [table.said, method, *times, added, targets[0], f"{row['peak_mib']:,.0f}", targets[1]]


INTRODUCTION = """\
Seconds and peak memory of `fit_resample`, one measurement at a time, each in a new process on one
thread, after a first fit on 200 rows that is not counted. What stands beside the seconds is the
processor's time: where both differ, others were at work on the machine. Memory above the table is
what the process takes beyond what it holds before the fit: libraries and the table itself. New rows
are among it: to balance 5 million rows 2 % of which are rare takes 4.8 million. Of the rows of
numbers a tenth are rare, of the categories 7 %. **lsgan** is `LSGANOverSampler()`, **jitter** is
`JitterOverSampler()`, the same without a network, **smotenc** is imbalanced-learn's
`SMOTENC(categorical_features="auto")`, which is not asked for 5 million rows: at 500,000 it takes
2.3 GiB, which grow with the rows."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--tables", nargs="+", choices=TABLES, default=tuple(TABLES))
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=tuple(METHODS))
    parser.add_argument("--out", type=Path, default=HERE / "large_tables.json")
    args = parser.parse_args()
    if os.environ.get("OMP_NUM_THREADS") != "1":
        sys.exit("Measured is one thread: set OMP_NUM_THREADS=1.")
    source = provenance()
    _, rows = read_result(args.out)
    done = {(row["table"], row["method"]) for row in rows}
    for name in args.tables:
        for method in TABLES[name].methods:
            if method in args.methods and (name, method) not in done:
                row = {"table": name, "method": method, **measure_apart((name, method), measure)}
                rows.append(row | {"date": source["date"], "commit": source["commit"]})
                write_result(args.out, source, rows)
                args.out.with_suffix(".md").write_text(page(source, rows))
                print(row, flush=True)


if __name__ == "__main__":
    main()
