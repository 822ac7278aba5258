"""Strategies ranked over data sets: Friedman's test and Nemenyi's critical difference."""

import numpy as np
import pandas as pd
from scipy import stats

from ..axes.metrics import METRICS
from .long_table import metric_names, panels, scores_by_dataset

RANK_COLUMNS = [
    "learner",
    "readout",
    "protocol",
    "metric",
    "strategy",
    "mean_rank",
    "sets",
    "critical_difference",
    "p_friedman",
]
# What mean ranks can tell anything about.
MIN_SETS = MIN_STRATEGIES = 3


def mean_ranks(results: pd.DataFrame, *, confidence: float = 0.95) -> pd.DataFrame:
    r"""Rank the strategies on each data set, and average the ranks.

    Two strategies differ if their mean ranks are further apart than the critical difference
    :math:`q \sqrt{k (k + 1) / 6 N}` of k strategies on N data sets, where q is the quantile of the
    Studentized range over :math:`\sqrt 2` [1]_.

    Parameters
    ----------
    results : DataFrame
        What `gansampler.evaluation.compare` returns.
    confidence : float, default=0.95
        One less the level of the Nemenyi test.

    Returns
    -------
    DataFrame
        One row for each learner, readout, protocol, metric and strategy, the best strategy first:
        its mean rank (1 is best; equals share theirs) over the data sets that every ranked strategy
        has finished, their number, the critical difference, and p of Friedman's test that all rank
        alike. A strategy that has finished no data set is not ranked. No rows for a metric where
        fewer than three strategies or three data sets are left.

    References
    ----------
    .. [1] J. Demsar (2006). Statistical comparisons of classifiers over multiple data sets. JMLR
       7, 1-30.
    """
    rows = [
        {**key._asdict(), "metric": metric, **row}
        for key, panel in panels(results)
        for metric in metric_names(panel)
        for row in _rank(scores_by_dataset(panel, metric), metric, confidence)
    ]
    return pd.DataFrame(rows, columns=RANK_COLUMNS)


def critical_difference(strategies: int, sets: int, confidence: float = 0.95) -> float:
    """Give Nemenyi's critical difference of mean ranks.

    Parameters
    ----------
    strategies, sets : int
        How many were ranked, and on how many data sets.
    confidence : float, default=0.95
        One less the level.

    Returns
    -------
    float
        In ranks.
    """
    quantile = stats.studentized_range.ppf(confidence, strategies, np.inf) / np.sqrt(2)
    return float(quantile * np.sqrt(strategies * (strategies + 1) / (6 * sets)))


def groups_alike(ranks: pd.Series, difference: float) -> list[tuple[int, int]]:
    """Find the largest groups of neighbours that a critical difference does not tell apart.

    Parameters
    ----------
    ranks : Series of float
        Mean ranks in rising order.
    difference : float
        The critical difference.

    Returns
    -------
    list of tuple of int
        Places of the first and the last of each group of two or more.
    """
    values = ranks.to_numpy()
    last = np.searchsorted(values, values + difference, side="right") - 1
    return [
        (first, int(end))
        for first, end in enumerate(last)
        if end > first and (first == 0 or end > last[first - 1])
    ]


def _rank(scores: pd.DataFrame, metric: str, confidence: float) -> list[dict[str, object]]:
    """Rank the rows of one table of scores, strategies by data sets."""
    common = scores.dropna(how="all").dropna(axis="columns").round(12)
    strategies, sets = common.shape
    if strategies < MIN_STRATEGIES or sets < MIN_SETS:
        return []
    ranks = common.rank(ascending=not METRICS[metric].greater_is_better)
    differs = common.nunique().gt(1).any()
    shared = {
        "sets": sets,
        "critical_difference": critical_difference(strategies, sets, confidence),
        "p_friedman": float(stats.friedmanchisquare(*ranks.to_numpy()).pvalue) if differs else 1.0,
    }
    return [
        {"strategy": name, "mean_rank": rank, **shared}
        for name, rank in ranks.mean(axis=1).sort_values(kind="stable").items()
    ]
