"""The long table of a benchmark, cut into panels and laid out."""

from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from ..axes.metrics import METRICS


class PanelKey(NamedTuple):
    """What tells a panel of a result from the others."""

    learner: str
    readout: str
    protocol: str


def strategy_names(results: pd.DataFrame) -> list[str]:
    """List the strategies in the order of the run.

    Parameters
    ----------
    results : DataFrame
        What `gansampler.evaluation.compare` returns.

    Returns
    -------
    list of str
    """
    return list(results["strategy"].unique())


def metric_names(results: pd.DataFrame) -> list[str]:
    """List the scores in a result, without the seconds and sizes beside them.

    Parameters
    ----------
    results : DataFrame
        What `gansampler.evaluation.compare` returns.

    Returns
    -------
    list of str
    """
    return [name for name in results["metric"].dropna().unique() if name in METRICS]


def dataset_names(results: pd.DataFrame) -> list[str]:
    """List the data sets in the order of the run.

    Parameters
    ----------
    results : DataFrame
        What `gansampler.evaluation.compare` returns.

    Returns
    -------
    list of str
    """
    return list(results["dataset"].unique())


def panels(results: pd.DataFrame) -> Iterator[tuple[PanelKey, pd.DataFrame]]:
    """Cut a result into panels, of one learner, one readout and one protocol each.

    Parameters
    ----------
    results : DataFrame
        What `gansampler.evaluation.compare` returns.

    Yields
    ------
    tuple of (learner, readout, protocol) and DataFrame
        In the order of the run. The protocol is what follows "@" in the name of a data set; data
        sets that differ by it alone do not count as two. Errors are in every panel of their
        learner; seconds and sizes, which no readout changes, in the first.
    """
    protocols = results["dataset"].astype(str).str.partition("@")[2]
    for (protocol, learner), own in results.groupby([protocols, "learner"], sort=False):
        is_score = own["metric"].isin(METRICS)
        shared = ~is_score
        readouts = own.loc[is_score, "readout"].unique()
        for readout in readouts if len(readouts) else own["readout"].unique():
            panel = own[shared | (is_score & (own["readout"] == readout))]
            yield PanelKey(str(learner), str(readout), str(protocol)), panel
            shared = own["metric"].isna()


def scores_by_fold(panel: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Lay one metric out by strategy and fold.

    Parameters
    ----------
    panel : DataFrame
        One panel of a result, see `panels`.
    metric : str
        A name in its column "metric".

    Returns
    -------
    DataFrame of float
        One row for each strategy in the order of the run, one column for each (dataset, repeat,
        fold); NaN where the strategy failed.
    """
    scored = panel[panel["metric"] == metric]
    folds = ["dataset", "repeat", "fold"]
    wide = scored.pivot(index="strategy", columns=folds, values="value")
    return wide.reindex(strategy_names(panel)).sort_index(axis="columns")


def scores_by_dataset(panel: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Average one metric over the folds of each data set.

    Parameters
    ----------
    panel : DataFrame
        One panel of a result, see `panels`.
    metric : str
        A name in its column "metric".

    Returns
    -------
    DataFrame of float
        One row for each strategy, one column for each data set, both in the order of the run. NaN
        where the strategy lacks a fold that another has: means over different folds do not
        compare.
    """
    folds = scores_by_fold(panel, metric)
    by_dataset = folds.T.groupby(level="dataset", sort=False)
    lacking = folds.isna() & folds.notna().any()
    lacks_one = lacking.T.groupby(level="dataset", sort=False).any().T
    means = by_dataset.mean().T.mask(lacks_one)
    return means.reindex(columns=[name for name in dataset_names(panel) if name in means])
