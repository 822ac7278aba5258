"""Look at why: which sets gain from new rows, and whether trees put those rows to use.

    python benchmarks/why.py    # minutes, on one core; writes why.json and why.md

The gains come from the results of core_sets.py; the trees are grown here. Results in the repository
are enough to write the page anew: ``--page-only``.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import numpy as np
import pandas as pd
from core_sets import HALVES, LEARNERS, OURS, core_sets, describe, of, sources
from joblib import Parallel, delayed
from provenance import markdown_source, provenance, read_result, write_result
from scipy.stats import spearmanr, wilcoxon
from study import HERE, plain_parser
from threadpoolctl import threadpool_limits

from gansampler.evaluation.axes.learners import Learner, XGBoostModel, pick_learners
from gansampler.evaluation.axes.strategies import pick_strategies
from gansampler.evaluation.report.tables import to_markdown
from gansampler.evaluation.splits import derive_seed, make_splits
from gansampler.evaluation.statistics.gains import holm
from gansampler.evaluation.statistics.long_table import scores_by_dataset
from gansampler.evaluation.tables import DataSet, classes_by_frequency
from gansampler.evaluation.trial import Fold, Treatment

METRICS = ["roc_auc", "average_precision"]
MAKERS = ["smote", "jitter", OURS]
FACTS = {
    "minority_rows": "minority rows",
    "imbalance_ratio": "imbalance ratio",
    "classes": "classes",
    "categorical_share": "share of categorical columns",
    "missing_share": "share of missing values",
    "score": "score of *none*",
    "middle": f"mean score of *none* and *{OURS}*",
}


def gain_rows(results: pd.DataFrame, folder: Path, max_rows: int | None) -> Iterator[dict]:
    """What each set gains, beside what it is like: one row for each learner and metric."""
    facts = {
        name: describe(*DataSet(name, path, target).load(max_rows))
        for name, path, target in sources(folder, core_sets(folder))
        if name in set(results["dataset"])
    }
    for learner in LEARNERS:
        panel = of(results, learner, "as_is")
        for metric in METRICS:
            scores = scores_by_dataset(panel, metric)
            for name, both in scores.loc[["none", OURS]].T.dropna().iterrows():
                measured = {"score": both["none"], "middle": both.mean()}
                gain = {"gain": both[OURS] - both["none"], **measured}
                origin = {"part": "gain", "dataset": name, "learner": learner, "metric": metric}
                yield {**origin, **gain, **facts[name]}


def leaf_rows(source: DataSet, max_rows: int) -> list[dict]:
    """Where new rows fall in the trees that were grown on them: one fold of one set."""
    X, y = source.load(max_rows)
    X, splits = make_splits(X, y, {}, folds=3, repeats=1, random_state=0)
    fold = Fold(X, y, classes_by_frequency(y), splits[0], 0)
    rows = []
    with threadpool_limits(1):
        for maker, strategy in pick_strategies(MAKERS).items():
            treatment = Treatment(strategy, fold, derive_seed(*fold.seeds, crc32(maker.encode())))
            for learner, entry in pick_learners(LEARNERS, {"n_jobs": 1}).items():
                found = leaf_shares(treatment, entry)
                origin = {"part": "leaf", "dataset": source.name, "strategy": maker}
                rows.append({**origin, "learner": learner, **found})
    return rows


def leaf_shares(treatment: Treatment, learner: Learner) -> dict[str, float]:
    """Shares of rows that share a leaf with others, averaged over the trees."""
    fold = treatment.fold
    positions = fold.training(learner)
    made, model = treatment.resample(positions), treatment.fit(learner, positions)
    leaves, test_codes = leaves_of(model, made.X), fold.coded(fold.split.test)[1]
    held_out = leaves_of(model, fold.rows(fold.split.test)[0])
    # Late trees may have nothing left to split, and would count for any row.
    has_split = (leaves != leaves[0]).any(axis=0)
    leaves, held_out = leaves[:, has_split], held_out[:, has_split]
    new = np.arange(len(made.X)) >= made.first_new
    if not new.any():
        return {"new_rows": 0}
    # The original rows stand for their classes as the new rows do.
    balance = np.bincount(made.codes[new], minlength=len(fold.classes)) / np.bincount(
        made.codes[~new], minlength=len(fold.classes)
    )
    weights = balance[made.codes[~new]]
    met = met_in_leaves(leaves, held_out)
    met_own = met_in_leaves(tagged(leaves, made.codes), tagged(held_out, test_codes))
    return {
        "new_rows": int(new.sum()),
        "trees": leaves.shape[1],
        "new": met[new].mean(),
        "original": np.average(met[~new], weights=weights),
        "new_own": met_own[new].mean(),
        "original_own": np.average(met_own[~new], weights=weights),
        "held_out": met_in_leaves(held_out, leaves[new]).mean(),
    }


def leaves_of(model: XGBoostModel, X: pd.DataFrame) -> np.ndarray:
    """Give the leaf of each row in each tree, (n, trees)."""
    leaves = model.model_.apply(model.features_.transform(X))
    return leaves.reshape(len(X), -1).astype(np.int64)


def tagged(leaves: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Tell leaves apart by the class of the row as well."""
    return leaves * 1_000 + codes[:, None]


