"""Fill the tables of the README from the results in this folder.

    python benchmarks/readme.py

A table stands between ``<!-- NAME -->`` and ``<!-- end -->``, where NAME is a key of `TABLES`.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from core_sets import LEARNERS, SLOW, of
from provenance import markdown_table, read_result
from speed import median_seconds, number

from gansampler.evaluation.axes.metrics import METRICS
from gansampler.evaluation.report.words import signed
from gansampler.evaluation.statistics.gains import paired_gains

HERE = Path(__file__).parent
README = HERE.parent / "README.md"
SHOWN = ["roc_auc", "average_precision", "mcc", "f1", "balanced_accuracy"]


def core_sets_table(learner: str) -> str:
    """Gains over no resampling behind one learner: mean, median, and on how many sets."""
    results = pd.read_parquet(HERE / "core_sets.parquet")
    panel = of(results[~results["strategy"].isin(SLOW)], learner, "as_is")
    gains = paired_gains(panel, "none", metrics=SHOWN).set_index(["strategy", "metric"])
    lines = [
        [name, *(said_of(row) for row in own.loc[name].itertuples())]
        for name, own in gains.groupby(level="strategy", sort=False)
    ]
    return markdown_table(["strategy", *(METRICS[name].title for name in SHOWN)], lines)


def said_of(row: Any) -> str:
    return f"{signed(row.mean)}, {signed(row.median)} ({row.wins}/{row.n})"


def speed_table() -> str:
    """Median seconds to balance a set, methods side by side."""
    _, rows = read_result(HERE / "speed.json")
    total = median_seconds(rows)
    lines = [[name, *map(number, seconds)] for name, seconds in total.iterrows()]
    return markdown_table(["set", *total.columns], lines)


TABLES: dict[str, Callable[[], str]] = {
    **{learner: lambda learner=learner: core_sets_table(learner) for learner in LEARNERS},
    "speed": speed_table,
}


def filled(text: str) -> str:
    """Replace every table of the text by what the results say now."""
    for name, make in TABLES.items():
        block = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        if not block.search(text):
            raise SystemExit(f"The README has no place for {name}.")
        text = block.sub(lambda match, make=make: f"{match[1]}{make()}\n{match[2]}", text)
    return text


if __name__ == "__main__":
    README.write_text(filled(README.read_text()))
