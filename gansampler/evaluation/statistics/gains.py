"""What strategies gain over a reference: paired differences, with estimates and tests."""

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
    FALLBACK,
    PanelKey,
    dataset_names,
    failed_folds,
    metric_names,
    panels,
    scores_by_dataset,
    scores_by_fold,
    strategy_names,
    values_by_fold,
)
from .signed_rank import CONFIDENCE, signed_rank_interval, signed_rank_p, walsh_averages

# The same rows without a network: whatever a generator is good for it gains over this.
CONTROL = "jitter"
# What makes every class larger than the largest says so at the end of its name, or inside.
ENLARGED = "_x3"
CONTROLS = (CONTROL, CONTROL + ENLARGED)
# What strategies are held against.
REFERENCES = ("none", "tuned_threshold", "smote", *CONTROLS)
# Below so many folds or data sets nothing can be told from chance.
MIN_FOLDS, MIN_SETS = 3, 6
GAIN_COLUMNS = [
    *PanelKey._fields,
    *("reference", "strategy", "metric", "unit", "n", "failed"),
    *("gain", "low", "high", "mean", "median", "wins", "ties", "losses"),
    *("p", "p_holm", "clearly", "chance_worse", "chance_equal", "chance_better"),
]
FAMILY = ["reference", "strategy", "metric"]
Layout = Callable[[pd.DataFrame, str], pd.DataFrame]
Judgement = dict[str, Any]


def paired_gains(
    results: pd.DataFrame,
    reference: str | Iterable[str],
    *,
    strategies: Iterable[str] | None = None,
    metrics: Iterable[str] | None = None,
) -> pd.DataFrame:
    r"""Say what each strategy gains over a reference, with all that tells it from chance.

    Differences are turned so that more is better: of a loss, reference less strategy. Of one data
    set they are taken fold by fold, of several by the mean over the folds of each. A fold on which
    a strategy failed counts as the score of no resampling, which is what a user falls back on. A
    fold or a data set counts only for the pairs that have run it.

    Parameters
    ----------
    results : DataFrame
        What `gansampler.evaluation.compare` returns.
    reference : str or iterable of str
        One strategy that was run, or several.
    strategies, metrics : iterable of str, optional
        What to hold against it; all that were run by default.

    Returns
    -------
    DataFrame
        One row for each learner, readout, protocol, size of the smallest class, reference,
        strategy and metric. ``unit`` is "fold" or "data set", ``n`` how many were paired,
        ``failed`` on how many folds the strategy failed. ``gain`` is the estimate with its 95 %
        interval from ``low`` to ``high``, ``mean`` and ``median`` are those of the differences,
        ``wins``, ``ties`` and ``losses`` count them. ``p`` is two-sided. Where the answer of a run
        leans on a comparison, ``p_holm`` is p after Holm's correction [1]_, and ``clearly`` is
        "better" or "worse" where that is below 0.05; all other comparisons describe. Last come the
        probabilities that the strategy is worse than the reference by more than the metric's region
        of equivalence, within it, and better by more. NaN marks what cannot be known: below three
        folds or six data sets, or where all differences are equal.

    Raises
    ------
    ValueError
        If a reference, a strategy or a metric was not run.

    Notes
    -----
    The family of Holm's correction was chosen before anything was measured: of each strategy, for
    each learner, readout and protocol, ROC-AUC and average precision against no resampling and
    against the control without a network that adds as many rows, so four comparisons at most,
    whatever else was run.

    Over :math:`n` folds of mean :math:`d` and standard deviation :math:`s` the estimate is d, the
    interval :math:`d \pm t_{n-1} s \sqrt{1/n + q}` and p that of the same t-test [2]_. q, the rows
    that are scored divided by those that are learnt from (in the mean over the folds), makes up for
    folds that share training rows. It was derived for rows cut at random: under a protocol that
    cuts by time or thins the training parts it is an approximation.

    Over n data sets the estimate is that of Hodges and Lehmann, the median of all means of two
    differences; p comes from Wilcoxon's signed-rank test, ties split evenly [3]_, and the interval
    holds the shifts that this test does not reject.

    References
    ----------
    .. [1] S. Holm (1979). A simple sequentially rejective multiple test procedure. Scandinavian
       Journal of Statistics 6, 65-70.
    .. [2] C. Nadeau, Y. Bengio (2003). Inference for the generalization error. Machine Learning 52,
       239-281.
    .. [3] J. Demsar (2006). Statistical comparisons of classifiers over multiple data sets. JMLR
       7, 1-30.
    """
    known = strategy_names(results)
    references = [reference] if isinstance(reference, str) else list(reference)
    for name in references:
        check_name(name, known, "strategy in the result")
    names = _wanted(strategies, known, "strategy")
    scores = _wanted(metrics, metric_names(results), "metric")
    parts = [
        _panel_gains(panel, references, names, scores).assign(**key._asdict())
        for key, panel in panels(results)
    ]
    return pd.concat(parts, ignore_index=True)[GAIN_COLUMNS]


