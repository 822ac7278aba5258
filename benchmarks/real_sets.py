"""The benchmark command on CSV files of six real sets, the largest of 327,346 rows.

    python benchmarks/real_sets.py    # about an hour; writes real_sets.json and .md
    python benchmarks/real_sets.py --sets glass spambase

Each set is written as a CSV and goes through `gansampler benchmark` in a process of its own, whose
peak memory is kept. A set that is done is not run again.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pandas as pd
from provenance import markdown_source, markdown_table, provenance, read_result, write_result

HERE = Path(__file__).parent
ALL = ["none", "tuned_threshold", "class_weight", "random", "smote", "jitter", "cgan", "lsgan"]
# Eighteen classes, or 327,346 rows, make XGBoost itself slow: there only what the question needs.
SETS = {
    "winequality_red4": ALL,
    "glass": ALL,
    "spambase": ALL,
    "support2": ALL,
    "kr_vs_k": ["none", "smote", "lsgan"],
    "nyc_flights_late": ["none", "smote", "lsgan"],
}
METRICS = ["accuracy", "balanced_accuracy", "f1", "mcc", "roc_auc", "average_precision"]


def run(name: str, data: Path) -> list[dict]:
    """Run the command on one set; mean scores a strategy, with the peak memory of the process."""
    with tempfile.TemporaryDirectory() as folder:
        csv, out = Path(folder) / f"{name}.csv", Path(folder) / "out"
        pd.read_parquet(data / f"{name}.parquet").to_csv(csv, index=False)
        command = [sys.executable, "-m", "gansampler", "benchmark", str(csv), "--target", "target"]
        command += ["--strategies", *SETS[name], "--out", str(out)]
        start = time.perf_counter()
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        if status:
            sys.exit(f"{name}: the command failed; see above.")
        minutes = (time.perf_counter() - start) / 60
        table = pd.read_csv(out / "results.csv", dtype={"status": str})
    peak = usage.ru_maxrss / 2**20  # Linux counts in KiB
    means = table.groupby(["strategy", "metric"], sort=False)["value"].mean().reset_index()
    common = {"dataset": name, "minutes": round(minutes, 1), "peak_gib": round(peak, 2)}
    return [{**common, **row} for row in means.round(5).to_dict("records")]


def page(source: dict, rows: list[dict]) -> str:
    """Make the page of the result."""
    table = pd.DataFrame(rows)
    parts = [INTRODUCTION]
    for name, part in table.groupby("dataset", sort=False):
        means = part.pivot(index="strategy", columns="metric", values="value")
        means = means.loc[part["strategy"].unique()]
        lines = [
            [
                strategy,
                *(f"{row[metric]:.4f}" for metric in METRICS),
                f"{row['ratio_before']:.3f} → {row['ratio_after']:.3f}",
                f"{row['seconds_resample']:.1f}",
                f"{row['seconds_fit']:.1f}",
            ]
            for strategy, row in means.iterrows()
        ]
        header = ["strategy", *METRICS, "class ratio", "s to resample", "s to fit"]
        first = part.iloc[0]
        parts += [
            f"## {name}",
            f"{first['minutes']} minutes, at most {first['peak_gib']} GiB.",
            markdown_table(header, lines),
        ]
    return "\n\n".join(["# Six real sets", *parts, markdown_source(source)]) + "\n"


INTRODUCTION = """\
`gansampler benchmark FILE.csv --target target` with its defaults: 5 folds, XGBoost of 500 trees
with early stopping, only the training part resampled. Means over the folds; seconds are a fold's;
memory is the peak of the whole process."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=HERE.parent.parent / "shared" / "data")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    parser.add_argument("--out", type=Path, default=HERE / "real_sets.json")
    args = parser.parse_args()
    if not args.data.exists():
        sys.exit(f"There is no folder {args.data}; name the one with the sets by --data.")
    source, rows = read_result(args.out)
    source = source or provenance()
    for name in args.sets:
        if name not in {row["dataset"] for row in rows}:
            rows += run(name, args.data)
            write_result(args.out, source, rows)
    args.out.with_suffix(".md").write_text(page(source, rows))
    print(page(source, rows))


if __name__ == "__main__":
    main()
