"""Scores laid out by fold, and their paired differences with intervals."""

import numpy as np
import pandas as pd
from scipy import stats

from .metrics import METRICS

CONFIDENCE = 0.95
PAIR_COLUMNS = ["strategy", "metric", "difference", "low", "high", "better", "folds", "clearly"]


def scores_by_fold(results: pd.DataFrame, metric: str) -> pd.DataFrame:
    """Lay one metric out by strategy and fold.

    Parameters
    ----------
    results : DataFrame
        What `gansampler.evaluation.compare` returns.
    metric : str
        A name in its column "metric".

    Returns
    -------
    DataFrame of float
        One row for each strategy in the order of the run, one column for each (repeat, fold); NaN
        where the strategy failed.
    """
    scored = results[results["metric"] == metric]
    wide = scored.pivot(index="strategy", columns=["repeat", "fold"], values="value")
    return wide.reindex(strategy_names(results)).sort_index(axis="columns")


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


def paired_differences(results: pd.DataFrame, baseline: str) -> pd.DataFrame:
    r"""Subtract a baseline from each strategy, fold by fold.

    Parameters
    ----------
    results : DataFrame
        What `gansampler.evaluation.compare` returns.
    baseline : str
        A strategy that was run.

    Returns
    -------
    DataFrame
        One row for each other strategy and metric, with the columns ``strategy``, ``metric``,
        ``difference`` (mean of strategy less baseline over the folds where both have a score),
        ``low`` and ``high`` (its interval), ``better`` (on how many folds, by the sense of the
        metric), ``folds``, and ``clearly``: "better" or "worse" if the interval leaves out zero.

    Notes
    -----
    Over :math:`n` differences of mean :math:`d` and standard deviation :math:`s`, from
    :math:`k`-fold cross-validation, the 95 % interval is
    :math:`d \pm t_{n-1} s \sqrt{1/n + 1/(k-1)}` [1]_; the second summand is there because folds
    share training rows.

    References
    ----------
    .. [1] C. Nadeau, Y. Bengio (2003). Inference for the generalization error. Machine Learning 52,
       239-281.
    """
    rows = []
    for metric in metric_names(results):
        scores = scores_by_fold(results, metric)
        sign = 1 if METRICS[metric].greater_is_better else -1
        for strategy in scores.index.drop(baseline):
            differences = (scores.loc[strategy] - scores.loc[baseline]).dropna()
            n_folds = scores.columns.get_level_values("fold").nunique()
            interval = _interval(differences.to_numpy(), n_folds)
            direction = sign * (int(interval["low"] > 0) - int(interval["high"] < 0))
            rows.append(
                {
                    "strategy": strategy,
                    "metric": metric,
                    **interval,
                    "better": int((sign * differences > 0).sum()),
                    "folds": len(differences),
                    "clearly": {1: "better", 0: "", -1: "worse"}[direction],
                }
            )
    return pd.DataFrame(rows, columns=PAIR_COLUMNS)


def signed(difference: float) -> str:
    """Write a difference with its sign and three decimals; what rounds to zero gets a plus.

    Parameters
    ----------
    difference : float

    Returns
    -------
    str
    """
    return f"{round(difference, 3) + 0.0:+.3f}"


def _interval(differences: np.ndarray, folds: int) -> dict[str, float]:
    n = len(differences)
    if n == 0:
        return dict.fromkeys(["difference", "low", "high"], np.nan)
    mean = float(differences.mean())
    if n == 1:
        return {"difference": mean, "low": -np.inf, "high": np.inf}
    spread = differences.std(ddof=1) * np.sqrt(1 / n + 1 / max(folds - 1, 1))
    half = float(stats.t.ppf((1 + CONFIDENCE) / 2, n - 1) * spread)
    return {"difference": mean, "low": mean - half, "high": mean + half}
