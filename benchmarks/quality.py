"""How good generated rows are: told apart, coverage and nearness, on one class of each core set.

    python benchmarks/quality.py                    # 42 sets, 3 seeds; an hour on one core
    python benchmarks/quality.py --peers --seeds 1  # CTGAN and TVAE beside them, on small sets

Of each class one half of the rows is learnt from, the other is held out. Every way starts from the
same rows. What is finished is kept in the result, and another run goes on from there.
"""

import argparse
import warnings
from collections.abc import Callable, Iterator
from itertools import product

import numpy as np
import pandas as pd
from core_sets import core_sets, sources
from joblib import Parallel, delayed
from provenance import markdown_source, provenance, read_result, write_result
from scipy.stats import wilcoxon
from study import plain_parser
from threadpoolctl import threadpool_limits

from gansampler import JitterOverSampler, LSGANOverSampler, metrics
from gansampler.encoding import TableEncoder
from gansampler.evaluation.axes.strategies import STRATEGIES
from gansampler.evaluation.axes.table_samplers import FilledTable
from gansampler.evaluation.report.tables import to_markdown
from gansampler.evaluation.tables import DataSet
from gansampler.quality.ways import duplicates, held_out_half, smote

MAX_ROWS = 2_000  # of a set
MAX_OF_CLASS = 1_000
# The smallest class that has so many rows is looked at: fewer say little.
LEAST_OF_CLASS = 100
MOST_FOR_PEERS = 800  # rows of a set that CTGAN can do in a minute or two
TEXTBOOK = {"anchor": None, "acceptance": None, "steps": 1_000, "learning_rate": 1e-3}
FIGURES = {
    "two_sample_auc": "told apart",
    "coverage": "coverage",
    "nearest_training_share": "nearer to training rows",
    "kolmogorov_smirnov": "gap of quantities",
}
PUBLISHED = {"real rows": 0.908, "best forest flow": 0.901, "TVAE": 0.634, "CTGAN": 0.286}


def part_of(
    source: DataSet,
    seed: int,
    *,
    max_rows: int = MAX_ROWS,
    least: int = LEAST_OF_CLASS,
    most: int = MAX_OF_CLASS,
) -> dict | None:
    """Part a set: rows to learn from, their classes, and both halves of the class looked at.

    That is the smallest class of the `max_rows` rows with `least` of them, of which `most` stay.
    """
    X, y = source.load(max_rows)
    counts = y.value_counts()
    large = counts[counts >= least]
    if large.empty:
        return None
    label, rng = large.index[-1], np.random.default_rng(seed)
    own = np.flatnonzero(y == label)
    dropped = rng.permutation(own)[most:]
    X, y = X.drop(X.index[dropped]).reset_index(drop=True), y.drop(y.index[dropped])
    codes = y.factorize()[0]
    learnt, kept = held_out_half(codes, rng)
    own = (y == label).to_numpy()
    return {
        "X": X.iloc[learnt].reset_index(drop=True),
        "y": y.iloc[learnt].reset_index(drop=True),
        "label": label,
        "training": X.iloc[learnt[own[learnt]]].reset_index(drop=True),
        "held_out": X.iloc[kept[own[kept]]].reset_index(drop=True),
        "seed": seed,
    }


def plain_ways(part: dict, n: int, encoder: TableEncoder) -> Iterator[tuple[str, pd.DataFrame]]:
    """Rows by every way of the core, n of each."""
    rng = np.random.default_rng(part["seed"])
    yield "real training rows", part["training"]
    yield "duplicates", duplicates(part["training"], n, rng)
    yield "smote", smote(part["training"], n, encoder, rng)
    jitter = fitted(JitterOverSampler(random_state=part["seed"]), part)
    yield from by_sharpness("jitter", jitter, part["label"], n)
    lsgan = fitted(LSGANOverSampler(moved=1, random_state=part["seed"]), part)
    yield from by_sharpness("lsgan", lsgan, part["label"], n)
    textbook = fitted(LSGANOverSampler(random_state=part["seed"], **TEXTBOOK), part)
    yield "textbook lsgan", textbook.sample(n, part["label"])


