"""The protocol of the notes that this project began with, at full size, behind 500 trees.

    python benchmarks/notes_protocol.py             # 327,346 rows; writes .parquet, .json and .md
    python benchmarks/notes_protocol.py --rows 20000 --store /tmp/few.sqlite --out /tmp/few.parquet

The rows of one class, the smaller one, are added to by SMOTE(NC) or by an LSGAN; XGBoost grows 500
trees without early stopping. Every finished trial is kept in a store (results/), so that the study
goes on where it was stopped. ``--page-only`` writes the page anew from the results.
"""

import argparse

import pandas as pd
from provenance import markdown_source
from study import earlier_results, results_of, run_study, study_parser

from gansampler.evaluation.report.tables import (
    WITH_INTERVAL,
    effort_table,
    gains_table,
    means_table,
    notes_table,
    to_markdown,
)
from gansampler.evaluation.statistics.long_table import scores_by_fold
from gansampler.evaluation.tables import DataSet

NAME = "nyc_flights_late"
# Accuracies that the notes give, of some 320,000 rows.
PUBLISHED = {"none": 0.9274, "smote": 0.9099, "lsgan": 0.9272}
TREES = 500


def data_set(args: argparse.Namespace) -> DataSet:
    return DataSet(NAME, args.data / f"{NAME}.parquet", "target")


def run(args: argparse.Namespace) -> pd.DataFrame:
    return run_study(
        [data_set(args)],
        args.strategies,
        store=args.store,
        max_rows=args.rows,
        learners=["xgboost_default"],
        params={"n_estimators": TREES},
        folds=args.folds,
        repeats=args.repeats,
        n_jobs=args.n_jobs,
        earlier=earlier_results(args),
        verbose=1,
    )


def facts(args: argparse.Namespace) -> dict[str, object]:
    """What the table is like, for the page."""
    X, y = data_set(args).load(args.rows)
    shares = y.value_counts(normalize=True)
    return {"rows": len(X), "columns": X.shape[1], "largest_class": round(shares.iloc[0], 4)}


def page(results: pd.DataFrame, source: dict) -> str:
    parts = [
        INTRODUCTION.format(trees=TREES, name=NAME, **source["settings"]),
        "## Accuracy beside the notes'",
        to_markdown(beside_the_notes(results)),
        DIFFERENCES.format(**source["settings"]),
        "## Mean of each metric (of log-loss and Brier, less is better)",
        to_markdown(means_table(results)),
        "## Gain over no resampling",
        GAINS,
        to_markdown(in_one_line(gains_table(results, "none", WITH_INTERVAL))),
        "## Class ratio of each training part before and after (smallest / largest)",
        to_markdown(notes_table(results)),
        "## Effort on one fold, on one thread",
        to_markdown(effort_table(results)),
    ]
    return "\n\n".join(["# The notes' protocol", *parts, markdown_source(source)]) + "\n"


def beside_the_notes(results: pd.DataFrame) -> pd.DataFrame:
    """Accuracies here and in the notes, and how far each is from no resampling there."""
    here = scores_by_fold(results, "accuracy").mean(axis=1)
    notes = pd.Series(PUBLISHED).reindex(here.index)
    table = {
        "here": here.map("{:.4f}".format),
        "here, less none": (here - here["none"]).map("{:+.4f}".format),
        "notes": notes.map("{:.4f}".format),
        "notes, less none": (notes - notes["none"]).map("{:+.4f}".format),
    }
    return pd.DataFrame(table).rename_axis("strategy")


def in_one_line(table: pd.DataFrame) -> pd.DataFrame:
    """Turn a table of cells of several lines on its side, metrics by strategies."""
    return table.replace("\n", "; ", regex=True).T.rename_axis(index="metric", columns=None)


INTRODUCTION = """\
*{name}*: {rows:,} rows, {columns} columns, two classes. {repeats} x {folds} folds; XGBoost
with its defaults but {trees} trees, no early stopping. Rows are added to one class, the smaller
one, until it is as large as the other, by SMOTENC (*smote*) or by `LSGANOverSampler` (*lsgan*), in
the training part alone."""
DIFFERENCES = """\
The data differ: the notes measured another table, of some 320,000 rows; this is a public one of
about that size. So levels do not compare, and differences to *none* only with care. To answer
always with the larger class gives an accuracy of {largest_class:.4f} here, so that accuracy says
little of the smaller one; the metrics below say more."""
GAINS = """\
Mean over the folds; its 95 % interval by the corrected t-test; the folds on which it is better; p
of that test, for one comparison alone. A * stands where p of the few that were chosen before any
run (ROC-AUC and average precision) is below .05 after Holm's correction. More is better, losses
are turned."""


def main() -> None:
    parser = study_parser("notes_protocol", __doc__)
    parser.add_argument("--strategies", nargs="+", default=list(PUBLISHED))
    parser.add_argument("--rows", type=int, help="at most; all by default")
    args = parser.parse_args()
    settings = {} if args.page_only else facts(args)
    results, source = results_of(args, run, **settings)
    args.out.with_suffix(".md").write_text(page(results, source))


if __name__ == "__main__":
    main()
