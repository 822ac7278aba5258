"""What the first `fit_resample` of a process costs, beside SMOTE's.

    python benchmarks/first_fit.py    # two minutes; writes first_fit.json and first_fit.md

Scripts, notebooks that start anew and workers of a search pay it each time, and on a small table it
is most of what they pay. Peak memory is read from /proc, so that the study needs Linux.
"""

import argparse
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pandas as pd
from provenance import markdown_source, markdown_table, provenance, write_result
from scaling import jitter, lsgan, memory
from sklearn.datasets import make_classification
from speed import number

HERE = Path(__file__).parent
ROWS, COLUMNS, MINORITY = 1_000, 20, 0.1


def smote(seed: int) -> Any:
    from imblearn.over_sampling import SMOTE

    return SMOTE(random_state=seed)


METHODS: dict[str, Callable[[int], Any]] = {"lsgan": lsgan, "jitter": jitter, "smote": smote}


def measure(method: str, repeat: int) -> dict[str, float]:
    """Import a sampler, fit it and fit it again, in a process that has done neither."""
    X, y = make_classification(ROWS, COLUMNS, weights=[1 - MINORITY], random_state=repeat)
    start, before = time.perf_counter(), len(sys.modules)
    sampler = METHODS[method](repeat)
    imported, with_package = time.perf_counter(), len(sys.modules)
    sampler.fit_resample(X, y)
    fitted, after = time.perf_counter(), len(sys.modules)
    peak = memory("VmHWM")
    sampler.fit_resample(X, y)
    return {
        "import_seconds": imported - start,
        "first_seconds": fitted - imported,
        "second_seconds": time.perf_counter() - fitted,
        "package_modules": with_package - before,
        "fit_modules": after - with_package,
        "peak_mib": peak,
    }


def measure_apart(method: str, repeat: int) -> dict[str, float]:
    """Measure in a new process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measure, method, repeat).result()


def page(source: dict, rows: list[dict]) -> str:
    """Make the page of the result."""
    table = pd.DataFrame(rows)
    table["whole_seconds"] = table["import_seconds"] + table["first_seconds"]
    medians = table.groupby("method", sort=False).median()
    ratios = medians.drop(index="smote") / medians.loc["smote"]
    parts = [
        INTRODUCTION.format(rows=ROWS, columns=COLUMNS, **source["settings"]),
        table_of(medians, SECONDS, number),
        "As multiples of SMOTE's:",
        table_of(ratios, SECONDS, number),
        "Modules of Python, and memory:",
        table_of(medians, COUNTS, "{:,.0f}".format),
        markdown_source(source),
    ]
    return "\n\n".join(["# The first fit", *parts]) + "\n"


def table_of(values: pd.DataFrame, columns: dict[str, str], said: Callable[[float], str]) -> str:
    """Table of some columns, a line for each method."""
    lines = [[name, *map(said, row)] for name, *row in values[list(columns)].itertuples()]
    return markdown_table(["sampler", *columns.values()], lines)


SECONDS = {
    "import_seconds": "import, s",
    "first_seconds": "first fit, s",
    "whole_seconds": "import and first fit, s",
    "second_seconds": "second fit, s",
}
COUNTS = {
    "package_modules": "imported with the package",
    "fit_modules": "imported by the first fit",
    "peak_mib": "peak memory, MiB",
}

INTRODUCTION = """\
What the first `fit_resample` of a process costs, on {rows:,} rows of {columns} numbers, a tenth of
them in the minority; medians over {repeats} repeats. Each measurement is taken in a new process
that has imported little more than scikit-learn and pandas; the samplers, with their defaults, take
turns. A second fit of the same rows in the same process tells what is paid for once. What of the
import is torch's, `python -X importtime -c "import gansampler"` tells: nearly all."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--out", type=Path, default=HERE / "first_fit.json")
    args = parser.parse_args()
    source = provenance(repeats=args.repeats)
    rows = [
        {"repeat": repeat, "method": method, **measure_apart(method, repeat)}
        for repeat in range(args.repeats)
        for method in METHODS
    ]
    write_result(args.out, source, rows)
    args.out.with_suffix(".md").write_text(page(source, rows))
    print(page(source, rows))


if __name__ == "__main__":
    main()
