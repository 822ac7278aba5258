"""How often the report says that something helps where nothing does.

    python benchmarks/no_effect.py             # some minutes; writes no_effect.json and .md
    python benchmarks/no_effect.py --page-only

Each strategy learns from columns of its own, drawn from one and the same distribution, so that none
can be better than another but by chance; all are scored on the same folds of the same rows.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from provenance import markdown_source, markdown_table, provenance, read_result, write_result
from scipy.stats import binomtest, rankdata
from sklearn.model_selection import RepeatedStratifiedKFold

from gansampler.evaluation.report.words import recommendation, verdict
from gansampler.evaluation.statistics.gains import panel_gains
from gansampler.evaluation.statistics.long_table import COLUMNS

HERE = Path(__file__).parent
STRATEGIES = ["none", "random", "smote", "jitter", "cgan", "lsgan"]
ROWS, RARE, COLUMNS_EACH, DISTANCE = 300, 45, 3, 0.7
# Data sets, repeats, and how many runs of it.
KINDS = [(1, 1, 1000), (22, 1, 300), (1, 3, 500), (1, 10, 300)]


# Of values without ties, these are scikit-learn's scores and its linear discriminant; without the
# checks of its functions a run takes a fifth of the time.
def roc_auc(y: np.ndarray, scores: np.ndarray) -> float:
    """Give the share of pairs (rare, other) in which the rare row has the higher score."""
    n_rare = y.sum()
    return (rankdata(scores)[y == 1].mean() - (n_rare + 1) / 2) / (len(y) - n_rare)


def average_precision(y: np.ndarray, scores: np.ndarray) -> float:
    """Average the precision at each rare row."""
    found = y[np.argsort(-scores)]
    return (np.cumsum(found) / np.arange(1, len(y) + 1))[found == 1].mean()


def discriminant(X: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Give the direction (columns,) that tells two classes of one covariance apart."""
    means = [X[y == label].mean(axis=0) for label in (0, 1)]
    centred = X - np.where(y[:, None] == 1, means[1], means[0])
    return np.linalg.solve(centred.T @ centred, means[1] - means[0])


METRICS = {"roc_auc": roc_auc, "average_precision": average_precision}


def table_scores(dataset: str, repeats: int, rng: np.random.Generator) -> list[tuple]:
    """Draw a table, and score every strategy on each fold, as rows of a result."""
    y = np.repeat([0, 1], [ROWS - RARE, RARE])
    tables = rng.normal(size=(len(STRATEGIES), ROWS, COLUMNS_EACH))
    tables[:, y == 1] += DISTANCE
    seed = int(rng.integers(2**31))
    cutter = RepeatedStratifiedKFold(n_splits=5, n_repeats=repeats, random_state=seed)
    rows = []
    for place, (training, test) in enumerate(cutter.split(y, y)):
        for strategy, X in zip(STRATEGIES, tables, strict=True):
            decided = X[test] @ discriminant(X[training], y[training])
            repeat, fold = place // 5 + 1, place % 5 + 1
            where = (dataset, "", np.nan, strategy, "xgboost", "as_is", repeat, fold)
            scores = {name: score(y[test], decided) for name, score in METRICS.items()}
            sizes = {"rows_train": len(training), "rows_test": len(test)}
            rows += [(*where, name, value, 0.0, "ok") for name, value in (scores | sizes).items()]
    return rows


def said_of_nothing(n_sets: int, repeats: int, rng: np.random.Generator) -> dict[str, bool]:
    """Say what the report says of one run in which nothing helps."""
    rows = [row for place in range(n_sets) for row in table_scores(f"set {place}", repeats, rng)]
    panel = pd.DataFrame(rows, columns=COLUMNS)
    gains = panel_gains(panel)
    answer, advice = verdict(panel, gains)[0], recommendation(panel, gains)
    return {
        "helps": " helps" in answer,
        "hurts": " hurts" in answer,
        "takes": not advice.startswith("Take no resampling"),
        "stars": bool((gains["clearly"] == "better").any()),
    }


def run(seed: int, out: Path) -> None:
    """Write the counts anew after each kind."""
    rows, source = [], provenance(seed=seed)
    for n_sets, repeats, n_runs in KINDS:
        streams = np.random.SeedSequence([seed, n_sets, repeats]).spawn(n_runs)
        said = [said_of_nothing(n_sets, repeats, np.random.default_rng(each)) for each in streams]
        counts = pd.DataFrame(said).sum().astype(int).to_dict()
        rows.append({"sets": n_sets, "repeats": repeats, "runs": n_runs, **counts})
        write_result(out, source, rows)


def page(rows: list[dict], source: dict) -> str:
    said = ['"lsgan helps"', '"lsgan hurts"', '"Take ..."', "a star"]
    lines = [
        [
            row["sets"],
            f"{row['repeats']} x 5",
            row["runs"],
            *(share(row[name], row["runs"]) for name in ("helps", "hurts", "takes", "stars")),
        ]
        for row in rows
    ]
    parts = [
        "# Where nothing helps",
        INTRODUCTION,
        markdown_table(["data sets", "folds", "runs", *said], lines),
    ]
    return "\n\n".join([*parts, markdown_source(source)]) + "\n"


def share(count: int, runs: int) -> str:
    """Write a share with its 95 % interval, by Clopper and Pearson."""
    ends = binomtest(count, runs).proportion_ci()
    return f"{count / runs:.1%} [{ends.low:.1%}, {ends.high:.1%}]"


INTRODUCTION = f"""\
Tables of {ROWS} rows, {RARE} of them of the rare class. {len(STRATEGIES)} strategies
({", ".join(STRATEGIES)}) learn from {COLUMNS_EACH} columns each, drawn from the same
distribution, by a linear discriminant, and are scored on the same folds: what seems to be better is
so by chance. How often the report says that lsgan helps or hurts, that any strategy is to be taken,
and how often any of its {len(STRATEGIES) - 1} strategies has a star for being better; with 95 %
intervals."""


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, default=HERE / "no_effect.json")
    parser.add_argument("--page-only", action="store_true", help="from the results as they are")
    args = parser.parse_args()
    if not args.page_only:
        run(args.seed, args.out)
    source, rows = read_result(args.out)
    args.out.with_suffix(".md").write_text(page(rows, source))
