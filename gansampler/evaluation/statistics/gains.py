"""What strategies gain over a reference: paired differences, with intervals and tests."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from ...naming import check_name
from ..axes.metrics import METRICS
from .equivalence import signed_rank_probabilities, t_probabilities
from .long_table import (
    dataset_names,
    metric_names,
    panels,
    scores_by_dataset,
    scores_by_fold,
    strategy_names,
)

CONFIDENCE = 0.95
GAIN_COLUMNS = [
    "learner",
    "readout",
    "protocol",
    "reference",
    "strategy",
    "metric",
    "unit",
    "n",
    "gain",
    "low",
    "high",
    "median",
    "wins",
    "ties",
    "losses",
    "clearly",
    "p",
    "p_holm",
    "chance_worse",
    "chance_equal",
    "chance_better",
]
Layout = Callable[[pd.DataFrame, str], pd.DataFrame]
Judgement = dict[str, Any]


def paired_gains(
    results: pd.DataFrame,
    reference: str,
    *,
    strategies: Iterable[str] | None = None,
    metrics: Iterable[str] | None = None,
) -> pd.DataFrame:
    r"""Say what each strategy gains over a reference, with all that tells it from chance.

    Differences are turned so that more is better: of a loss, reference less strategy. Of one data
    set they are taken fold by fold, of several by the mean over the folds of each. A fold or a data
    set counts only for the pairs of which both have finished it.

    Parameters
    ----------
    results : DataFrame
        What `gansampler.evaluation.compare` returns.
    reference : str
        A strategy that was run.
    strategies, metrics : iterable of str, optional
        What to hold against it; all that were run by default. They are also the family of Holm's
        correction, which is made for each learner, readout and protocol apart.

    Returns
    -------
    DataFrame
        One row for each learner, readout, protocol, strategy and metric. ``unit`` is "fold" or
        "data set", ``n`` how many were paired, ``gain`` the mean difference with its 95 % interval
        from ``low`` to ``high``, ``median``, ``wins``, ``ties`` and ``losses`` count them,
        ``clearly`` is "better" or "worse" if the interval leaves out zero. ``p`` is two-sided,
        ``p_holm`` the same after Holm's correction [1]_; then come the probabilities that the
        strategy is worse than the reference by more than 0.01, within 0.01, and better by more. NaN
        marks what cannot be known.

    Raises
    ------
    ValueError
        If the reference, a strategy or a metric was not run.

    Notes
    -----
    Over :math:`n` folds of mean :math:`d` and standard deviation :math:`s` the interval is
    :math:`d \pm t_{n-1} s \sqrt{1/n + q}` and p that of the same t-test [2]_. q, the rows that are
    scored divided by those that are learnt from, makes up for folds that share training rows. It is
    :math:`1/(k-1)` of k-fold cross-validation. By the protocol "time", where fold j of k is learnt
    from j parts of the table and scored on one, it is the mean :math:`\sum_{j=1}^k 1/j / k`; there
    the correction, derived for rows cut at random, is an approximation.

    Over n data sets the interval is Student's, :math:`d \pm t_{n-1} s / \sqrt n`, and p comes from
    Wilcoxon's signed-rank test, which asks for no normal distribution; ties are split evenly [3]_.

    References
    ----------
    .. [1] S. Holm (1979). A simple sequentially rejective multiple test procedure. Scandinavian
       Journal of Statistics 6, 65-70.
    .. [2] C. Nadeau, Y. Bengio (2003). Inference for the generalization error. Machine Learning 52,
       239-281.
    .. [3] J. Demsar (2006). Statistical comparisons of classifiers over multiple data sets. JMLR
       7, 1-30.
    """
    check_name(reference, strategy_names(results), "strategy in the result")
    names = _wanted(strategies, strategy_names(results), "strategy")
    scores = _wanted(metrics, metric_names(results), "metric")
    parts = [
        _panel_gains(panel, key.protocol, reference, names, scores).assign(
            **key._asdict(), reference=reference
        )
        for key, panel in panels(results)
    ]
    return pd.concat(parts, ignore_index=True)[GAIN_COLUMNS]


def holm(p: pd.Series) -> pd.Series:
    r"""Correct p-values for their number by Holm's procedure.

    The i-th smallest of m becomes the greatest of :math:`(m - j + 1) p_{(j)}` over j up to i, at
    most 1.

    Parameters
    ----------
    p : Series of float
        NaN stays NaN, and counts for nothing.

    Returns
    -------
    Series of float
    """
    known = p.dropna().sort_values()
    factors = np.arange(len(known), 0, -1)
    return (known * factors).cummax().clip(upper=1.0).reindex(p.index)


def _wanted(names: Iterable[str] | None, known: list[str], what: str) -> list[str]:
    names = known if names is None else list(names)
    return [check_name(name, known, f"{what} in the result") for name in names]


def _panel_gains(
    panel: pd.DataFrame,
    protocol: str,
    reference: str,
    strategies: list[str],
    metrics: list[str],
) -> pd.DataFrame:
    unit, layout, judge = (
        ("data set", scores_by_dataset, _judge_datasets)
        if len(dataset_names(panel)) > 1
        else ("fold", scores_by_fold, partial(_judge_folds, ratio=_test_ratio(panel, protocol)))
    )
    rows = []
    for metric in metrics:
        differences = gains_by_unit(panel, metric, reference, layout).T
        for strategy in differences.columns.intersection(strategies, sort=False):
            if strategy != reference:
                paired = differences[strategy]
                rows.append({"strategy": strategy, "metric": metric, **_describe(paired, judge)})
    table = pd.DataFrame(rows, columns=GAIN_COLUMNS).assign(unit=unit)
    table["p_holm"] = holm(table["p"].astype(float))
    table["clearly"] = np.select([table["low"] > 0, table["high"] < 0], ["better", "worse"], "")
    return table


def gains_by_unit(panel: pd.DataFrame, metric: str, reference: str, layout: Layout) -> pd.DataFrame:
    """Subtract the reference from all strategies, turned so that more is better.

    Parameters
    ----------
    panel : DataFrame
        One panel of a result, see `panels`.
    metric : str
        One of its metrics.
    reference : str
        One of its strategies.
    layout : callable
        `scores_by_fold` or `scores_by_dataset`.

    Returns
    -------
    DataFrame of float
        Laid out in the same way. Rounded to 12 decimals, so that what differs by the order of
        summation alone is a tie.
    """
    scores = layout(panel, metric)
    sign = 1 if METRICS[metric].greater_is_better else -1
    # While a run goes on, a panel may lack the reference.
    return (sign * (scores - scores.reindex([reference]).loc[reference])).round(12)


def _describe(differences: pd.Series, judge: Callable[[pd.Series], Judgement]) -> Judgement:
    """Count and average the differences of one pair, and judge them."""
    paired = differences.dropna()
    counts = {
        "n": len(paired),
        "wins": int((paired > 0).sum()),
        "ties": int((paired == 0).sum()),
        "losses": int((paired < 0).sum()),
    }
    return {**counts, "gain": paired.mean(), "median": paired.median(), **judge(differences)}


def _test_ratio(panel: pd.DataFrame, protocol: str) -> float:
    """Divide the rows that are scored by those that are learnt from, in the mean over the folds."""
    # Of a run that goes on, the last folds may be missing for now.
    folds = int(panel["fold"].max())
    if protocol.startswith("time="):
        return float(np.mean(1 / np.arange(1, folds + 1)))
    return 1 / max(folds - 1, 1)


def _judge_folds(differences: pd.Series, ratio: float) -> Judgement:
    """Test the folds of one data set; they share training rows."""
    values = differences.dropna().to_numpy()
    n = len(values)
    if n < 2:
        return {**_interval(values, np.nan), "p": np.nan, **_chances((np.nan,) * 3)}
    scale = float(values.std(ddof=1) * np.sqrt(1 / n + ratio))
    mean = float(values.mean())
    p = float(2 * stats.t.sf(abs(mean) / scale, n - 1)) if scale > 0 else float(mean == 0)
    return {
        **_interval(values, scale),
        "p": p,
        **_chances(t_probabilities(mean, scale, n - 1)),
    }


def _judge_datasets(differences: pd.Series) -> Judgement:
    """Test the means of several data sets, which are independent of each other."""
    values = differences.dropna().to_numpy()
    n = len(values)
    scale = float(values.std(ddof=1) / np.sqrt(n)) if n > 1 else np.nan
    return {
        **_interval(values, scale),
        "p": _signed_rank_p(values),
        **_chances(signed_rank_probabilities(values)),
    }


def _interval(values: np.ndarray, scale: float) -> Judgement:
    """Give Student's interval of the mean; of one value it has no end."""
    n = len(values)
    if n == 0:
        return {"low": np.nan, "high": np.nan}
    half = float(stats.t.ppf((1 + CONFIDENCE) / 2, n - 1)) * scale if n > 1 else np.inf
    mean = float(values.mean())
    return {"low": mean - half, "high": mean + half}


def _signed_rank_p(values: np.ndarray) -> float:
    if len(values) < 2:
        return np.nan
    if not values.any():
        return 1.0
    return float(stats.wilcoxon(values, zero_method="zsplit").pvalue)


def _chances(probabilities: tuple[float, ...]) -> Judgement:
    names = ("chance_worse", "chance_equal", "chance_better")
    return dict(zip(names, probabilities, strict=True))
