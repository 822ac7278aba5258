"""Who gains by new rows: learners, each with its threshold, its weights, SMOTE and our rows.

    python benchmarks/who_gains.py             # hours; writes who_gains.parquet, .json and .md
    python benchmarks/who_gains.py --half held-out

The sets are the core sets of two classes; those on which defaults were chosen are told apart. Every
finished trial is kept in a store (results/who_gains.sqlite), so the study goes on where it was
stopped. LightGBM and CatBoost take part where they are installed.
"""

import argparse
from importlib.util import find_spec
from typing import Any

import pandas as pd
from core_sets import core_sets, sources
from provenance import markdown_source
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from study import earlier_results, results_of, run_study, study_parser

from gansampler.evaluation.axes.metrics import METRICS
from gansampler.evaluation.report.tables import to_markdown
from gansampler.evaluation.report.words import signed
from gansampler.evaluation.statistics.gains import holm, paired_gains
from gansampler.evaluation.statistics.long_table import in_columns


def learners() -> dict[str, Any]:
    """Name those that are installed."""
    found = {
        "logistic": LogisticRegression(max_iter=1_000),
        "forest": RandomForestClassifier(200),
        "hist_boosting": HistGradientBoostingClassifier(),
        "mlp": MLPClassifier(early_stopping=True),
        "xgboost_default": "xgboost_default",
        "xgboost_tuned": "xgboost_tuned",
        "xgboost_stopped": "xgboost",
    }
    if find_spec("lightgbm"):
        from lightgbm import LGBMClassifier

        found["lightgbm"] = LGBMClassifier(n_jobs=1, verbose=-1)
    if find_spec("catboost"):
        from catboost import CatBoostClassifier

        found["catboost"] = CatBoostClassifier(verbose=0, thread_count=1, allow_writing_files=False)
    return found


ROWS = ["smote", "smote_x3", "jitter", "jitter_x3", "lsgan", "lsgan_x3"]
STRATEGIES = ["none", "tuned_threshold", "with_judge", *ROWS]
WEIGHTLESS = {"mlp"}
RANKING, LABELS = ["roc_auc", "average_precision"], ["mcc", "f1"]
OURS = "lsgan_x3"
# What to do, what that needs, and the comparison that says so: of what, over what, by which metric.
ADVICE = [
    ("Take rows", "rows of LSGAN, enlarged, rank better than none", OURS, "none", "roc_auc"),
    (
        "Take a threshold",
        "one tuned for F1, without any row, has a higher F1 than those rows at one half",
        "tuned_threshold",
        OURS,
        "f1",
    ),
    (
        "Take the judge along",
        "its mean with the learner, without any row, ranks better than the learner with those rows",
        "with_judge",
        OURS,
        "roc_auc",
    ),
]


def run(args: argparse.Namespace) -> pd.DataFrame:
    """Run all learners, then class weights for those that take some, each into its store."""
    sets = core_sets(args.data, args.half).query("classes == 2")
    chosen = {name: learners()[name] for name in args.learners}
    weighted = {name: learner for name, learner in chosen.items() if name not in WEIGHTLESS}
    earlier, parts = earlier_results(args), []
    for strategies, taught in ((STRATEGIES, chosen), (["class_weight"], weighted)):
        kind = strategies[-1]
        results = run_study(
            sources(args.data, sets),
            strategies,
            store=args.store.with_stem(f"{args.store.stem}_{kind}"),
            earlier=None if earlier is None else earlier[earlier["strategy"].isin(strategies)],
            max_rows=args.rows,
            folds=args.folds,
            repeats=args.repeats,
            learners=taught,
            metrics=[*RANKING, *LABELS],
            n_jobs=args.n_jobs,
            verbose=1,
        )
        parts.append(results)
    return pd.concat(parts, ignore_index=True)