def by_sharpness(name: str, sampler: object, label: object, n: int) -> Iterator[tuple]:
    """The same trained sampler with each rule of acceptance: the judge itself is not sharp."""
    yield f"{name}, sharpness 2", sampler.sample(n, label)
    sampler.acceptance_.set_params(sharpness=1.0)
    yield f"{name}, sharpness 1", sampler.sample(n, label)
    sampler.acceptance_ = None
    yield f"{name}, all kept", sampler.sample(n, label)


def peers(part: dict, n: int, encoder: TableEncoder) -> Iterator[tuple[str, pd.DataFrame]]:
    """Rows by CTGAN and TVAE with their own settings, where they learn the class at all."""
    table = FilledTable(part["X"])
    for name in ("ctgan", "tvae"):
        sampler = STRATEGIES[name].make_sampler(part["seed"])
        try:
            values = [rows for rows, _ in sampler._generate(table, part["y"], {part["label"]: n})]
        except RuntimeError as error:
            print(f"{name}: {error}", flush=True)
        else:
            yield name, table.decode(np.vstack(values))


def fitted(sampler: object, part: dict) -> object:
    """Train a sampler so that it can draw rows of the class."""
    own = int((part["y"] == part["label"]).sum())
    sampler.set_params(sampling_strategy={part["label"]: own + 1})
    sampler.fit_resample(part["X"], part["y"])
    return sampler


def measured(rows: pd.DataFrame, part: dict, encoder: TableEncoder) -> dict[str, float]:
    """The figures of some rows, held against those that nobody learnt from."""
    held_out, seed = part["held_out"], {"random_state": part["seed"]}
    space = {"encoder": encoder}
    near = metrics.nearest_training_share(part["training"], rows, held_out, **space, **seed)
    return {
        "two_sample_auc": metrics.two_sample_auc(held_out, rows, **space, **seed),
        "coverage": metrics.coverage(held_out, rows, **space),
        "nearest_training_share": near.share,
        "kolmogorov_smirnov": metrics.kolmogorov_smirnov(held_out, rows).mean(),
    }


def rows_of(part: dict, name: str, ways: Callable) -> Iterator[dict]:
    """One row of the result for each way."""
    both = pd.concat([part["training"], part["held_out"]], ignore_index=True)
    encoder = TableEncoder().fit(both)
    for way, rows in ways(part, len(part["held_out"]), encoder):
        origin = {"dataset": name, "label": str(part["label"]), "seed": part["seed"], "way": way}
        yield {**origin, "rows": len(part["held_out"]), **measured(rows, part, encoder)}


def earlier_runs(source: dict) -> list[dict]:
    """Runs that a result rests on, once it has rows of another."""
    told = {name: source[name] for name in ("command", "date", "commit") if name in source}
    return [*source.get("earlier", []), told] if told else []


def one_set(source: DataSet, seed: int, only_peers: bool) -> list[dict]:
    """Do one set with one seed, on one thread; nothing where it is too small, or too large."""
    part = part_of(source, seed)
    if part is None or (only_peers and len(part["X"]) * 2 > MOST_FOR_PEERS):
        return []
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        return list(rows_of(part, source.name, peers if only_peers else plain_ways))


def quality_parser(name: str, description: str | None) -> argparse.ArgumentParser:
    """Parser with the flags that `run` goes by."""
    parser = plain_parser(f"{name}.json", description)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--peers", action="store_true", help="CTGAN and TVAE alone")
    return parser


def run(
    one_set: Callable[[DataSet, int, bool], list[dict]],
    sets: pd.DataFrame,
    args: argparse.Namespace,
    rows: list[dict],
    source: dict,
) -> list[dict]:
    """Do all sets that are not done, one seed after the other, and keep what is finished."""
    done = {(row["dataset"], row["seed"], row["way"] in ("ctgan", "tvae")) for row in rows}
    todo = [
        delayed(one_set)(DataSet(name, path, target), seed, args.peers)
        for seed, (name, path, target) in product(range(args.seeds), sources(args.data, sets))
        if (name, seed, args.peers) not in done
    ]
    for found in Parallel(args.n_jobs, return_as="generator_unordered")(todo):
        rows += found
        write_result(args.out, source, rows)
        if found:
            print(f"{found[0]['dataset']}, seed {found[0]['seed']}", flush=True)
    return rows


