"""Up to what size of table more rows than balance pay: large sets, cut to one size after another.

    python benchmarks/enlargement.py             # an hour; writes enlargement.parquet and .md
    python benchmarks/enlargement.py --sizes 500 2000

Large sets of two classes among those that defaults are chosen on. Rows without a network are held
against no new rows, at balance and with every class three times as large as the largest, without
the cap of `Enlarge`. Every finished trial is kept in a store for each size (results/), so the study
goes on where it was stopped.
"""

import argparse

import pandas as pd
from core_sets import LEARNERS, core_sets, sources
from provenance import markdown_source
from study import earlier_results, results_of, run_study, study_parser

from gansampler import Enlarge, JitterOverSampler
from gansampler.evaluation.axes.metrics import METRICS
from gansampler.evaluation.report.tables import to_markdown
from gansampler.evaluation.report.words import signed
from gansampler.evaluation.statistics.gains import gains_by_unit
from gansampler.evaluation.statistics.long_table import (
    in_columns,
    scores_by_dataset,
    values_by_fold,
)

SIZES = [500, 2_000, 5_000, 10_000, 20_000, 50_000]
ARMS = {"none": "none", "jitter": "jitter", "x3": JitterOverSampler(Enlarge(3, max_rows=None))}
SHOWN = ["roc_auc", "average_precision"]


def run(args: argparse.Namespace) -> pd.DataFrame:
    """Run one size after the other, on the sets that have so many rows."""
    sets = core_sets(args.data, "chosen-on").query("classes == 2")
    earlier, parts = earlier_results(args), []
    for size in args.sizes:
        of_size = None if earlier is None else earlier[earlier["size"] == size].drop(columns="size")
        results = run_study(
            sources(args.data, sets[(sets["rows"] >= size) & (sets["rows"] >= 10_000)]),
            ARMS,
            store=args.store.with_stem(f"{args.store.stem}_{size}"),
            earlier=of_size,
            max_rows=size,
            folds=args.folds,
            repeats=args.repeats,
            learners=LEARNERS,
            metrics=SHOWN,
            n_jobs=args.n_jobs,
            verbose=1,
        )
        parts.append(results.assign(size=size))
    return pd.concat(parts, ignore_index=True)


def page(results: pd.DataFrame, source: dict) -> str:
    parts = [INTRODUCTION.format(**source["settings"])]
    for learner in LEARNERS:
        own = results[results["learner"] == learner]
        lines = {size: line(in_columns(part)) for size, part in own.groupby("size")}
        parts += [f"## Behind {learner}", to_markdown(pd.DataFrame(lines).T.rename_axis("rows"))]
    return "\n\n".join(["# How far classes are enlarged", *parts, markdown_source(source)]) + "\n"


def line(panel: pd.DataFrame) -> dict[str, str]:
    """Mean gains of one size, on how many sets there is one, and seconds to resample."""
    said = {}
    for metric in SHOWN:
        title = METRICS[metric].title
        over_none = gains_by_unit(panel, metric, "none", scores_by_dataset).loc["jitter"]
        over_balance = gains_by_unit(panel, metric, "jitter", scores_by_dataset).loc["x3"]
        said[f"{title}: balance over none"] = written(over_none)
        said[f"{title}: x3 over balance"] = written(over_balance)
    seconds = values_by_fold(panel, "seconds_resample").mean(axis=1)
    said["seconds, balance and x3"] = f"{seconds['jitter']:.1f}, {seconds['x3']:.1f}"
    return said


def written(differences: pd.Series) -> str:
    wins, n = int((differences > 0).sum()), len(differences)
    return f"{signed(differences.mean())} ({wins}/{n})"


INTRODUCTION = """\
Core sets of two classes and 10,000 rows or more, of those that defaults are chosen on, cut to so
many rows; {repeats} x {folds} folds. *jitter* balances the classes without a network, *x3* fills
both up to three times the rows of the larger one. Mean difference, and on how many sets it is above
zero."""


if __name__ == "__main__":
    parser = study_parser("enlargement", __doc__)
    parser.set_defaults(folds=3)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    args = parser.parse_args()
    found, provenance = results_of(args, run, sizes=args.sizes)
    args.out.with_suffix(".md").write_text(page(found, provenance))