def control_of(strategy: str) -> str:
    """Name the strategy that adds as many rows without a network."""
    return CONTROL + ENLARGED if ENLARGED in strategy else CONTROL


def panel_gains(panel: pd.DataFrame) -> pd.DataFrame:
    """Give the `paired_gains` of a panel over each of `REFERENCES` that was run."""
    known = strategy_names(panel) if metric_names(panel) else []
    references = [name for name in REFERENCES if name in known]
    return paired_gains(panel, references) if references else pd.DataFrame(columns=GAIN_COLUMNS)


def holm(p: pd.Series) -> pd.Series:
    """Correct p-values for their number by Holm's procedure; NaN stays NaN and does not count.

    The i-th smallest of m becomes the greatest of (m - j + 1) p_j over j up to i, at most 1.
    """
    known = p.dropna().sort_values()
    factors = np.arange(len(known), 0, -1)
    return (known * factors).cummax().clip(upper=1.0).reindex(p.index)


def gains_by_unit(panel: pd.DataFrame, metric: str, reference: str, layout: Layout) -> pd.DataFrame:
    """Subtract the reference from all strategies, turned so that more is better.

    `layout` is `scores_by_fold` or `scores_by_dataset`. Rounded to 12 decimals, so that what
    differs by the order of summation alone is a tie.
    """
    scores = layout(panel, metric)
    sign = 1 if METRICS[metric].greater_is_better else -1
    # While a run goes on, a panel may lack the reference.
    return (sign * (scores - scores.reindex([reference]).loc[reference])).round(12)


def scored_to_learnt(panel: pd.DataFrame) -> float:
    """Divide the rows that are scored by those that are learnt from, in the mean over the folds.

    Results of earlier versions do not hold them: there it is that of plain k folds.
    """
    learnt, scored = (values_by_fold(panel, f"rows_{part}") for part in ("train", "test"))
    if learnt.notna().any(axis=None):
        return float(np.nanmean((scored / learnt).to_numpy()))
    return 1 / max(int(panel["fold"].max()) - 1, 1)


def confidence_half_width(deviation: float, n: int, ratio: float) -> float:
    """Give half of the interval over n folds that share training rows, see `paired_gains`."""
    return float(stats.t.ppf((1 + CONFIDENCE) / 2, n - 1) * deviation * np.sqrt(1 / n + ratio))


def _wanted(names: Iterable[str] | None, known: list[str], what: str) -> list[str]:
    names = known if names is None else list(names)
    return [check_name(name, known, f"{what} in the result") for name in names]