def page(rows: list[dict], source: dict) -> str:
    table = pd.DataFrame(rows)
    by_set = table.groupby(["way", "dataset"], sort=False)[list(FIGURES)].mean()
    sets = by_set.loc["smote"].index
    parts = [
        INTRODUCTION.format(
            sets=len(sets),
            seeds=table["seed"].nunique(),
            all_rows=MAX_ROWS,
            rows=MAX_OF_CLASS,
            peers=MOST_FOR_PEERS,
            least=LEAST_OF_CLASS,
        ),
        to_markdown(means(by_set)),
        CTGAN.format(published=", ".join(f"{name} {x}" for name, x in PUBLISHED.items())),
        "## Against SMOTE, set by set",
        to_markdown(against(by_set, "smote")),
        "## Against the control without a network (jitter, all kept)",
        to_markdown(against(by_set, "jitter, all kept").filter(like="lsgan", axis=0)),
        "## Against the rows that fit_resample keeps (lsgan, sharpness 2)",
        to_markdown(against(by_set, "lsgan, sharpness 2")),
        "## Target",
        target(by_set),
    ]
    return "\n\n".join(["# Quality of generated rows", *parts, markdown_source(source)]) + "\n"


def means(by_set: pd.DataFrame) -> pd.DataFrame:
    found = by_set.groupby("way", sort=False).mean().map("{:.3f}".format)
    found["sets"] = by_set.groupby("way", sort=False).size()
    return found.rename(columns=FIGURES)


def against(by_set: pd.DataFrame, rival: str) -> pd.DataFrame:
    """Median difference of each way, on how many sets it is higher, and Wilcoxon's p."""
    lines = {}
    for way in by_set.index.get_level_values("way").unique():
        if way == rival:
            continue
        gaps = (by_set.loc[way] - by_set.loc[rival]).dropna(how="all")
        lines[way] = {title: _told(gaps[name].dropna().round(6)) for name, title in FIGURES.items()}
    return pd.DataFrame(lines).T.rename_axis("way")


def _told(gaps: pd.Series) -> str:
    if len(gaps) < 6 or not gaps.any():
        return f"{gaps.median():+.3f} ({(gaps > 0).sum()}/{len(gaps)})"
    p = wilcoxon(gaps, zero_method="zsplit").pvalue
    return f"{gaps.median():+.3f} ({(gaps > 0).sum()}/{len(gaps)}), p {p:.3f}"


def target(by_set: pd.DataFrame) -> str:
    found = by_set.loc["lsgan, all kept"].mean()
    farther = by_set.loc["lsgan, all kept"] - by_set.loc["smote"]
    return (
        f"Coverage of at least .90: {found['coverage']:.3f} (lsgan, all kept), "
        f"{'met' if found['coverage'] >= 0.9 else 'missed'}. Farther from training rows than "
        f"SMOTE's: nearer share {farther['nearest_training_share'].mean():+.3f}, "
        f"{'met' if farther['nearest_training_share'].mean() < 0 else 'missed'}."
    )


INTRODUCTION = """\
One class of each of {sets} core sets, of which at most {all_rows} rows are taken: the smallest with
{least} of them or more, at most {rows}. Half of the rows of every class are learnt from, half are
held out; {seeds} seeds, averaged set by set, then over the sets. All figures hold as many generated
rows against the held-out ones:

- *told apart*: area under the ROC curve of a classifier that tells generated rows from held-out
  ones; .5 is perfect.
- *coverage*: share of held-out rows with a generated row within the reach of their five nearest
  neighbours.
- *nearer to training rows*: share of generated rows that lie nearer to a training row than to a
  held-out one; .5 is no copying, 1 are copies.
- *gap of quantities*: Kolmogorov-Smirnov distance, mean over the quantities.

*smote* goes between neighbours in the same rank space, so that it can do every kind of column.
*Real training rows* are what a perfect generator would be like but for the copying. *Sharpness* is
that of `ClassifierAcceptance`; *all kept* has no acceptance. The *textbook* game starts from noise
alone and keeps every row. *ctgan* and *tvae* have one seed, sets of at most {peers} rows, and no
holes."""
CTGAN = """\
The published scale of coverage, on other sets: {published}."""


def main() -> None:
    args = quality_parser("quality", __doc__).parse_args()
    source, rows = read_result(args.out)
    if not args.page_only:
        source = provenance(max_rows=MAX_ROWS) | {"earlier": earlier_runs(source)}
        rows = run(one_set, core_sets(args.data), args, rows, source)
    args.out.with_suffix(".md").write_text(page(rows, source))


if __name__ == "__main__":
    main()
