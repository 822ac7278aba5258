"""Rows like real ones, and no copies: what `gansampler generate` draws against every other way.

    python benchmarks/realness.py --seeds 1         # 20 sets, about half an hour on one core
    python benchmarks/realness.py --peers --seeds 1 # CTGAN and TVAE on the rows of the class alone
    python benchmarks/realness.py --half chosen-on  # the sets that the settings were chosen on

It measures as quality.py does, on classes of 300 to 2,000 rows, and asks a forest as well whether
rows can be told apart. What is finished is kept in the result, and another run goes on from there.
"""

import time
import warnings
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from core_sets import HALVES, core_sets
from provenance import markdown_source, provenance, read_result
from quality import TEXTBOOK, earlier_runs, fitted, measured, part_of, quality_parser, run
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier
from threadpoolctl import threadpool_limits

from gansampler import CGANOverSampler, JitterOverSampler, LSGANOverSampler, metrics
from gansampler.acceptance import Acceptance
from gansampler.anchors import Anchors, NeighborAnchors, TreeAnchors
from gansampler.encoding import TableEncoder, matrix_columns
from gansampler.evaluation.axes.strategies import STRATEGIES
from gansampler.evaluation.axes.table_samplers import FilledTable
from gansampler.evaluation.report.tables import to_markdown
from gansampler.evaluation.tables import DataSet
from gansampler.quality.ways import smote

SIZES = {"max_rows": 4_000, "least": 300, "most": 2_000}
OURS = "trees"
SCALE = "real training rows"  # no rival: it is what it is like to be real, and a copy
RIVALS = ["smote", "broad anchors", "narrow anchors", "textbook lsgan", "lsgan", "ctgan", "tvae"]
FIGURES = {
    "told_apart": "told apart",
    "coverage": "coverage",
    "nearest_training_share": "nearer to training rows",
    "two_sample_auc": "by boosted trees",
    "forest_auc": "by a forest",
    "seconds": "seconds",
}
# The game that moved its anchors most in earlier trials; least squares in 300 steps hardly did.
LONG = {
    "loss": "relativistic",
    "penalty": "r1_r2",
    "optimizer": "adam",
    "learning_rate": 1e-3,
    "steps": 1_000,
    "train_on": "minority",
}
ROWS_A_REAL_ONE = 8  # of a generator, to learn from what is wrong with it
CANDIDATES = 10


class DrawnOnce(Anchors):
    """Rows of other anchors that are drawn before training: quick enough to be asked each step."""

    def __init__(self, anchors: Anchors | None = None) -> None:
        self.anchors = anchors

    def fit(self, Z: object, codes: object, spans: list, rng: np.random.Generator) -> Anchors:
        """Draw for the one class in training, whose code is 0."""
        fresh = self.anchors.fit(Z, codes, spans, rng)
        n = ROWS_A_REAL_ONE * int((codes == 0).sum())
        random = torch.Generator().manual_seed(int(rng.integers(2**31)))
        self.bank_ = fresh.draw(torch.zeros(n, dtype=torch.long), random)
        return self

    def draw(self, codes: torch.Tensor, random: torch.Generator) -> torch.Tensor:
        chance = torch.rand(len(codes), generator=random, device=codes.device)
        return self.bank_[(chance * len(self.bank_)).long()]


class Ratio(Acceptance):
    """Keep in proportion to the ratio of densities, as trees see it that know the generator.

    S. Azadi et al. (2019). Discriminator rejection sampling. ICLR.
    """

    def __init__(self, real: object, candidates: object, spans: list, seed: int) -> None:
        self.spans = spans
        both = matrix_columns(spans, np.vstack([real, candidates]))
        kinds = np.repeat([1, 0], [len(real), len(candidates)])
        trees = HistGradientBoostingClassifier(
            max_iter=60,
            max_leaf_nodes=8,
            min_samples_leaf=10,
            l2_regularization=1.0,
            class_weight="balanced",
            random_state=seed,
        )
        self.trees = trees.fit(both, kinds)

    def weigh(self, Z: object, code: int) -> np.ndarray:
        real = self.trees.predict_proba(matrix_columns(self.spans, Z))[:, 1].clip(0.01, 0.95)
        return real / (1 - real) / 19


def with_ratio(sampler: object, part: dict) -> object:
    """Let a ratio that learnt from the rows of a trained sampler judge those that it draws."""
    encoder, label = sampler.encoder_, part["label"]
    real = encoder.transform(part["training"])
    candidates = encoder.transform(sampler.sample(ROWS_A_REAL_ONE * len(real), label))
    sampler.acceptance_ = Ratio(real, candidates, encoder.spans_, part["seed"])
    return sampler.set_params(candidates=CANDIDATES)


def anchors(part: dict, anchor: Anchors) -> object:
    """Train anchors alone, of which every row is kept."""
    how = {"anchor": anchor, "acceptance": None, "random_state": part["seed"]}
    return fitted(JitterOverSampler(**how), part)


