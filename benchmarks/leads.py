"""Ideas by which rows might become more useful, each beside its placebo, on half of the core sets.

    python benchmarks/leads.py             # hours; writes leads.parquet, .json and .md
    python benchmarks/leads.py --repeats 1

An idea is kept if it beats both the sampler without it and its placebo. The sets are every second
one of two classes of those that defaults are chosen on. Every finished trial is kept in a store
(results/leads.sqlite), so the study goes on where it was stopped.
"""

import argparse
from typing import Any

import lead_samplers as ideas
import pandas as pd
from core_sets import LEARNERS, METRICS, core_sets, sources
from provenance import markdown_source
from study import repeat_by_repeat, results_of, study_parser, tables_of_changes

from gansampler import Enlarge, JitterOverSampler, LSGANOverSampler
from gansampler.evaluation.statistics.gains import paired_gains
from gansampler.evaluation.statistics.long_table import in_columns

BASE = "lsgan_x3"
RANKING = ["roc_auc", "average_precision"]
X3 = Enlarge(3)
PAIRS = {
    "a fresh critic joins the judge": (
        ideas.FreshCritic(X3),
        ideas.FreshCriticPlacebo(X3),
    ),
    "doubtful rows of the largest class as a class": (
        ideas.ThreeLabels(X3),
        ideas.ThreeLabelsPlacebo(X3),
    ),
    "three generators on bootstraps, judges out of bag": (
        ideas.Bootstraps(X3),
        ideas.BootstrapsPlacebo(X3),
    ),
    "the student's held-out gradient in the loss": (
        ideas.StudentsGradient(X3),
        ideas.StudentsGradientPlacebo(X3),
    ),
    "rows near the border alone": (
        LSGANOverSampler(X3, acceptance=ideas.NearBorder()),
        LSGANOverSampler(X3, acceptance=ideas.NearBorderPlacebo()),
    ),
}
OTHERS = {
    "none": "none",
    BASE: BASE,
    "jitter_x3": "jitter_x3",
    # The name is a seed as well: so far apart are two runs of the same thing.
    "the same with other seeds": LSGANOverSampler(X3),
    "no network, half of the anchors narrow": JitterOverSampler(X3, anchor=ideas.BothBreadths()),
}
ARMS: dict[str, Any] = OTHERS | {
    name: sampler
    for idea, pair in PAIRS.items()
    for name, sampler in zip((idea, f"{idea}: placebo"), pair, strict=True)
}


def run(args: argparse.Namespace) -> pd.DataFrame:
    """Run one repeat of all arms after the other."""
    sets = core_sets(args.data, "chosen-on").query("classes == 2").iloc[::2]
    how = {"learners": LEARNERS, "metrics": METRICS, "max_rows": args.rows}
    return repeat_by_repeat(args, sources(args.data, sets), ARMS, **how)


def page(results: pd.DataFrame, source: dict) -> str:
    facts = {"sets": results["dataset"].nunique(), "repeats": results["repeat"].nunique()}
    parts = [INTRODUCTION.format(**{**source["settings"], **facts})]
    parts += [f"Kept: {', '.join(kept(results)) or 'none'}."]
    parts += tables_of_changes(results, BASE, list(ARMS), LEARNERS, METRICS)
    return "\n\n".join(["# Leads", *parts, markdown_source(source)]) + "\n"


def kept(results: pd.DataFrame) -> list[str]:
    """Name the ideas that rank surely better than both the base and their placebo."""
    surely = []
    for idea in PAIRS:
        against = [BASE, f"{idea}: placebo"]
        gains = paired_gains(results, against, strategies=[idea], metrics=RANKING)
        is_better = (gains["gain"] > 0) & (gains["p"] < 0.05)
        if is_better.groupby([gains["learner"], gains["metric"]], observed=True).all().any():
            surely.append(idea)
    return surely


INTRODUCTION = """\
{sets} core sets of two classes, of those that defaults are chosen on, of at most {rows} rows,
{repeats} x {folds} folds. Each row of a table is a change of *{base}*, or what stands beside it:
the mean difference to that (more is better), on how many sets it is better, and p of Wilcoxon's
signed-rank test, not corrected for the many rows. A placebo does all that the idea above it does,
with what the idea goes by shuffled; that of the bootstraps has three generators on all rows, each
with its own judge of all rows. Seconds to resample are medians over the sets. An idea is kept if
ROC-AUC or average precision is surely higher (p below .05) than without it, and than with its
placebo.""".replace("{base}", BASE)


if __name__ == "__main__":
    parser = study_parser("leads", __doc__)
    parser.set_defaults(folds=3, repeats=3)
    parser.add_argument("--rows", type=int, default=800, help="at most, of each set")
    args = parser.parse_args()
    found, provenance = results_of(args, run, rows=args.rows)
    args.out.with_suffix(".md").write_text(page(in_columns(found), provenance))
