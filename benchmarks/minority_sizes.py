"""What strategies gain by the number of minority rows: learning curves on eight core sets.

    python benchmarks/minority_sizes.py    # writes minority_sizes.parquet, .json, .md and .png

The training parts keep 20, 50, 100 or 500 rows of the smallest class and all rows of the others;
what is scored stays the same. Every finished trial is kept in a store (results/), so that the study
goes on where it was stopped. ``--page-only`` writes the page anew from the results.
"""

import argparse
from pathlib import Path

import pandas as pd
from provenance import markdown_source
from study import earlier_results, results_of, run_study, study_parser

from gansampler.evaluation.axes.metrics import METRICS
from gansampler.evaluation.report.figures import plot_learning_curve
from gansampler.evaluation.report.tables import gains_table, to_markdown
from gansampler.evaluation.statistics.long_table import in_columns, panels, scores_by_dataset

# Of two classes each; of 4,000 rows, a training part of four fifths has 500 of the minority.
SETS = [
    "adult",
    "credit_data",
    "magic",
    "pakdd2009_credit",
    "phoneme",
    "spambase",
    "support2",
    "uci_credit_default",
]
SIZES = [20, 50, 100, 500]
STRATEGIES = ["none", "tuned_threshold", "random", "smote", "jitter", "lsgan"]
LEARNERS = ["xgboost_default", "xgboost_tuned"]
SCORES = ["roc_auc", "average_precision", "mcc", "f1", "balanced_accuracy"]
DRAWN = ["roc_auc", "average_precision"]
CELL = "{gain}{star} ({wins}/{n})"


def run(args: argparse.Namespace) -> pd.DataFrame:
    return run_study(
        [(name, args.data / f"{name}.parquet", "target") for name in args.sets],
        args.strategies,
        store=args.store,
        max_rows=args.rows,
        protocol={"minority_sizes": args.sizes},
        learners=LEARNERS,
        folds=args.folds,
        repeats=args.repeats,
        n_jobs=args.n_jobs,
        earlier=earlier_results(args),
        verbose=1,
    )


def page(results: pd.DataFrame, source: dict, out: Path) -> str:
    sets = results["dataset"].str.partition("@")[0].unique()
    parts = [INTRODUCTION.format(n=len(sets), sets=", ".join(sets), **source["settings"])]
    for learner, of_learner in results.groupby("learner", sort=False):
        parts += [f"## Behind {learner}"]
        parts += [f"![{name} by size]({figure(out, learner, name).name})" for name in DRAWN]
        for metric in SCORES:
            parts += [f"{METRICS[metric].title}:", to_markdown(gains_by_size(of_learner, metric))]
        if {"lsgan", "jitter"} <= set(of_learner["strategy"]):
            parts += ["*lsgan* against the control, *jitter*:", to_markdown(against(of_learner))]
    return "\n\n".join(["# Gain by minority size", *parts, markdown_source(source)]) + "\n"


def by_size(results: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Panels of one learner by size, the fewest rows first."""
    found = {key.minority_rows: panel for key, panel in panels(results)}
    return {f"{size:.0f}": found[size] for size in sorted(found)}


def gains_by_size(results: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Mean score without new rows, and mean gain of each strategy over it, at each size."""
    columns = {}
    for size, panel in by_size(results).items():
        gains = gains_table(panel, "none", CELL, metrics=[metric]).squeeze(axis="columns")
        score = scores_by_dataset(panel, metric).loc["none"].mean()
        columns[size] = pd.concat([pd.Series({"none (score)": f"{score:.3f}"}), gains])
    return pd.DataFrame(columns).rename_axis("strategy")


def against(results: pd.DataFrame, ours: str = "lsgan", other: str = "jitter") -> pd.DataFrame:
    """Gains of one strategy over another, metrics by sizes."""
    columns = {
        size: gains_table(panel, other, CELL, strategies=[ours], metrics=SCORES).loc[ours]
        for size, panel in by_size(results).items()
    }
    return pd.DataFrame(columns).rename_axis("metric")


def figure(out: Path, learner: object, metric: str) -> Path:
    return out.with_name(f"{out.stem}_{learner}_{metric}.png")


def draw(results: pd.DataFrame, out: Path) -> None:
    for learner, part in results.groupby("learner", sort=False):
        for metric in DRAWN:
            curve = plot_learning_curve(part, metric, "none")
            curve.savefig(figure(out, learner, metric), dpi=120)


INTRODUCTION = """\
{n} sets of at most {rows} rows ({sets}), {repeats} x {folds} folds. The training parts keep so
many rows of the smallest class and all of the others; the smaller draws are parts of the larger
ones, and the rows that are scored stay the same. XGBoost with its defaults (*xgboost_default*) and
with 300 trees of depth 4, learning rate 0.05, subsample 0.8 (*xgboost_tuned*); neither stops early.

The first line of a table is the mean score without new rows, the others the gain over it (Hodges
and Lehmann's estimate), and on how many sets there is one; * where p of Wilcoxon's test is below
.05 after Holm's correction for the few comparisons of a size that were chosen before any run."""


def main() -> None:
    parser = study_parser("minority_sizes", __doc__)
    parser.add_argument("--sets", nargs="+", default=SETS)
    parser.add_argument("--strategies", nargs="+", default=STRATEGIES)
    parser.add_argument("--sizes", nargs="+", type=int, default=SIZES)
    parser.add_argument("--rows", type=int, default=4000, help="at most, of each set")
    args = parser.parse_args()
    results, source = results_of(args, run, rows=args.rows, sizes=args.sizes)
    results = in_columns(results)
    draw(results, args.out)
    args.out.with_suffix(".md").write_text(page(results, source, args.out))


if __name__ == "__main__":
    main()
