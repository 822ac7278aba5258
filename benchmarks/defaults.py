"""The study behind the defaults: change one thing at a time, and score it on half of the core sets.

    python benchmarks/defaults.py    # an hour or two; writes defaults.json and defaults.md
    python benchmarks/defaults.py --part anchors --rows 1000

A finished (set, setting) is kept, so the study goes on where it was stopped.
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
from provenance import markdown_source, markdown_table, provenance, read_result, write_result
from scipy.stats import wilcoxon
from sklearn.ensemble import BaggingClassifier, ExtraTreesClassifier, HistGradientBoostingClassifier
from sklearn.ensemble import RandomForestClassifier as Forest
from tqdm import tqdm

from gansampler import CGANOverSampler, JitterOverSampler, LSGANOverSampler
from gansampler.acceptance import ClassifierAcceptance
from gansampler.anchors import NeighborAnchors
from gansampler.evaluation import compare
from gansampler.losses import LeastSquares

HERE = Path(__file__).parent
METRICS = ["roc_auc", "average_precision", "mcc", "f1", "balanced_accuracy"]
CONTROLS = {"none": "none", "tuned_threshold": "tuned_threshold", "smote": "smote"}


def judged_by(classifier: object) -> dict:
    return {"acceptance": ClassifierAcceptance(classifier)}


# Each part has a base, and settings that change it in one place.
ANCHORS = {
    "base": {},
    "acceptance: none": {"acceptance": None},
    "judge: forest, 1 row a leaf": judged_by(Forest(50)),
    "judge: forest of 25": judged_by(Forest(25, min_samples_leaf=2)),
    "judge: forest of 200": judged_by(Forest(200, min_samples_leaf=2)),
    "judge: forest, 5 rows a leaf": judged_by(Forest(50, min_samples_leaf=5)),
    "judge: forest, balanced": judged_by(
        Forest(50, min_samples_leaf=2, class_weight="balanced_subsample")
    ),
    "judge: extra trees": judged_by(ExtraTreesClassifier(50, min_samples_leaf=2, bootstrap=True)),
    "judge: 5 bagged boosters": judged_by(
        BaggingClassifier(HistGradientBoostingClassifier(max_iter=50, max_leaf_nodes=15), 5)
    ),
    "candidates: 3": {"candidates": 3},
    "candidates: 20": {"candidates": 20},
    "anchors: same class": {"anchor": NeighborAnchors(same_class=True)},
    "anchors: 15 neighbours": {"anchor": NeighborAnchors(15)},
    "anchors: no jitter": {"anchor": NeighborAnchors(jitter=0.0)},
    "anchors: jitter 0.15": {"anchor": NeighborAnchors(jitter=0.15)},
    "anchors: jitter 0.3": {"anchor": NeighborAnchors(jitter=0.3)},
    "anchors: jitter 0.7": {"anchor": NeighborAnchors(jitter=0.7)},
    "anchors: jitter 1": {"anchor": NeighborAnchors(jitter=1.0)},
}
NETWORK = {
    "base": {},
    "textbook: no anchor, no acceptance": {"anchor": None, "acceptance": None},
    "no anchor": {"anchor": None},
    "acceptance: none": {"acceptance": None},
    "train on: minority": {"train_on": "minority"},
    "steps: 100": {"steps": 100},
    "learning rate: 2e-4": {"learning_rate": 2e-4},
    "learning rate: 1e-3": {"learning_rate": 1e-3},
    "optimizer: adam": {"optimizer": "adam"},
    "penalty: R1": {"penalty": "r1"},
    "pac: 4": {"pac": 4},
    "loss: relativistic, R1 + R2": {"loss": "relativistic_least_squares", "penalty": "r1_r2"},
    "anchors: jitter 0.3": {"anchor": NeighborAnchors(jitter=0.3)},
    "batch norm: generator": {"batch_norm": "generator"},
    "codes: -1, 1, 0": {"loss": LeastSquares(-1.0, 1.0, 0.0)},
    "no averaging": {"ema_decay": 0.0},
    "steps: 800": {"steps": 800},
    "width: 64": {"hidden_sizes": (64, 64)},
    "width: 256": {"hidden_sizes": (256, 256)},
    "batch: 512, steps: 150": {"batch_size": 512, "steps": 150},
    "no cosine decay": {"cosine_decay": False},
    "dropout: 0.2": {"dropout": 0.2},
    "discriminator steps: 2": {"discriminator_steps": 2},
}
LOSSES = {
    loss: {"loss": loss}
    for loss in ("non_saturating", "minimax", "hinge", "wasserstein_gp", "relativistic")
}
PARTS = {
    "anchors": (JitterOverSampler, ANCHORS),
    "network": (LSGANOverSampler, NETWORK),
    "losses": (CGANOverSampler, LOSSES),
}


def samplers(part: str) -> dict[str, object]:
    kind, settings = PARTS[part]
    return {f"{part}: {name}": kind(**setting) for name, setting in settings.items()}


def study_sets(folder: Path) -> list[str]:
    """Every second core set by name: the other half is never looked at here."""
    catalogue = pd.read_csv(folder / "catalogue.csv")
    core = catalogue.query("tier == 'core' and kind == 'tabular'")["name"].sort_values()
    return core.iloc[::2].tolist()


def load(folder: Path, name: str, max_rows: int) -> tuple[pd.DataFrame, pd.Series]:
    """At most so many rows, each class by its share but with twelve rows or all that it has."""
    table = pd.read_parquet(folder / f"{name}.parquet")
    share = min(1.0, max_rows / len(table))
    kept = [
        group.sample(min(len(group), max(12, round(share * len(group)))), random_state=0)
        for _, group in table.groupby("target", observed=True)
    ]
    table = pd.concat(kept).sort_index().reset_index(drop=True)
    table["target"] = table["target"].cat.remove_unused_categories()
    return table.drop(columns="target"), table["target"]


def run(args: argparse.Namespace, done: set[tuple[str, str]]) -> Iterator[list[dict]]:
    """Score what is not yet done, one setting on one set at a time."""
    jobs = {**CONTROLS, **{k: v for part in args.part for k, v in samplers(part).items()}}
    todo = [(s, j) for j in jobs for s in study_sets(args.data) if (s, j) not in done]
    for name, job in tqdm(todo):
        X, y = load(args.data, name, args.rows)
        table = compare(
            X,
            y,
            {job: jobs[job]},
            folds=3,
            repeats=args.repeats,
            params={"n_jobs": 1, "n_estimators": 200},
            dataset=name,
        )
        table = table[table["metric"].isin([*METRICS, "seconds_resample"])]
        scores = table.groupby(["dataset", "strategy", "metric"])["value"].mean().reset_index()
        yield scores.round(5).to_dict("records") or [{"dataset": name, "strategy": job}]


def scores_of(rows: list[dict]) -> pd.DataFrame:
    """Mean scores: a row a set, columns (metric, strategy)."""
    wide = pd.DataFrame(rows).pivot_table(index="dataset", columns=["metric", "strategy"])["value"]
    return wide[METRICS]


def page(source: dict, rows: list[dict]) -> str:
    wide = scores_of(rows)
    strategies = list(dict.fromkeys(row["strategy"] for row in rows))
    parts = [INTRODUCTION.format(sets=len(wide), **source["settings"])]
    for title, reference in (
        ("no resampling", lambda s: "none"),
        ("the base of its part", base_of),
    ):
        lines = [
            [s, *(cell(wide[m], s, reference(s)) for m in METRICS), seconds(rows, s)]
            for s in strategies
            if reference(s) in strategies and s != reference(s)
        ]
        header = ["setting", *METRICS, "s to resample"]
        parts += [f"## Against {title}", markdown_table(header, lines)]
    return "\n\n".join(["# The study behind the defaults", *parts, markdown_source(source)]) + "\n"


def base_of(strategy: str) -> str:
    return f"{strategy.split(':')[0]}: base".replace("losses", "network")


def cell(scores: pd.DataFrame, strategy: str, reference: str) -> str:
    """Mean difference, wins, and the two-sided p of Wilcoxon's signed-rank test."""
    difference = (scores[strategy] - scores[reference]).dropna()
    p = wilcoxon(difference).pvalue if (difference != 0).any() else 1.0
    return f"{difference.mean():+.3f} {(difference > 0).sum()} p{p:.2f}"