def met_in_leaves(leaves: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Give the share of trees in which each row has one of the others in its leaf, (n,)."""
    met = [np.isin(*pair) for pair in zip(leaves.T, others.T, strict=True)]
    return np.mean(met, axis=0)


INTRODUCTION = """\
Two questions to the core sets: what are those like that gain from the rows of *{ours}*, and do the
trees of XGBoost put new rows where held-out rows come by, or aside in leaves of their own?"""
CORRELATIONS = """\
Spearman's rank correlation, over {sets} sets, of what *{ours}* gains over *none* with what a set is
like; in brackets p after Holm over the table. The score of *none* is a part of the gain, so chance
alone makes that row negative; the mean of both scores is free of it where both are equally noisy.
Correlations say nothing of causes, and what a set is like comes in bundles: small minorities are
imbalanced ones too."""
EXTREMES = """\
The sets with the {n} highest and {n} lowest mean gains over the four columns."""
LEAVES = """\
XGBoost is grown on resampled rows of each set (at most {rows} rows, one of three folds held out).
Means over sets, of shares that are averaged over the trees with more than one leaf, in percent:

- *new rows*: that lie in a leaf where a held-out row lies, too; rows in other leaves are inert for
  these held-out rows.
- *original rows*: the same of the original rows of the classes that got new ones, weighted to the
  same class shares.
- *own class*: the same two, with a held-out row of the row's own class in the leaf.
- *held-out rows*: that lie in a leaf with a new row.

Behind *new* and *own class* is, in brackets, on how many sets new rows have the larger share than
original ones, and p of Wilcoxon's signed-rank test. Small trees have large leaves, so original rows
give the scale. A shared leaf shows that a row takes part in a prediction, not that it takes part
for the better."""
GAINS_OF = (
    "The gains are those of [the core sets](core_sets.md) at commit {gains_commit}, {gains_date}."
)
EXTREME = 5
LEAF_COLUMNS = {
    "new": "new rows",
    "original": "original rows",
    "new_own": "new rows, own class",
    "original_own": "original rows, own class",
    "held_out": "held-out rows",
}


def page(rows: list[dict], source: dict) -> str:
    gains, leaves = (
        pd.DataFrame([row for row in rows if row["part"] == part]) for part in ("gain", "leaf")
    )
    settings = source["settings"]
    parts = [
        INTRODUCTION.format(ours=OURS),
        "## What the sets that gain are like",
        CORRELATIONS.format(sets=gains["dataset"].nunique(), ours=OURS),
        to_markdown(correlations(gains)),
        EXTREMES.format(n=EXTREME),
        to_markdown(extremes(gains)),
        "## Where the new rows fall",
        LEAVES.format(rows=settings["rows"]),
        to_markdown(leaf_table(leaves)),
        GAINS_OF.format(**settings),
    ]
    return "\n\n".join(["# Why", *parts, markdown_source(source)]) + "\n"


def gain_column(rows: pd.DataFrame) -> pd.Series:
    return rows["metric"] + ", " + rows["learner"].str.removeprefix("xgboost_")


def correlations(gains: pd.DataFrame) -> pd.DataFrame:
    """Write the rank correlation of each fact with each gain, and p after Holm over all of them."""
    found = rank_correlations(gains)
    cells = found["rho"].map("{:+.2f}".format) + found["p"].map(" ({:.3f})".format)
    columns = cells.index.unique("gain")
    table = cells.rename(index=FACTS).unstack().reindex(index=FACTS.values(), columns=columns)
    return table.fillna("-").rename_axis("correlation with")


def rank_correlations(gains: pd.DataFrame) -> pd.DataFrame:
    """Give the rank correlation of each fact with each gain, and p after Holm over all of them."""
    found = {
        (fact, column): spearmanr(own[fact], own["gain"])
        for column, own in gains.groupby(gain_column(gains), sort=False)
        for fact in FACTS
        if own[fact].nunique() > 1
    }
    table = pd.DataFrame(found.values(), found.keys(), columns=["rho", "p"])
    return table.assign(p=holm(table["p"])).rename_axis(["fact", "gain"])


def extremes(gains: pd.DataFrame) -> pd.DataFrame:
    """The sets that gain most and least, with what they are like."""
    wide = gains.assign(column=gain_column(gains)).pivot(
        index="dataset", columns="column", values="gain"
    )
    order = wide.mean(axis=1).sort_values(ascending=False).index
    chosen = order if len(order) <= 2 * EXTREME else order[:EXTREME].append(order[-EXTREME:])
    facts = gains.drop_duplicates("dataset").set_index("dataset")[list(FACTS)[:-2]]
    shown = facts.map("{:.3g}".format).rename(columns=FACTS)
    return wide.loc[chosen].map("{:+.3f}".format).join(shown).rename_axis("set")


def leaf_table(leaves: pd.DataFrame) -> pd.DataFrame:
    """Mean shares over the sets, by learner and by who made the rows."""
    shares = leaves[leaves["new_rows"] > 0].groupby(["learner", "strategy"], sort=False)
    means = (100 * shares[list(LEAF_COLUMNS)].mean()).map("{:.1f}".format)
    for column in ("new", "new_own"):
        original = column.replace("new", "original")
        means[column] += [against(own[column], own[original]) for _, own in shares]
    means.insert(0, "sets", shares.size())
    return means.rename(columns=LEAF_COLUMNS)


def against(new: pd.Series, original: pd.Series) -> str:
    """On how many sets it is more, and Wilcoxon's p."""
    p = wilcoxon(new, original, zero_method="zsplit").pvalue if (new != original).any() else 1.0
    return f" ({(new > original).sum()}/{len(new)}, p {p:.3f})"


def run(args: argparse.Namespace) -> tuple[dict, list[dict]]:
    study = json.loads(args.gains.with_suffix(".json").read_text())
    source = provenance(rows=args.rows, gains_commit=study["commit"], gains_date=study["date"][:10])
    gains = gain_rows(pd.read_parquet(args.gains), args.data, study["settings"]["rows"])
    sets = [DataSet(*each) for each in sources(args.data, core_sets(args.data, args.half))]
    grown = Parallel(args.n_jobs, verbose=1)(delayed(leaf_rows)(each, args.rows) for each in sets)
    return source, [*gains, *(row for rows in grown for row in rows)]


def main() -> None:
    parser = plain_parser("why.json", __doc__)
    parser.set_defaults(n_jobs=1)
    parser.add_argument("--gains", type=Path, default=HERE / "core_sets.parquet")
    parser.add_argument("--half", choices=HALVES, default="all", help="whose trees are looked at")
    parser.add_argument("--rows", type=int, default=1500, help="at most, of each set, for trees")
    args = parser.parse_args()
    if not args.page_only:
        if not args.gains.exists():
            parser.error(f"there is no {args.gains}: run core_sets.py first, or name its results")
        write_result(args.out, *run(args))
    source, rows = read_result(args.out)
    args.out.with_suffix(".md").write_text(page(rows, source))


if __name__ == "__main__":
    main()
