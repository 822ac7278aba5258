"""The long table of a benchmark: its columns, and how it is cut into panels and laid out.

Everywhere in this package `results` is that table, as `gansampler.evaluation.compare` returns it,
and a `panel` is a part of it with one learner, one readout, one protocol and one size of the
smallest class.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from ..axes.metrics import METRICS

COLUMNS = [
    *("dataset", "protocol", "minority_rows", "strategy", "learner", "readout", "repeat", "fold"),
    *("metric", "value", "seconds", "status"),
]
FOLD = ["dataset", "repeat", "fold"]
# What a user takes where a strategy fails.
FALLBACK = "none"
# How many rows a fold has to learn from and to score: known to every panel, for they set intervals.
PARTS = ("rows_train", "rows_test")


class PanelKey(NamedTuple):
    """What tells a panel of a result from the others."""

    learner: str
    readout: str
    protocol: str
    minority_rows: float


def panel_words(key: PanelKey) -> str:
    """Say in a few words which panel it is."""
    size = (
        "" if np.isnan(key.minority_rows) else f"{key.minority_rows:.0f} rows of the rarest class"
    )
    return ", ".join(filter(None, [key.learner, key.readout, key.protocol, size]))


def in_columns(table: pd.DataFrame) -> pd.DataFrame:
    """Give a result, or rows beside it, in today's columns.

    Earlier versions put into the name of the data set what a protocol did: "wine@time=year".
    """
    if "protocol" in table:
        return table
    split = {name: _split_name(str(name)) for name in table["dataset"].unique()}
    names, protocols, sizes = (
        table["dataset"].map({name: parts[place] for name, parts in split.items()})
        for place in range(3)
    )
    return table.assign(dataset=names, protocol=protocols, minority_rows=sizes.astype(float))


def _split_name(name: str) -> tuple[str, str, float]:
    name, *words = name.split("@")
    sizes = [float(word.removeprefix("minority=")) for word in words if word[:9] == "minority="]
    others = [word for word in words if word[:9] != "minority="]
    return name, ", ".join(others), sizes[0] if sizes else np.nan


def strategy_names(results: pd.DataFrame) -> list[str]:
    """List the strategies in the order of the run."""
    return list(results["strategy"].unique())


def metric_names(results: pd.DataFrame) -> list[str]:
    """List the scores in a result, without the seconds and sizes beside them."""
    return [name for name in results["metric"].dropna().unique() if name in METRICS]


def dataset_names(results: pd.DataFrame) -> list[str]:
    """List the data sets in the order of the run."""
    return list(results["dataset"].unique())


def panels(results: pd.DataFrame) -> Iterator[tuple[PanelKey, pd.DataFrame]]:
    """Cut a result into panels, in the order of the run.

    Errors are in every panel of their learner; seconds and sizes, which no readout changes, in the
    first.
    """
    results = in_columns(results)
    keys = ["protocol", "minority_rows", "learner"]
    for key, own in results.groupby(keys, sort=False, dropna=False):
        protocol, size, learner = key
        is_score = own["metric"].isin(METRICS)
        shared = ~is_score
        readouts = own.loc[is_score, "readout"].unique()
        for readout in readouts if len(readouts) else own["readout"].unique():
            panel = own[shared | (is_score & (own["readout"] == readout))]
            yield PanelKey(str(learner), str(readout), str(protocol), float(str(size))), panel
            shared = own["metric"].isna() | own["metric"].isin(PARTS)


def values_by_fold(panel: pd.DataFrame, name: str) -> pd.DataFrame:
    """Lay one score or measure out: strategies by (dataset, repeat, fold), NaN where it failed."""
    wide = panel[panel["metric"] == name].pivot(index="strategy", columns=FOLD, values="value")
    return wide.reindex(strategy_names(panel)).sort_index(axis="columns")


def scores_by_fold(panel: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Lay one score out as `values_by_fold`; a fold that failed has the score of no resampling.

    A strategy that has not finished any fold has no score.
    """
    scores = values_by_fold(panel, metric)
    if FALLBACK not in scores.index:
        return scores
    failed = failed_folds(panel).reindex_like(scores).eq(True)
    failed[scores.isna().all(axis=1)] = False
    fallback = pd.DataFrame(
        np.broadcast_to(scores.loc[FALLBACK], scores.shape), scores.index, scores.columns
    )
    return scores.mask(failed & scores.isna(), fallback)


def failed_folds(panel: pd.DataFrame) -> pd.DataFrame:
    """Say where a strategy failed: True in a table of strategies by (dataset, repeat, fold)."""
    errors = panel[panel["metric"].isna()].assign(failed=True)
    return errors.pivot_table(index="strategy", columns=FOLD, values="failed", aggfunc="any")


def scores_by_dataset(panel: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Average one score over the folds: strategies by data sets, both in the order of the run.

    NaN where a strategy lacks a fold that another has: means over different folds do not compare.
    """
    folds = scores_by_fold(panel, metric)
    by_dataset = folds.T.groupby(level="dataset", sort=False)
    lacking = folds.isna() & folds.notna().any()
    lacks_one = lacking.T.groupby(level="dataset", sort=False).any().T
    means = by_dataset.mean().T.mask(lacks_one)
    return means.reindex(columns=[name for name in dataset_names(panel) if name in means])
