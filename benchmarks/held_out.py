"""What is left of the gains on sets that took no part in any choice, held against fair controls.

    python benchmarks/held_out.py             # an hour or two; writes held_out.parquet and .md
    python benchmarks/held_out.py --page-only

The sets are every second of the core sets by name; the defaults were chosen on the others. Both
sides of a comparison of labels have their threshold tuned for the very metric, and probabilities
are held against calibration. Every finished trial is kept in a store (results/held_out.sqlite), so
the study goes on where it was stopped.
"""

import argparse
from pathlib import Path
from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from core_sets import core_sets, sources
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from provenance import markdown_source
from study import earlier_results, results_of, run_study, study_parser

from gansampler.evaluation.axes.metrics import METRICS
from gansampler.evaluation.report.figures import DARK, STYLE, mark
from gansampler.evaluation.report.tables import to_markdown
from gansampler.evaluation.report.words import signed
from gansampler.evaluation.statistics.gains import paired_gains
from gansampler.evaluation.statistics.long_table import in_columns

STRATEGIES = ["none", "tuned_threshold", "calibrated", "smote", "smote_scaled", "jitter", "lsgan"]
LEARNERS = ["xgboost_default", "xgboost_tuned"]
READOUTS = ["as_is", "tuned", "prior_corrected"]
RANKING = ["roc_auc", "average_precision"]
LABELS = ["mcc", "f1", "balanced_accuracy"]
PROBABILITIES = ["log_loss", "brier"]


def run(args: argparse.Namespace) -> pd.DataFrame:
    return run_study(
        sources(args.data, core_sets(args.data, "held-out")),
        STRATEGIES,
        store=args.store,
        earlier=earlier_results(args),
        max_rows=args.rows,
        folds=args.folds,
        repeats=args.repeats,
        learners=LEARNERS,
        readouts=READOUTS,
        n_jobs=args.n_jobs,
        verbose=1,
    )


def page(results: pd.DataFrame, source: dict) -> str:
    n = results["dataset"].nunique()
    parts = [INTRODUCTION.format(sets=n, rows=source["settings"]["rows"]), PICTURE]
    for learner in LEARNERS:
        own = results[results["learner"] == learner]
        parts += [f"## Behind {learner}", *ranking(own), *labels(own), *probabilities(own)]
    return (
        "\n\n".join(["# Sets that took no part in any choice", *parts, markdown_source(source)])
        + "\n"
    )


def ranking(own: pd.DataFrame) -> list[str]:
    gains = paired_gains(read(own, "as_is"), ["none", "jitter"], metrics=RANKING, strategies=ROWS)
    return [f"### Ranking\n\n{TESTED}", table(gains, with_holm=True)]


def labels(own: pd.DataFrame) -> list[str]:
    """Tune the threshold of both sides for each metric."""
    tuned = read(own, "tuned")
    gains = paired_gains(tuned, ["none", "jitter"], strategies=ROWS, metrics=LABELS)
    shown = own[(own["strategy"] == "none") & (own["readout"] == "tuned")]
    mixed = pd.concat([read(own, "as_is"), shown.assign(strategy="none, tuned", readout="as_is")])
    half = paired_gains(mixed, "none, tuned", strategies=[*ROWS, "none"], metrics=LABELS)
    return [
        f"### Labels, thresholds of both sides tuned for each metric\n\n{TOLD}",
        table(gains),
        "### Labels at one half, against no new rows and a threshold tuned for each metric",
        table(half),
    ]


def probabilities(own: pd.DataFrame) -> list[str]:
    """Hold corrected probabilities against those of no new rows, and against calibrated ones."""
    corrected = read(own, "prior_corrected")
    plain = read(own, "as_is")
    both = pd.concat(
        [
            corrected[corrected["strategy"].isin(ROWS)],
            plain[plain["strategy"].isin(["none", "calibrated"])].assign(readout="prior_corrected"),
        ]
    )
    named = [*ROWS, "calibrated"]
    gains = paired_gains(both, ["none", "calibrated"], strategies=named, metrics=PROBABILITIES)
    return [f"### Probabilities, after the correction for new rows\n\n{TOLD}", table(gains)]


