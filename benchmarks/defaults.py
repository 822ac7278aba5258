"""The ablation study behind the defaults: change one thing at a time, on half of the core sets.

    python benchmarks/defaults.py            # hours; writes defaults.parquet, .json and .md
    python benchmarks/defaults.py --part acceptance anchors --n-jobs 2

Parts run in the order of `PARTS`, what matters most first, and the page is written anew after each.
Every finished trial is kept in a store (results/defaults.sqlite), so the study goes on where it was
stopped. Without the store, ``--go-on`` takes up the results in the repository, and ``--page-only``
writes the page from them. The store cannot tell that a default has changed: then start a new one.
"""

import argparse
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd
from core_sets import LEARNERS, METRICS, core_sets, of, sources
from provenance import markdown_source, provenance
from scipy import special
from sklearn.ensemble import BaggingClassifier, ExtraTreesClassifier, HistGradientBoostingClassifier
from sklearn.ensemble import RandomForestClassifier as Forest
from study import earlier_results, run_study, study_parser

from gansampler import CGANOverSampler, JitterOverSampler, LSGANOverSampler
from gansampler.acceptance import ClassifierAcceptance
from gansampler.anchors import NeighborAnchors
from gansampler.encoding import NumberEncoder
from gansampler.evaluation.report.tables import failures_table, gains_table, to_markdown
from gansampler.evaluation.statistics.gains import holm, paired_gains
from gansampler.evaluation.statistics.long_table import scores_by_dataset
from gansampler.losses import LOSSES, LeastSquares