def _panel_gains(
    panel: pd.DataFrame, references: list[str], strategies: list[str], metrics: list[str]
) -> pd.DataFrame:
    several = len(dataset_names(panel)) > 1
    judge = _judge_datasets if several else partial(_judge_folds, ratio=scored_to_learnt(panel))
    layout = scores_by_dataset if several else scores_by_fold
    failed = failed_folds(panel).sum(axis=1)
    rows = [
        {
            **dict(zip(FAMILY, (reference, strategy, metric), strict=True)),
            "failed": int(failed.get(strategy, 0)),
            **_describe(differences.dropna(), judge, METRICS[metric].rope),
        }
        for reference in references
        for metric in metrics
        for strategy, differences in gains_by_unit(panel, metric, reference, layout).iterrows()
        if strategy in strategies and strategy != reference
    ]
    table = pd.DataFrame(rows, columns=GAIN_COLUMNS).assign(unit="data set" if several else "fold")
    confirmed = table[FAMILY].merge(_confirmatory_p(panel, layout, judge), "left", on=FAMILY)
    table["p_holm"] = confirmed["confirmed"].astype(float)
    certain = table["p_holm"] < 1 - CONFIDENCE
    table["clearly"] = np.select(
        [certain & (table["gain"] > 0), certain & (table["gain"] < 0)], ["better", "worse"], ""
    )
    return table


def _confirmatory_p(
    panel: pd.DataFrame, layout: Layout, judge: Callable[..., Judgement]
) -> pd.DataFrame:
    """Test what the answer leans on, with Holm's correction within each strategy."""
    known = strategy_names(panel)
    rows = [
        (reference, strategy, metric, judge(differences.dropna().to_numpy(), rope=None)["p"])
        for reference in (FALLBACK, *CONTROLS)
        if reference in known
        for metric in metric_names(panel)
        if METRICS[metric].confirms
        for strategy, differences in gains_by_unit(panel, metric, reference, layout).iterrows()
        if strategy not in (reference, FALLBACK)
        and reference in (FALLBACK, control_of(str(strategy)))
    ]
    table = pd.DataFrame(rows, columns=[*FAMILY, "confirmed"]).astype({"confirmed": float})
    table["confirmed"] = table.groupby("strategy")["confirmed"].transform(holm)
    return table


def _describe(differences: pd.Series, judge: Callable[..., Judgement], rope: float) -> Judgement:
    """Count and average the differences of one pair, and judge them."""
    counts = {
        "n": len(differences),
        "wins": int((differences > 0).sum()),
        "ties": int((differences == 0).sum()),
        "losses": int((differences < 0).sum()),
    }
    averages = {"mean": differences.mean(), "median": differences.median()}
    return {**counts, **averages, **judge(differences.to_numpy(dtype=float), rope=rope)}


def _judge_folds(values: np.ndarray, *, ratio: float, rope: float | None) -> Judgement:
    """Test the folds of one data set, which share training rows; without a rope no chances."""
    n, mean = len(values), float(values.mean()) if len(values) else np.nan
    if n < MIN_FOLDS or np.ptp(values) == 0:
        return _judgement(mean)
    deviation = float(values.std(ddof=1))
    half = confidence_half_width(deviation, n, ratio)
    scale = deviation * np.sqrt(1 / n + ratio)
    p = float(2 * stats.t.sf(abs(mean) / scale, n - 1))
    chances = None if rope is None else t_probabilities(mean, scale, n - 1, rope)
    return _judgement(mean, mean - half, mean + half, p, chances)


def _judge_datasets(values: np.ndarray, *, rope: float | None) -> Judgement:
    """Test the means of several data sets, which are independent of each other."""
    gain = float(np.median(walsh_averages(values))) if len(values) else np.nan
    if len(values) < MIN_SETS or np.ptp(values) == 0:
        return _judgement(gain)
    chances = None if rope is None else signed_rank_probabilities(values, rope)
    return _judgement(gain, *signed_rank_interval(values), signed_rank_p(values), chances)


def _judgement(
    gain: float,
    low: float = np.nan,
    high: float = np.nan,
    p: float = np.nan,
    chances: tuple[float, ...] | None = None,
) -> Judgement:
    worse, equal, better = chances or (np.nan,) * 3
    return {
        **{"gain": gain, "low": low, "high": high, "p": p},
        **{"chance_worse": worse, "chance_equal": equal, "chance_better": better},
    }