ROWS = ["smote", "smote_scaled", "jitter", "lsgan"]


def read(own: pd.DataFrame, readout: str) -> pd.DataFrame:
    return own[own["readout"] == readout]


def table(gains: pd.DataFrame, *, with_holm: bool = False) -> str:
    """Write estimates with their intervals and p, pairs by metrics."""
    cells: dict[str, dict[str, str]] = {}
    for row in gains.itertuples():
        p = row.p_holm if with_holm else row.p
        said = f"{cell(row)}, p {'<.001' if p < 0.001 else f'{p:.3f}'}"
        pair = f"{row.strategy} against {row.reference}"
        cells.setdefault(pair, {})[METRICS[row.metric].title] = said
    return to_markdown(pd.DataFrame(cells).T.rename_axis("")).replace("nan", "-")


def cell(row: Any) -> str:
    """Write an estimate with its interval and on how many sets it is above zero."""
    star = "*" if row.clearly else ""
    interval = f"[{signed(row.low)}, {signed(row.high)}]"
    return f"{signed(row.gain)}{star} {interval}, {row.wins}/{row.n}"


def draw(results: pd.DataFrame, out: Path) -> None:
    """Draw the gains over no new rows, with their intervals: learners by scores."""
    drawn = {"as_is": RANKING, "tuned": ["f1", "mcc"]}
    columns = [(readout, metric) for readout, metrics in drawn.items() for metric in metrics]
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(10.5, 4.6), layout="constrained")
        axes = figure.subplots(len(LEARNERS), len(columns), sharex="col", sharey=True)
        for learner, row in zip(LEARNERS, axes, strict=True):
            own = results[results["learner"] == learner]
            for (readout, metric), ax in zip(columns, row, strict=True):
                gains = paired_gains(read(own, readout), "none", strategies=ROWS, metrics=[metric])
                draw_gains(ax, gains)
                if learner == LEARNERS[0]:
                    tuned = "\nboth thresholds tuned for it" if readout == "tuned" else "\n"
                    ax.set_title(METRICS[metric].title + tuned, fontsize=10)
            row[0].set_ylabel(learner)
        figure.savefig(out.with_suffix(".png"), dpi=120)


def draw_gains(ax: Axes, gains: pd.DataFrame) -> None:
    ax.axvline(0, color=DARK, linewidth=0.8, linestyle=":")
    places = np.arange(len(gains))
    ax.hlines(places, gains["low"], gains["high"], color=DARK, linewidth=1)
    for place, row in zip(places, gains.itertuples(), strict=True):
        ax.plot([row.gain], [place], **mark(row.strategy))
    ax.set_yticks(places, gains["strategy"])
    ax.set_ylim(len(gains) - 0.4, -0.6)
    ax.grid(axis="x", color="#EEEEEE")
    ax.set_axisbelow(True)


INTRODUCTION = """\
{sets} core sets on which no default of ours was chosen, at most {rows:,} rows of each, five folds,
one repeat. A gain is turned so that + is better for every metric: the Hodges-Lehmann estimate over
the sets with the interval that inverts Wilcoxon's signed-rank test, on how many sets it is above
zero, and p of that test."""
PICTURE = "![Gains over no new rows, with their intervals](held_out.png)"
TESTED = """\
The declared family: ROC-AUC and average precision against no resampling and against the control
without a network (jitter). p is Holm's over the four of a strategy, and a star says that it is
below .05."""
TOLD = "Told, not tested: p stands as it comes, uncorrected."


if __name__ == "__main__":
    parser = study_parser("held_out", __doc__)
    parser.add_argument("--rows", type=int, default=2000, help="of each set, at most")
    args = parser.parse_args()
    found, provenance = results_of(args, run, rows=args.rows)
    found = in_columns(found)
    draw(found, args.out)
    args.out.with_suffix(".md").write_text(page(found, provenance))