def seconds(rows: list[dict], strategy: str) -> str:
    values = [
        r["value"] for r in rows if (r["strategy"], r["metric"]) == (strategy, "seconds_resample")
    ]
    return f"{pd.Series(values).median():.2f}"


INTRODUCTION = """\
One setting changed at a time, on {sets} core sets (every second one by name, at most {rows} rows
each), {repeats} x 3 folds, XGBoost of 200 trees with early stopping. A cell gives the mean
difference over the sets, on how many sets it is positive, and the p-value of Wilcoxon's
signed-rank test, not corrected for the many rows: read directions, not third decimals. *anchors*
changes `JitterOverSampler`, *network* changes `LSGANOverSampler`, *losses* changes the loss of
`CGANOverSampler`. Seconds are the median over the sets. Settings that have not run on all sets are
missing here; running the command again adds them."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=HERE.parent.parent / "shared" / "data")
    parser.add_argument("--part", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--rows", type=int, default=1500)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--out", type=Path, default=HERE / "defaults.json")
    args = parser.parse_args()
    source, rows = read_result(args.out)
    source = source or provenance(rows=args.rows, repeats=args.repeats)
    done = {(row["dataset"], row["strategy"]) for row in rows}
    written = time.monotonic()
    for new in run(args, done):
        rows += new
        if time.monotonic() - written > 20:
            write_result(args.out, source, rows)
            written = time.monotonic()
    write_result(args.out, source, rows)
    args.out.with_suffix(".md").write_text(page(source, rows))
    print(page(source, rows))


if __name__ == "__main__":
    main()
