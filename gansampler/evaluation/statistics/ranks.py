"""Strategies ranked over data sets, and which of them can be told apart."""

from itertools import combinations

import pandas as pd
from scipy import stats

from ..axes.metrics import METRICS
from .gains import CONFIDENCE, holm
from .long_table import PanelKey, metric_names, panels, scores_by_dataset
from .signed_rank import signed_rank_p

RANK_COLUMNS = [*PanelKey._fields, "metric", "strategy", "mean_rank", "sets", "p_friedman"]
# What mean ranks can tell anything about.
MIN_SETS = MIN_STRATEGIES = 3


def mean_ranks(results: pd.DataFrame) -> pd.DataFrame:
    r"""Rank the strategies on each data set, and average the ranks.

    Parameters
    ----------
    results : DataFrame
        What `gansampler.evaluation.compare` returns.

    Returns
    -------
    DataFrame
        One row for each learner, readout, protocol, size of the smallest class, metric and
        strategy, the best strategy first: its mean rank (1 is best; equals share theirs) over the
        data sets that every ranked strategy has finished, their number, and p of Friedman's test
        that all rank alike. A strategy that has finished no data set is not ranked. No rows for a
        metric where fewer than three strategies or three data sets are left.

    Notes
    -----
    Of k strategies on N data sets and Friedman's :math:`\chi^2`, p is that of
    :math:`F = (N - 1) \chi^2 / (N (k - 1) - \chi^2)` with :math:`k - 1` and
    :math:`(k - 1)(N - 1)` degrees of freedom, which is less conservative [1]_. Which pairs differ
    is asked of each pair alone: mean ranks of two strategies move with whatever else was run [2]_.

    References
    ----------
    .. [1] R. L. Iman, J. M. Davenport (1980). Approximations of the critical region of the Friedman
       statistic. Communications in Statistics 9, 571-595.
    .. [2] A. Benavoli, G. Corani, F. Mangili (2016). Should we really use post-hoc tests based on
       mean-ranks? JMLR 17(5).
    """
    rows = [
        {**key._asdict(), "metric": metric, **row}
        for key, panel in panels(results)
        for metric in metric_names(panel)
        for row in _rank(_common(panel, metric), metric)
    ]
    return pd.DataFrame(rows, columns=RANK_COLUMNS)


def groups_alike(panel: pd.DataFrame, metric: str) -> list[list[str]]:
    """List the largest groups of neighbours in mean rank in which no pair can be told apart.

    Pairs are told apart by Wilcoxon's signed-rank test, with Holm's correction over all pairs.
    """
    scores = _common(panel, metric)
    ranked = [str(row["strategy"]) for row in _rank(scores, metric)]
    pairs = list(combinations(ranked, 2))
    p = holm(
        pd.Series([signed_rank_p((scores.loc[a] - scores.loc[b]).to_numpy()) for a, b in pairs])
    )
    apart = {
        frozenset(pair) for pair, value in zip(pairs, p, strict=True) if value < 1 - CONFIDENCE
    }
    groups: list[list[str]] = []
    for first in range(len(ranked)):
        last = _last_alike(ranked, first, apart)
        if last > first and not (groups and ranked[last] in groups[-1]):
            groups.append(ranked[first : last + 1])
    return groups


def _last_alike(ranked: list[str], first: int, apart: set[frozenset[str]]) -> int:
    """Find how far a group can go from its first place without a pair that differs."""
    last = first
    while last + 1 < len(ranked) and not any(
        frozenset((name, ranked[last + 1])) in apart for name in ranked[first : last + 1]
    ):
        last += 1
    return last


def _common(panel: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Give the scores of strategies by those data sets that all of them have finished."""
    scores = scores_by_dataset(panel, metric)
    return scores.dropna(how="all").dropna(axis="columns").round(12)


def _rank(scores: pd.DataFrame, metric: str) -> list[dict[str, object]]:
    strategies, sets = scores.shape
    if strategies < MIN_STRATEGIES or sets < MIN_SETS:
        return []
    ranks = scores.rank(ascending=not METRICS[metric].greater_is_better)
    shared = {"sets": sets, "p_friedman": _iman_davenport_p(ranks)}
    return [
        {"strategy": name, "mean_rank": rank, **shared}
        for name, rank in ranks.mean(axis=1).sort_values(kind="stable").items()
    ]


def _iman_davenport_p(ranks: pd.DataFrame) -> float:
    """Test whether all strategies rank alike, of ranks (strategies, data sets)."""
    k, n = ranks.shape
    if not ranks.nunique().gt(1).any():
        return 1.0
    chi2 = stats.friedmanchisquare(*ranks.to_numpy()).statistic
    left = n * (k - 1) - chi2
    return float(stats.f.sf((n - 1) * chi2 / left, k - 1, (k - 1) * (n - 1))) if left > 0 else 0.0
