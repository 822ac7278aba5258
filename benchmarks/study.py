"""What studies share: their flags, and a long table of results beside its source."""

import argparse
import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
from provenance import provenance

from gansampler.evaluation import Store, compare
from gansampler.evaluation.report.tables import gains_table, to_markdown
from gansampler.evaluation.statistics.long_table import scores_by_dataset

HERE = Path(__file__).parent
# A gain, on how many sets there is one, and p.
CHANGE = "{mean} ({wins}/{n}), p {p}"


def plain_parser(out: str, description: str | None) -> argparse.ArgumentParser:
    """Parser with the flags of all that runs on the sets, and keeps the result under `out`."""
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=HERE.parent.parent / "shared" / "data")
    parser.add_argument("--n-jobs", type=int, default=2)
    parser.add_argument("--out", type=Path, default=HERE / out)
    parser.add_argument("--page-only", action="store_true", help="no more runs")
    return parser


def study_parser(name: str, description: str | None) -> argparse.ArgumentParser:
    """Parser with the flags that every study has; those of its protocol are its own."""
    parser = plain_parser(f"{name}.parquet", description)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=1)
    parser.add_argument("--store", type=Path, default=Path(f"results/{name}.sqlite"))
    parser.add_argument("--go-on", action="store_true", help="from the results as they are")
    return parser


def earlier_results(args: argparse.Namespace) -> pd.DataFrame | None:
    """Results that a run is to go on from, where the store that they came from is gone."""
    return pd.read_parquet(args.out) if args.go_on else None


def run_study(
    data_sets: list,
    strategies: object,
    *,
    store: Path,
    earlier: pd.DataFrame | None = None,
    **options: object,
) -> pd.DataFrame:
    """Compare strategies, with a store that takes in earlier results of this very run first."""
    if earlier is not None:
        with Store(store, {}) as begun:
            begun.take_over(earlier)
    return compare(data_sets, None, strategies, store=store, **options)


def repeat_by_repeat(
    args: argparse.Namespace, data_sets: list, arms: object, **options: object
) -> pd.DataFrame:
    """Run one repeat of all arms after the other, so that whole ones are there when it is ended."""
    earlier = earlier_results(args)
    for repeats in range(1, args.repeats + 1):
        results = run_study(
            data_sets,
            arms,
            store=args.store,
            earlier=earlier if repeats == 1 else None,
            folds=args.folds,
            repeats=repeats,
            n_jobs=args.n_jobs,
            verbose=1,
            **options,
        )
    return results


def tables_of_changes(
    results: pd.DataFrame, base: str, arms: list[str], learners: list[str], metrics: list[str]
) -> list[str]:
    """Write for each learner what each arm gains over the base, and its median seconds."""
    parts = []
    for learner in learners:
        own = results[results["learner"] == learner]
        table = gains_table(own, base, CHANGE, metrics=metrics)
        seconds = scores_by_dataset(own, "seconds_resample").median(axis=1).map("{:.2f}".format)
        table = table.join(seconds.rename("seconds")).rename_axis("arm")
        ran = [arm for arm in arms if arm in table.index]
        parts += [f"## Behind {learner}", to_markdown(table.loc[ran])]
    return parts


def earlier_runs(args: argparse.Namespace) -> list[dict]:
    """Runs that the results of the next one rest on, the first one first."""
    beside = args.out.with_suffix(".json")
    begun = any(args.store.parent.glob(f"{args.store.stem}*{args.store.suffix}"))
    if not (beside.exists() and (args.go_on or begun)):
        return []
    last = json.loads(beside.read_text())
    return [*last.get("earlier", []), {name: last[name] for name in ("command", "date", "commit")}]


def results_of(
    args: argparse.Namespace, run: Callable[[argparse.Namespace], pd.DataFrame], **settings: object
) -> tuple[pd.DataFrame, dict]:
    """Run a study and write its results, or read them; give them with their provenance."""
    beside = args.out.with_suffix(".json")
    if args.page_only:
        return pd.read_parquet(args.out), json.loads(beside.read_text())
    source = provenance(folds=args.folds, repeats=args.repeats, **settings)
    source["earlier"] = earlier_runs(args)
    args.store.parent.mkdir(parents=True, exist_ok=True)
    results = run(args)
    results.to_parquet(args.out, compression="zstd", index=False)
    beside.write_text(json.dumps(source, indent=1) + "\n")
    return results, source
