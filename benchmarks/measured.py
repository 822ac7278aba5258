"""Fill what the pages say of results from the results in this folder: tables and sentences.

    python benchmarks/measured.py

A block stands between ``<!-- NAME -->`` and ``<!-- end -->``, where NAME is a key of `BLOCKS`. The
same block may stand on several pages. The tables are made here, the sentences in sentences.py.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache

import pandas as pd
from held_out import LEARNERS, RANKING, cell, read
from provenance import markdown_table, read_result
from sentences import HERE, SENTENCES, results_of
from speed import median_seconds, number
from who_gains import gains_of, starred
from wording import IN_WORDS

from gansampler.evaluation.axes.metrics import METRICS
from gansampler.evaluation.statistics.gains import paired_gains

ROOT = HERE.parent
PAGES = [ROOT / "README.md", *sorted(ROOT.glob("docs/*.md")), *sorted(ROOT.glob("docs/guide/*.md"))]
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
    results = results_of("held_out")
    lines = [
        [IN_WORDS[learner], words, *(written(results, learner, way, metric) for metric in RANKING)]
        for learner in LEARNERS
        for way, words in WAYS.items()
    ]
    header = ["behind", "what", *(METRICS[name].title for name in RANKING)]
    return markdown_table(header, lines, texts=2)


def written(results: pd.DataFrame, learner: str, way: str, metric: str) -> str:
    """Write the gain of one way over no new rows."""
    panel = read(results[results["learner"] == learner], "as_is")
    gains = paired_gains(panel, "none", strategies=[way], metrics=[metric])
    return cell(next(gains.itertuples()))


def who_gains_table() -> str:
    """Gains over no new rows behind each learner, with a star where p is below .05."""
    results = results_of("who_gains")
    columns = [by_learner(results, way, metric) for _, way, metric in BY_LEARNER]
    lines = [[IN_WORDS[name], *(column[name] for column in columns)] for name in columns[0]]
    return markdown_table(["behind", *(words for words, _, _ in BY_LEARNER)], lines)


def by_learner(results: pd.DataFrame, way: str, metric: str) -> dict[str, str]:
    """Write what one way gains behind each learner."""
    gains = gains_of(results, "none", metric, [way])
    return {gain.learner: starred(gain) for gain in gains.itertuples()}


def speed_table() -> str:
    """Median seconds to balance a set, methods side by side."""
    _, rows = read_result(HERE / "speed.json")
    total = median_seconds(rows)
    lines = [[name, *map(number, seconds)] for name, seconds in total.iterrows()]
    return markdown_table(["set", *total.columns], lines)


BLOCKS: dict[str, Callable[[], str]] = {
    "held_out": held_out_table,
    "who_gains": who_gains_table,
    "speed": speed_table,
    **SENTENCES,
}
# A marker may be indented, so that a block can stand between the other points of a list.
BLOCK = re.compile(
    r"^( *<!-- (\w+) -->\n)(?:(?!<!--).)*?(^ *<!-- end -->)$", re.DOTALL | re.MULTILINE
)


@cache
def block(name: str) -> str:
    """Make a block once, on however many pages it stands."""
    if name not in BLOCKS:
        raise SystemExit(f"A page asks for {name}, which is no block.")
    return BLOCKS[name]()


def filled(text: str) -> str:
    """Replace every block of the text by what the results say now."""
    return BLOCK.sub(lambda found: f"{found[1]}{block(found[2])}\n{found[3]}", text)


def check_places(texts: Iterable[str]) -> None:
    """Make sure that every block stands on a page, and that every marker is of a whole block."""
    pages = "\n".join(texts)
    placed = [found[2] for found in BLOCK.finditer(pages)]
    if missing := set(BLOCKS) - set(placed):
        raise SystemExit(f"The pages have no place for {', '.join(sorted(missing))}.")
    if len(re.findall("<!--", pages)) != 2 * len(placed):
        raise SystemExit("On some page a marker of a block lacks the other one.")


if __name__ == "__main__":
    texts = {page: page.read_text() for page in PAGES}
    check_places(texts.values())
    for page, text in texts.items():
        page.write_text(filled(text))