def page(results: pd.DataFrame, source: dict) -> str:
    held_out = set(source["settings"]["held_out"])
    facts = {"sets": results["dataset"].nunique(), **source["settings"]}
    parts = [INTRODUCTION.format(**facts)]
    unseen = results["dataset"].isin(held_out)
    halves = [("Sets that took no part in any choice", results[unseen])]
    if not unseen.all():
        halves.insert(0, ("All sets", results))
    parts += [f"## In plain words\n\n{SURE}"]
    parts += [advice(results[unseen], *entry) for entry in ADVICE]
    for words, part in halves:
        parts += [f"## {words}"]
        for metric in [*RANKING, *LABELS]:
            parts += [f"### {METRICS[metric].title}", to_markdown(gains_by_learner(part, metric))]
    return "\n\n".join(["# Who gains by new rows", *parts, markdown_source(source)]) + "\n"


def gains_of(
    results: pd.DataFrame, reference: str, metric: str, strategies: list[str] | None = None
) -> pd.DataFrame:
    """Give what strategies, by default all that were run, gain behind each learner."""
    if strategies is not None:
        results = results[results["strategy"].isin([*strategies, reference])]
    found = [
        paired_gains(in_columns(own), reference, metrics=[metric], strategies=strategies)
        for _, own in results.groupby("learner", sort=False, observed=True)
    ]
    return pd.concat(found, ignore_index=True)


def advice(
    results: pd.DataFrame, what: str, because: str, strategy: str, reference: str, metric: str
) -> str:
    """Say behind which learners one strategy is surely above another, and behind which not."""
    groups = by_certainty(results, strategy, reference, metric)
    found = [
        f"{words} behind " + ", ".join(f"{g.learner} ({signed(g.gain)})" for g in own.itertuples())
        for words, own in zip(("so", "the other way round", "not sure"), groups, strict=True)
        if len(own)
    ]
    return f"**{what}** where {because}: {'; '.join(found)}."


def by_certainty(
    results: pd.DataFrame, strategy: str, reference: str, metric: str
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Part learners: one strategy is surely above another behind them, surely below, neither."""
    gains = gains_of(results, reference, metric, [strategy])
    sure = holm(gains["p"]) < 0.05
    above, below = gains["gain"] > 0, gains["gain"] < 0
    return gains[sure & above], gains[sure & below], gains[~sure]


def starred(gain: Any) -> str:
    """Write a gain, a star where p is below .05, and on how many sets there is one."""
    return f"{signed(gain.gain)}{'*' if gain.p < 0.05 else ''} ({gain.wins}/{gain.n})"


def gains_by_learner(results: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Learners by strategies: the gain over no new rows, a star where p is below .05."""
    gains = gains_of(results, "none", metric)
    said = [starred(gain) for gain in gains.itertuples()]
    table = gains.assign(said=said).pivot(index="learner", columns="strategy", values="said")
    return table.fillna("-")


SURE = "Sure is what stands after Holm's correction for the learners."
INTRODUCTION = """\
{sets} core sets of two classes, of at most {rows} rows, {repeats} x {folds} folds. The gain over no
new rows is the estimate of Hodges and Lehmann over the sets, in brackets on how many there is one;
a star says that p of Wilcoxon's signed-rank test is below .05, not corrected for the many cells.
Scores of labels are taken at one half, but for *tuned_threshold*, which is tuned for the very
score."""


if __name__ == "__main__":
    parser = study_parser("who_gains", __doc__)
    parser.set_defaults(folds=3)
    parser.add_argument("--half", default="all")
    parser.add_argument("--learners", nargs="+", choices=learners(), default=list(learners()))
    parser.add_argument("--rows", type=int, default=1000, help="of each set, at most")
    args = parser.parse_args()
    names = core_sets(args.data, "held-out")["name"].tolist()
    found, provenance = results_of(args, run, rows=args.rows, held_out=names)
    args.out.with_suffix(".md").write_text(page(found, provenance))