def game(part: dict, kind: type, **params: object) -> object:
    """Train a network of which every row is kept."""
    how = {"acceptance": None, "moved": 1, "random_state": part["seed"], **params}
    return fitted(kind(**how), part)


def plain_ways(part: dict, encoder: TableEncoder) -> Iterator[tuple[str, Callable]]:
    """Name every way of the core beside what gives `n` rows of it."""
    rng, label = np.random.default_rng(part["seed"]), part["label"]
    yield SCALE, lambda n: part["training"]
    yield "smote", lambda n: smote(part["training"], n, encoder, rng)
    narrow = NeighborAnchors(jitter=0.25, same_class=True)
    samplers = {
        "broad anchors": partial(anchors, part, NeighborAnchors()),
        "narrow anchors": partial(anchors, part, narrow),
        "lsgan": partial(game, part, LSGANOverSampler),
        "textbook lsgan": partial(game, part, LSGANOverSampler, **TEXTBOOK),
        "long game on broad anchors": partial(game, part, CGANOverSampler, **LONG),
        OURS: partial(anchors, part, TreeAnchors()),
        "trees and ratio": lambda: with_ratio(anchors(part, TreeAnchors()), part),
        "long game on trees": partial(
            game, part, CGANOverSampler, anchor=DrawnOnce(TreeAnchors()), **LONG
        ),
    }
    for name, train in samplers.items():
        yield name, lambda n, train=train: train().sample(n, label)


def peers(part: dict, encoder: TableEncoder) -> Iterator[tuple[str, Callable]]:
    """CTGAN and TVAE with their own settings, on rows of the class alone."""
    table = FilledTable(part["training"])
    y = pd.Series([part["label"]] * len(part["training"]))
    for name in ("ctgan", "tvae"):
        sampler = STRATEGIES[name].make_sampler(part["seed"])
        yield name, partial(_by_a_peer, sampler, table, y)


def _by_a_peer(sampler: object, table: FilledTable, y: pd.Series, n: int) -> pd.DataFrame:
    return table.decode(np.vstack([rows for rows, _ in sampler._generate(table, y, {y[0]: n})]))


def one_set(source: DataSet, seed: int, only_peers: bool) -> list[dict]:
    """Do one set with one seed, on one thread; nothing where its classes are too small."""
    part = part_of(source, seed, **SIZES)
    if part is None:
        return []
    both = pd.concat([part["training"], part["held_out"]], ignore_index=True)
    encoder, n = TableEncoder().fit(both), len(part["held_out"])
    origin = {"dataset": source.name, "label": str(part["label"]), "seed": seed, "rows": n}
    ways, found = (peers if only_peers else plain_ways)(part, encoder), []
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("ignore")
        for way, make in ways:
            start = time.perf_counter()
            try:
                rows = make(n)
            except RuntimeError as error:
                print(f"{source.name}, {way}: {error}", flush=True)
                continue
            seconds = time.perf_counter() - start
            found.append({**origin, "way": way, "seconds": seconds, **judged(rows, part, encoder)})
    return found


def judged(rows: pd.DataFrame, part: dict, encoder: TableEncoder) -> dict[str, float]:
    """The figures of quality.py, and whether a forest tells the rows apart, too."""
    forest = RandomForestClassifier(100, min_samples_leaf=2)
    how = {"encoder": encoder, "random_state": part["seed"], "classifier": forest}
    figures = measured(rows, part, encoder)
    by_forest = metrics.two_sample_auc(part["held_out"], rows, **how)
    told_apart = (figures["two_sample_auc"] + by_forest) / 2
    return {**figures, "forest_auc": by_forest, "told_apart": told_apart}


def page(rows: list[dict], source: dict, picture: str) -> str:
    table = pd.DataFrame(rows)
    by_set = table.groupby(["way", "dataset"], sort=False)[list(FIGURES)].mean()
    seeds = table["seed"].nunique()
    introduction = INTRODUCTION.format(sets=len(by_set.loc[OURS]), seeds=seeds, **SIZES)
    parts = [
        introduction,
        to_markdown(means(by_set)),
        f"![Told apart against nearness, one point a way]({picture})",
        "## Target",
        *target(by_set),
        "## Set by set",
        "How easily rows are told apart, and in brackets the share nearer to training rows.",
        to_markdown(set_by_set(by_set)),
    ]
    return "\n\n".join(["# Rows like real ones", *parts, markdown_source(source)]) + "\n"


def means(by_set: pd.DataFrame) -> pd.DataFrame:
    found = by_set.groupby("way", sort=False).mean()
    told = found.map("{:.3f}".format)
    told["seconds"] = found["seconds"].map("{:.1f}".format)
    told["sets"] = by_set.groupby("way", sort=False).size()
    return told.rename(columns=FIGURES)


