"""The judge as a teacher: which one, how many rows, how sharp, on half of the core sets.

    python benchmarks/teacher.py             # an hour or two; writes teacher.parquet, .json and .md
    python benchmarks/teacher.py --repeats 3

Rows without a network are accepted by one judge after another, at balance and enlarged, and XGBoost
learns from them. The sets are those that defaults are chosen on. Every finished trial is kept in a
store (results/teacher.sqlite), so the study goes on where it was stopped.
"""

import argparse
from typing import Any

import pandas as pd
from core_sets import LEARNERS, METRICS, core_sets, sources
from provenance import markdown_source
from sklearn.ensemble import ExtraTreesClassifier, HistGradientBoostingClassifier, VotingClassifier
from sklearn.ensemble import RandomForestClassifier as Forest
from study import repeat_by_repeat, results_of, study_parser, tables_of_changes

from gansampler import Enlarge, JitterOverSampler, LSGANOverSampler
from gansampler.acceptance import ClassifierAcceptance
from gansampler.anchors import NeighborAnchors
from gansampler.evaluation.statistics.long_table import in_columns

BASE = "jitter_x3"
LEAF = {"min_samples_leaf": 2}
BOOSTED = {"learning_rate": 0.05, "max_leaf_nodes": 15, "max_features": 0.5}


def taught(times: float = 3, judge: Any = None, sharpness: float = 2.0) -> JitterOverSampler:
    rule = ClassifierAcceptance(judge, sharpness=sharpness)
    return JitterOverSampler(Enlarge(times), acceptance=rule)


def voted(*members: Any) -> VotingClassifier:
    named = [(type(member).__name__.lower(), member) for member in members]
    return VotingClassifier(named, voting="soft")


def forests() -> tuple[Any, Any]:
    return Forest(100, **LEAF), ExtraTreesClassifier(100, bootstrap=True, **LEAF)


def boosted() -> HistGradientBoostingClassifier:
    return HistGradientBoostingClassifier(early_stopping=False, **BOOSTED)


REFERENCES = {"none": "none", BASE: BASE, "with_judge": "with_judge", "judge": "judge"}
ROWS = {
    # The name is a seed as well: so far apart are two runs of the same thing.
    f"{BASE} with other seeds": taught(),
    "jitter": "jitter",
    "every class x1.5": taught(1.5),
    "every class x8": taught(8),
    "lsgan_x3": "lsgan_x3",
    "random_x3": "random_x3",
    "smote_x3": "smote_x3",
}
JUDGES = {
    "judge: a forest of 50 trees": taught(judge=Forest(50, **LEAF)),
    "the same at balance": taught(1, Forest(50, **LEAF)),
    "judge: a forest of 300 trees": taught(judge=Forest(300, **LEAF)),
    "judge: 300 extremely randomised trees": taught(
        judge=ExtraTreesClassifier(300, bootstrap=True, **LEAF)
    ),
    "judge: both forests, no regression": taught(judge=voted(*forests())),
    "judge: both forests, boosted trees": taught(judge=voted(*forests(), boosted())),
}
SHARPNESS = {f"sharpness: 2 -> {s:g}": taught(sharpness=s) for s in (1.0, 3.0)}
BREADTH = {
    "neighbours: 5 -> 15, jitter: 0.5 -> 1": JitterOverSampler(
        Enlarge(3), anchor=NeighborAnchors(15, jitter=1.0)
    ),
    "lsgan at balance": LSGANOverSampler(),
}
ARMS = REFERENCES | ROWS | JUDGES | SHARPNESS | BREADTH


def run(args: argparse.Namespace) -> pd.DataFrame:
    """Run one repeat of all arms after the other."""
    sets = core_sets(args.data, "chosen-on")
    how = {"learners": LEARNERS, "metrics": [*METRICS, "log_loss"], "max_rows": args.rows}
    return repeat_by_repeat(args, sources(args.data, sets), ARMS, **how)


def page(results: pd.DataFrame, source: dict) -> str:
    facts = {"sets": results["dataset"].nunique(), "repeats": results["repeat"].nunique()}
    parts = [INTRODUCTION.format(**{**source["settings"], **facts})]
    parts += tables_of_changes(results, BASE, list(ARMS), LEARNERS, [*METRICS, "log_loss"])
    return "\n\n".join(["# The judge as a teacher", *parts, markdown_source(source)]) + "\n"


INTRODUCTION = """\
{sets} core sets, those that defaults are chosen on, of at most {rows} rows, {repeats} x {folds}
folds. *{base}* fills every class up to three times the rows of the largest without a network, its
rows judged by the committee of two forests and a logistic regression; every row of a table changes
one thing in that, and tells the mean difference to it (more is better), on how many sets it is
better, and p of Wilcoxon's signed-rank test, not corrected for the many rows. Seconds to resample
are medians over the sets.""".replace("{base}", BASE)


if __name__ == "__main__":
    parser = study_parser("teacher", __doc__)
    parser.set_defaults(folds=3)
    parser.add_argument("--rows", type=int, default=1000, help="at most, of each set")
    args = parser.parse_args()
    found, provenance = results_of(args, run, rows=args.rows)
    args.out.with_suffix(".md").write_text(page(in_columns(found), provenance))
