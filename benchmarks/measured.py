"""Fill the tables of the site's page on what was measured from the results in this folder.

    python benchmarks/measured.py

A table stands between ``<!-- NAME -->`` and ``<!-- end -->``, where NAME is a key of `TABLES`.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from held_out import LEARNERS, RANKING, cell, read
from provenance import markdown_table, read_result
from speed import median_seconds, number
from who_gains import gains_of, starred

from gansampler.evaluation.axes.metrics import METRICS
from gansampler.evaluation.statistics.gains import paired_gains
from gansampler.evaluation.statistics.long_table import in_columns

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "measured.md"
WAYS = {
    "smote": "SMOTE, balanced",
    "jitter_x3": "rows without a network, `Enlarge(3)`",
    "lsgan_x3": "rows of LSGAN, `Enlarge(3)`",
    "with_judge": "no row: the mean of XGBoost and the judge",
    "lsgan_x3_with_judge": "that mean, and rows of LSGAN",
}

BY_LEARNER = [
    ("ROC-AUC: rows of LSGAN, `Enlarge(3)`", "lsgan_x3", "roc_auc"),
    ("ROC-AUC: no row, the mean with the judge", "with_judge", "roc_auc"),
    ("F1: rows of LSGAN, `Enlarge(3)`, at one half", "lsgan_x3", "f1"),
    ("F1: no row, a threshold tuned for it", "tuned_threshold", "f1"),
]


def held_out_table() -> str:
    """Gains over no new rows on the sets that had no part in any choice."""
    results = in_columns(pd.read_parquet(HERE / "held_out.parquet"))
    lines = [
        [learner, words, *(written(results, learner, way, metric) for metric in RANKING)]
        for learner in LEARNERS
        for way, words in WAYS.items()
    ]
    return markdown_table(["behind", "what", *(METRICS[name].title for name in RANKING)], lines)


def written(results: pd.DataFrame, learner: str, way: str, metric: str) -> str:
    """Write the gain of one way over no new rows."""
    panel = read(results[results["learner"] == learner], "as_is")
    gains = paired_gains(panel, "none", strategies=[way], metrics=[metric])
    return cell(next(gains.itertuples()))


def who_gains_table() -> str:
    """Gains over no new rows behind each learner, with a star where p is below .05."""
    results = in_columns(pd.read_parquet(HERE / "who_gains.parquet"))
    columns = [by_learner(results, way, metric) for _, way, metric in BY_LEARNER]
    lines = [[learner, *(column[learner] for column in columns)] for learner in columns[0]]
    return markdown_table(["behind", *(words for words, _, _ in BY_LEARNER)], lines)


def by_learner(results: pd.DataFrame, way: str, metric: str) -> dict[str, str]:
    """Write what one way gains behind each learner."""
    gains = gains_of(results, "none", metric)
    return {g.learner: starred(g) for g in gains[gains["strategy"] == way].itertuples()}


def speed_table() -> str:
    """Median seconds to balance a set, methods side by side."""
    _, rows = read_result(HERE / "speed.json")
    total = median_seconds(rows)
    lines = [[name, *map(number, seconds)] for name, seconds in total.iterrows()]
    return markdown_table(["set", *total.columns], lines)


TABLES: dict[str, Callable[[], str]] = {
    "held_out": held_out_table,
    "who_gains": who_gains_table,
    "speed": speed_table,
}


def filled(text: str) -> str:
    """Replace every table of the text by what the results say now."""
    for name, make in TABLES.items():
        block = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        if not block.search(text):
            raise SystemExit(f"The page has no place for {name}.")
        text = block.sub(lambda match, make=make: f"{match[1]}{make()}\n{match[2]}", text)
    return text


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text()))