def target(by_set: pd.DataFrame) -> list[str]:
    """Say of each part of the target whether it was met, with its figure."""
    ours = by_set.loc[OURS]
    mean, present = ours.mean(), [name for name in RIVALS if name in by_set.index.levels[0]]
    near = by_set["nearest_training_share"].groupby("way").mean()
    bounds = [
        ("told apart at most .65", mean["told_apart"], mean["told_apart"] <= 0.65),
        ("coverage of at least .90", mean["coverage"], mean["coverage"] >= 0.90),
        ("nearer share at most .70", near[OURS], near[OURS] <= 0.70),
    ]
    for name in ("smote", "broad anchors", "narrow anchors"):
        bounds.append((f"nearer share below {name}", near[name], near[OURS] < near[name]))
    lines = [f"- {what}: {figure:.3f}, {_met(is_met)}" for what, figure, is_met in bounds]
    for name in present:
        rival = by_set.loc[name, "told_apart"]
        wins = (ours["told_apart"].reindex(rival.index) < rival).sum()
        is_met = wins >= 0.75 * len(rival)
        lines.append(f"- less told apart than {name}: {wins} of {len(rival)}, {_met(is_met)}")
    rivals = by_set["told_apart"].unstack("way")[present]
    wins = (ours["told_apart"] < rivals.min(axis=1).reindex(ours.index)).sum()
    lines.append(
        f"- less told apart than each of these: {wins} of {len(ours)}, "
        f"{_met(wins >= 0.75 * len(ours))}"
    )
    return ["\n".join(lines)]


def _met(is_met: object) -> str:
    return "met" if is_met else "missed"


def set_by_set(by_set: pd.DataFrame) -> pd.DataFrame:
    told = by_set["told_apart"].map("{:.2f}".format)
    near = by_set["nearest_training_share"].map(" ({:.2f})".format)
    ways = list(by_set.index.unique("way"))
    return (told + near).unstack("way")[ways].fillna("").rename_axis("set")


def draw(rows: list[dict], path: Path) -> None:
    """Draw how easily rows are told apart against their nearness, one point a way."""
    from matplotlib.figure import Figure

    by_set = pd.DataFrame(rows).groupby(["way", "dataset"], sort=False)[list(FIGURES)].mean()
    figure = Figure(figsize=(7, 5), layout="constrained")
    axes = figure.subplots()
    for way, point in by_set.groupby("way", sort=False).mean().iterrows():
        x, y = point["nearest_training_share"], point["told_apart"]
        axes.plot(x, y, "o", color="tab:red" if way == OURS else "tab:blue")
        # Some ways lie close together.
        place = (-6, -12) if way in (OURS, "lsgan") else (5, 4)
        side = "right" if way in (OURS, "lsgan") else "left"
        how = {"textcoords": "offset points", "fontsize": 8, "ha": side}
        axes.annotate(way, (x, y), xytext=place, **how)
    axes.plot(0.5, 0.5, "k*")
    axes.annotate("new real rows", (0.5, 0.5), xytext=(5, 4), textcoords="offset points")
    axes.set(xlabel="share nearer to a training row than to a held-out one (.5: no copies)")
    axes.set(ylabel="told apart from held-out rows (AUC; .5: not at all)")
    axes.margins(x=0.3, y=0.1)
    figure.savefig(path, dpi=120)


INTRODUCTION = """\
One class of each of {sets} core sets, of which at most {max_rows} rows are taken: the smallest with
{least} of them or more, at most {most}. Half of the rows of every class are learnt from, half are
held out, and as many rows are generated; seeds: {seeds}; averaged set by set, then over the sets.
*Told apart* is the mean of two areas under the ROC curve, by boosted trees and by a forest (.5 is
perfect); *coverage* and *nearer to training rows* are as in [quality.md](quality.md); *seconds*
are for training and drawing, on one core.

*trees* is what `gansampler generate` draws: every column anew, given the others, by trees
(`TreeAnchors`), every row kept, no network. *and ratio*: rows are kept in proportion to the ratio
of densities that boosted trees see between training rows and rows of the finished generator. *long
game*: relativistic logistic loss, R1 and R2, Adam at 1e-3, 1,000 steps, from broad anchors and from
the trees. *lsgan* has the package's defaults; all ways but *trees and ratio* keep every row.
*ctgan* and *tvae* learn from the rows of the class alone, with their own settings."""


def main() -> None:
    parser = quality_parser("realness", __doc__)
    parser.set_defaults(n_jobs=1)
    parser.add_argument("--half", choices=HALVES, default="held-out")
    parser.add_argument("--sets", nargs="+", help="these alone, by name")
    args = parser.parse_args()
    source, rows = read_result(args.out)
    if not args.page_only:
        sets = core_sets(args.data, args.half)
        if args.sets is not None:
            sets = sets[sets["name"].isin(args.sets)]
        source = provenance(**SIZES, half=args.half) | {"earlier": earlier_runs(source)}
        rows = run(one_set, sets, args, rows, source)
    picture = args.out.with_suffix(".png")
    draw(rows, picture)
    args.out.with_suffix(".md").write_text(page(rows, source, picture.name))


if __name__ == "__main__":
    main()