def standardised(keys: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Values less their mean, divided by their standard deviation over the rows."""
    centred = keys - keys @ shares
    return centred / np.sqrt(centred**2 @ shares)


def between_ends(keys: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """Values on a straight line from -1 at the smallest to 1 at the largest."""
    return np.interp(keys, [keys[0], keys[-1]], [-1.0, 1.0])


class Unranked(LSGANOverSampler):
    """An LSGAN whose numbers are scaled instead of ranked."""

    scale: ClassVar[Callable[[np.ndarray, np.ndarray], np.ndarray]]

    def _learn(self, X: object, codes: np.ndarray, targets: list[int]) -> None:
        for column in self.encoder_._encoders_:
            if isinstance(column, NumberEncoder) and len(column.keys) > 1:
                # Not by its bare name, which other processes could not look up.
                shares = np.diff(special.ndtr(column.edges), prepend=0, append=1)
                scores = type(self).scale(column.keys, shares).astype(np.float32)
                column.scores, column.edges = scores, (scores[1:] + scores[:-1]) / 2
        super()._learn(X, codes, targets)


class Standardised(Unranked):
    scale = staticmethod(standardised)


class MinMaxScaled(Unranked):
    scale = staticmethod(between_ends)


def judged_by(classifier: object) -> dict:
    return {"acceptance": ClassifierAcceptance(classifier)}


BASE, CONTROL = "lsgan", "control"
# Parts of what both samplers do; "2 -> 1" stands for another value than the default of 2.
ACCEPTANCE = {
    "acceptance: none": {"acceptance": None},
    **{
        f"sharpness: 2 -> {s:g}": {"acceptance": ClassifierAcceptance(sharpness=s)}
        for s in (1.0, 3.0, 4.0)
    },
}
ANCHORS = {
    "neighbours: any class -> same class": {"anchor": NeighborAnchors(same_class=True)},
    "neighbours: 5 -> 15": {"anchor": NeighborAnchors(15)},
}
CANDIDATES = {f"candidates: 8 -> {n}": {"candidates": n} for n in (3, 20)}
JITTER = {
    f"jitter: 0.5 -> {eta:g}": {"anchor": NeighborAnchors(jitter=eta)} for eta in (0.0, 0.25, 1.0)
}
# Every trial runs on one thread, boosting included.
JUDGE = {
    "judge: 50 -> 200 trees": judged_by(Forest(200, min_samples_leaf=2)),
    "judge: forest -> extra trees": judged_by(
        ExtraTreesClassifier(50, min_samples_leaf=2, bootstrap=True)
    ),
    "judge: forest -> 5 bagged boosters": judged_by(
        BaggingClassifier(HistGradientBoostingClassifier(max_iter=50, max_leaf_nodes=15), 5)
    ),
}
# Parts of the network alone.
NO_ANCHOR = {
    "anchors: none": {"anchor": None},
    "anchors: none, acceptance: none": {"anchor": None, "acceptance": None},
}
STEPS = {f"steps: 300 -> {n}": {"steps": n} for n in (100, 800)}
TRAIN_ON = {"train on: all -> minority": {"train_on": "minority"}}
TEXTBOOK = {
    "anchors: none, acceptance: none, 2000 steps of rate 1e-3": {
        **{"anchor": None, "acceptance": None},
        **{"steps": 2000, "learning_rate": 1e-3},
    }
}
PENALTIES = {
    "penalty: none -> R1": {"penalty": "r1"},
    "loss: relativistic least squares, R1 + R2": {
        "loss": "relativistic_least_squares",
        "penalty": "r1_r2",
    },
}
TRAINING = {
    "averaging: 0.995 -> none": {"ema_decay": 0.0},
    "cosine decay -> none": {"learning_rate_schedule": "constant"},
    "optimizer: RMSprop -> Adam": {"optimizer": "adam"},
    "learning rate: 5e-4 -> 2e-4": {"learning_rate": 2e-4},
    "learning rate: 5e-4 -> 1e-3": {"learning_rate": 1e-3},
    "batch: 256 -> 512": {"batch_size": 512},
    "discriminator steps: 1 -> 2": {"discriminator_steps": 2},
    "rows judged together: 1 -> 4": {"pac": 4},
}
NETWORK = {
    "width: 128 -> 64": {"hidden_sizes": (64, 64)},
    "width: 128 -> 256": {"hidden_sizes": (256, 256)},
    "dropout: 0 -> 0.2": {"dropout": 0.2},
    "batch norm: none -> generator": {"batch_norm": "generator"},
    "noise: 32 -> 8": {"latent_dim": 8},
    "noise: 32 -> 128": {"latent_dim": 128},
    "activation: leaky ReLU -> SiLU": {"activation": "silu"},
}


def lsgans(settings: dict[str, dict]) -> dict[str, object]:
    return {name: LSGANOverSampler(**setting) for name, setting in settings.items()}


def controls(settings: dict[str, dict]) -> dict[str, object]:
    return {
        f"{CONTROL}, {name}": JitterOverSampler(**setting) for name, setting in settings.items()
    }


REFERENCES = {
    "none": "none",
    BASE: LSGANOverSampler(),
    CONTROL: JitterOverSampler(),
    "smote": "smote",
}
# From what matters most to what matters least.
PARTS = {
    "acceptance": lsgans(ACCEPTANCE),
    "anchors": lsgans(NO_ANCHOR | ANCHORS),
    "steps": lsgans(STEPS),
    "candidates": lsgans(CANDIDATES),
    "jitter": lsgans(JITTER),
    "train_on": lsgans(TRAIN_ON),
    # The name is a seed as well: so far apart are two runs of the same thing.
    "chance": {f"{BASE} with other seeds": LSGANOverSampler()},
    "control": controls(ACCEPTANCE | ANCHORS | CANDIDATES | JITTER),
    "encoding": {
        "numbers: ranked -> standardised": Standardised(),
        "numbers: ranked -> min-max scaled": MinMaxScaled(),
    },
    "judge": lsgans(JUDGE),
    "textbook": lsgans(TEXTBOOK),
    "penalty": lsgans(PENALTIES),
    "training": lsgans(TRAINING),
    "network": lsgans(NETWORK),
    "losses": {
        **{
            f"loss: least squares -> {name}": CGANOverSampler(loss=name)
            for name in LOSSES
            if name != "least_squares"
        },
        "codes: 0, 1, 1 -> -1, 1, 0": LSGANOverSampler(loss=LeastSquares(-1.0, 1.0, 0.0)),
    },
}


# What tells a row of the results from all others.
WHICH = ["dataset", "strategy", "learner", "readout", "repeat", "fold", "metric"]


def run(args: argparse.Namespace) -> Iterator[pd.DataFrame]:
    """Run what is not in the store yet, part by part, and give all results after each."""
    sets = sources(args.data, core_sets(args.data, "chosen-on"))
    args.store.parent.mkdir(parents=True, exist_ok=True)
    earlier = earlier_results(args)
    for repeats in range(1, args.repeats + 1):
        for part in [REFERENCES, *(PARTS[name] for name in PARTS if name in args.part)]:
            results = run_study(
                sets,
                part,
                store=args.store,
                max_rows=args.rows,
                folds=args.folds,
                repeats=repeats,
                learners=LEARNERS,
                metrics=METRICS,
                n_jobs=args.n_jobs,
                earlier=earlier,
                verbose=1,
            )
            # Parts whose turn is still to come are not in a new store yet.
            everything = pd.concat([results, earlier]).drop_duplicates(WHICH, ignore_index=True)
            yield everything[is_shown(everything)]


def is_shown(results: pd.DataFrame) -> pd.Series:
    """Scores, seconds, and errors."""
    is_of_page = results["metric"].isin([*METRICS, "seconds_resample"]) | results["metric"].isna()
    return is_of_page & (results["readout"] == "as_is")


def finished(results: pd.DataFrame) -> pd.DataFrame:
    """Leave out settings that lack a trial, and repeats that not all of the others have."""
    trials = results.drop_duplicates(["dataset", "strategy", "repeat", "fold"])
    counts = trials.groupby(["strategy", "repeat"]).size().unstack(fill_value=0)
    whole = counts == counts.max(axis=None)
    names = whole.index[whole[1]]
    repeats = whole.columns[whole.loc[names].all()]
    return results[results["strategy"].isin(names) & results["repeat"].isin(repeats)]


INTRODUCTION = """\
Every row changes one thing in `LSGANOverSampler` with its defaults (*lsgan*), or in
`JitterOverSampler` (*control*), and tells what that does, on {sets} core sets of at most {rows}
rows, {repeats} x {folds} folds. The sets are every second one by name, those that defaults are
chosen on; what the chosen ones are worth is for [the other half](core_sets.md) to say. XGBoost
stands behind them with its defaults (*xgboost_default*) and with 300 trees of depth 4, learning
rate 0.05, subsample 0.8 (*xgboost_tuned*); neither stops early."""
CELL = "{mean} ({wins}/{n}), p {p}"
BRIEF = "{mean} ({wins}/{n})"
AGAINST_BASE = """\
Mean difference to *lsgan*, of the rows *control, ...* to *control*: more is better. In brackets on
how many sets it is better, then p of Wilcoxon's signed-rank test, not corrected for the many rows:
read directions, not third decimals. *lsgan with other seeds* is the same setting once more, and so
says what chance does. Seconds to resample are medians over the sets."""
AGAINST_NONE = "Mean difference to *none*, and on how many sets it is better."
# A short table, for the ranking of rows and for the decision.
BRIEF_METRICS = ["roc_auc", "average_precision", "mcc"]


def page(results: pd.DataFrame, source: dict) -> str:
    shown = finished(results)
    facts = {"sets": shown["dataset"].nunique(), "repeats": shown["repeat"].nunique()}
    parts = [INTRODUCTION.format(**{**source["settings"], **facts})]
    for learner in LEARNERS:
        parts += [f"## One thing at a time, behind {learner}", AGAINST_BASE]
        parts += [to_markdown(ablation(shown, learner)), survivors(shown, learner)]
    parts += ["## Against no resampling", AGAINST_NONE, to_markdown(against_none(shown))]
    missing = [name for name in settings() if name not in set(shown["strategy"])]
    if missing:
        names = "\n".join(f"- {name}" for name in missing)
        parts += [f"## Not finished\n\nThese are left out above:\n\n{names}"]
    if not (failures := failures_table(shown)).empty:
        parts += ["## Errors", to_markdown(failures)]
    return "\n\n".join(["# The study behind the defaults", *parts, markdown_source(source)]) + "\n"


def settings() -> list[str]:
    return [*REFERENCES, *(name for part in PARTS.values() for name in part)]


def by_base(results: pd.DataFrame) -> Iterator[tuple[str, list[str]]]:
    """Base, and the settings that are held against it, in the order of the parts."""
    there = [name for name in settings() if name in set(results["strategy"])]
    of_control = [name for name in there if name.startswith(f"{CONTROL}, ")]
    yield BASE, [name for name in there if name not in (BASE, *of_control)]
    if of_control:
        yield CONTROL, of_control


def ablation(results: pd.DataFrame, learner: str) -> pd.DataFrame:
    """One row for each setting against its base."""
    panel = of(results, learner, "as_is")
    tables = [
        gains_table(panel, base, CELL, strategies=names, metrics=METRICS)
        for base, names in by_base(results)
    ]
    own = results[results["learner"] == learner]
    seconds = scores_by_dataset(own, "seconds_resample").median(axis=1).map("{:.2f}".format)
    table = pd.concat(tables).join(seconds.rename("seconds"))
    return in_order(table)


def survivors(results: pd.DataFrame, learner: str) -> str:
    """Say which differences stand after the correction for their number."""
    panel = of(results, learner, "as_is")
    gains = pd.concat(
        paired_gains(panel, base, strategies=names, metrics=METRICS)
        for base, names in by_base(results)
    )
    left = gains[holm(gains["p"].reset_index(drop=True)).to_numpy() < 0.05]
    names = left.groupby("strategy", sort=False)["metric"].agg(", ".join)
    said = "; ".join(f"{name} ({metrics})" for name, metrics in names.items()) or "none"
    return f"With p below 0.05 after Holm over the {len(gains)} cells: {said}."


def against_none(results: pd.DataFrame) -> pd.DataFrame:
    tables = {
        learner.removeprefix("xgboost_"): gains_table(
            of(results, learner, "as_is"), "none", BRIEF, metrics=BRIEF_METRICS
        )
        for learner in LEARNERS
    }
    table = pd.concat(tables, axis="columns")
    table.columns = [f"{title}, {learner}" for learner, title in table.columns]
    return in_order(table)


def in_order(table: pd.DataFrame) -> pd.DataFrame:
    """Rows in the order of the parts."""
    return table.loc[[name for name in settings() if name in table.index]].rename_axis("setting")


def write(results: pd.DataFrame, source: dict, out: Path) -> None:
    results.to_parquet(out, compression="zstd", index=False)
    out.with_suffix(".json").write_text(json.dumps(source, indent=1) + "\n")


def main() -> None:
    parser = study_parser("defaults", __doc__)
    parser.set_defaults(folds=3)
    parser.add_argument("--part", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--rows", type=int, default=1500, help="at most, of each set")
    args = parser.parse_args()
    if args.page_only:
        source = json.loads(args.out.with_suffix(".json").read_text())
        args.out.with_suffix(".md").write_text(page(pd.read_parquet(args.out), source))
        return
    source = provenance(folds=args.folds, repeats=args.repeats, rows=args.rows)
    for results in run(args):
        write(results, source, args.out)
        args.out.with_suffix(".md").write_text(page(results, source))


if __name__ == "__main__":
    main()
