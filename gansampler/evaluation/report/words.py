"""The answer in words."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from ..axes.metrics import METRICS
from ..statistics.gains import CONFIDENCE, paired_gains
from ..statistics.long_table import dataset_names, metric_names, strategy_names

# Whom the verdict speaks of (the first that was run), and whom it is held against.
SUBJECTS = ("lsgan", "cgan", "jitter")
RIVALS = {
    "none": "no resampling",
    "tuned_threshold": "a tuned threshold and no new rows",
    "smote": "SMOTE",
    "jitter": "the control without a network (jitter)",
}
# What no threshold can move: the answer leans on these alone.
RANKING_METRICS = ("roc_auc", "average_precision")
# What costs least comes first; then all others, and at the end what trains a network.
SIMPLEST = ("class_weight", "random", "smote", "jitter")
NETWORKS = ("cgan", "lsgan", "guarded_lsgan", "ctgan", "tvae")
THRESHOLD = (
    "If its decisions are better, a tuned threshold, which needs no new rows, may do as well."
)


def verdict(panel: pd.DataFrame) -> list[str]:
    """Say in words whether generated rows help.

    Parameters
    ----------
    panel : DataFrame
        One panel of a result, see `gansampler.evaluation.statistics.long_table.panels`.

    Returns
    -------
    list of str
        Sentences, the answer first. Empty where no strategy with generated rows, or nothing to hold
        it against, was run.
    """
    names = strategy_names(panel)
    subject = next((name for name in SUBJECTS if name in names), None)
    rivals = [name for name in RIVALS if name in names and name != subject]
    if subject is None or not rivals:
        return []
    if panel.loc[panel["strategy"] == subject, "value"].isna().all():
        return [f"{subject} failed on every fold, so there is no answer: see the errors."]
    gains = {rival: _known_gains(panel, subject, rival) for rival in rivals}
    sentences = _answer(gains["none"], subject) if "none" in gains else []
    sentences += [_overview(rival, rows) for rival, rows in gains.items()]
    return [sentence for sentence in sentences if sentence]


def recommendation(panel: pd.DataFrame) -> str:
    """Say what to take: the simplest of what ranks clearly better than no resampling, or nothing.

    Parameters
    ----------
    panel : DataFrame
        One panel of a result, see `gansampler.evaluation.statistics.long_table.panels`.

    Returns
    -------
    str
        One or two sentences. Empty where "none" and another strategy have not both been run, or
        where no metric was taken that no threshold moves.
    """
    metrics = [name for name in metric_names(panel) if name in RANKING_METRICS]
    names = strategy_names(panel)
    if "none" not in names or len(names) < 2 or not metrics:
        return ""
    gains = paired_gains(panel, "none", metrics=metrics)
    gains = gains[gains["n"] > 0]
    if gains.empty:
        return ""
    better, worse = (
        set(gains.loc[gains["clearly"] == it, "strategy"]) for it in ("better", "worse")
    )
    mean_gains = gains.groupby("strategy", sort=False)["gain"].mean()
    helpers = mean_gains[mean_gains.index.isin(better - worse)]
    if helpers.empty:
        return _take_none(gains.iloc[0], _where(panel))
    best = str(helpers.idxmax())
    rest = [name for name in helpers.index if name != best]
    behind = paired_gains(panel, best, strategies=rest, metrics=metrics) if rest else gains[:0]
    beaten = set(behind.loc[behind["clearly"] == "worse", "strategy"])
    simplest = min((name for name in helpers.index if name not in beaten), key=_effort)
    return _take(gains[gains["strategy"] == simplest], best, _where(panel))


def _take_none(gain: Any, where: str) -> str:
    said = (
        f"Take no resampling {where}: behind {gain['learner']} no strategy ranks the rows clearly "
        "better than none."
    )
    tuned_already = gain["readout"] == "tuned"
    threshold = "" if tuned_already else " To find more of the rare class, tune the threshold."
    return said + threshold


def _take(gains: pd.DataFrame, best: str, where: str) -> str:
    """Recommend a strategy by its gains over none, with a word on the one of the highest gain."""
    name, learner = gains[["strategy", "learner"]].iloc[0]
    clear = gains[gains["clearly"] == "better"]
    shown = ", ".join(map(_named_gain, clear.itertuples()))
    said = (
        f"Take {name} {where}: behind {learner} it ranks the rows clearly better than no "
        f"resampling, by {shown}."
    )
    if best == name:
        return said
    return f"{said} {best} gains more in the mean, but not clearly, and is less simple."


def _where(panel: pd.DataFrame) -> str:
    names = list(dict.fromkeys(str(name).partition("@")[0] for name in dataset_names(panel)))
    return f"on {names[0]}" if len(names) == 1 else f"on these {len(names)} data sets"


def _effort(name: str) -> tuple[int, int]:
    """Sort strategies by how much they ask for; those that are alike keep their order."""
    if name in SIMPLEST:
        return 0, SIMPLEST.index(name)
    return (2, NETWORKS.index(name)) if name in NETWORKS else (1, 0)


def sentence(row: Any) -> str:
    """Put one row of `paired_gains` into words.

    Parameters
    ----------
    row : Series or namedtuple
        With at least one fold or data set.

    Returns
    -------
    str
        Who is how much higher or lower than whom; the interval of the gain, of which + is better
        for every metric; and on how many folds or data sets it is better.

    Examples
    --------
    >>> row = {"strategy": "lsgan", "reference": "smote", "metric": "log_loss", "gain": 0.02}
    >>> row |= {"low": 0.01, "high": 0.03, "unit": "fold", "wins": 4, "n": 5}
    >>> for part in sentence(pd.Series(row)).split("; "):
    ...     print(part)
    lsgan's log-loss is 0.020 lower than with SMOTE, which is better
    95 % interval of the gain +0.010 to +0.030
    better on 4 of 5 folds.
    """
    metric = METRICS[row.metric]
    sign = 1 if metric.greater_is_better else -1
    interval = (
        f"{CONFIDENCE * 100:.0f} % interval of the gain {signed(row.low)} to {signed(row.high)}"
        if np.isfinite([row.low, row.high]).all()
        else "too few to give an interval"
    )
    return (
        f"{row.strategy}'s {metric.title} is {_compared(sign * row.gain)} with "
        f"{RIVALS.get(row.reference, row.reference)}{_sense(metric, row.gain)}; {interval}; "
        f"better on {row.wins} of {row.n} {row.unit}{'' if row.n == 1 else 's'}."
    )


def clearly_means(panel: pd.DataFrame, sentences: Iterable[str]) -> str:
    """Explain the word "clearly" of the verdict.

    Parameters
    ----------
    panel : DataFrame
        One panel of a result, see `gansampler.evaluation.statistics.long_table.panels`.
    sentences : iterable of str
        What `verdict` says of it.

    Returns
    -------
    str
        Empty where nothing is said to be clear or not.
    """
    if not any("clear" in said for said in sentences):
        return ""
    how = (
        "is Student's, over the means of the data sets."
        if len(dataset_names(panel)) > 1
        else "allows for folds that share training rows (Nadeau and Bengio's corrected t-test)."
    )
    return (
        f'"Clearly" means that the {CONFIDENCE * 100:.0f} % interval of the mean difference leaves '
        f"out zero; of many comparisons some do so by chance. The interval {how}"
    )


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


def _known_gains(panel: pd.DataFrame, subject: str, rival: str) -> pd.DataFrame:
    gains = paired_gains(panel, rival, strategies=[subject])
    return gains[gains["n"] > 0]


def _answer(gains: pd.DataFrame, subject: str) -> list[str]:
    """Answer by the metrics that no threshold can move."""
    ranking = gains[gains["metric"].isin(RANKING_METRICS)]
    if ranking.empty:
        return []
    learner = ranking["learner"].iloc[0]
    better, worse = (_titles(ranking[ranking["clearly"] == word]) for word in ("better", "worse"))
    details = [sentence(row) for row in ranking.itertuples()]
    if better and worse:
        mixed = f"ranks better with its rows than without by {better}, and worse by {worse}."
        return [f"{subject} helps and hurts: {learner} {mixed}", *details]
    if better:
        return [f"{subject} helps: {learner} ranks better with its rows than without.", *details]
    if worse:
        return [f"{subject} hurts: {learner} ranks worse with its rows than without.", *details]
    answer = f"{subject} makes no clear difference to how well {learner} ranks the rows."
    tuned_already = ranking["readout"].iloc[0] == "tuned"
    return [answer, *details] if tuned_already else [answer, *details, THRESHOLD]


def _titles(gains: pd.DataFrame) -> str:
    return ", ".join(METRICS[metric].title for metric in gains["metric"])


def _overview(rival: str, gains: pd.DataFrame) -> str:
    """Sort all metrics into better, worse and neither."""
    if gains.empty:
        return ""
    words = {"better": "clearly better in", "worse": "clearly worse in"}
    parts = [
        f"{words[word]} " + ", ".join(map(_named_gain, group.itertuples()))
        for word in words
        if len(group := gains[gains["clearly"] == word])
    ]
    if others := _titles(gains[gains["clearly"] == ""]):
        parts.append("no clear difference in " + (others if parts else "any metric"))
    return f"Against {RIVALS[rival]}: {'; '.join(parts)}."


def _named_gain(row: Any) -> str:
    return f"{METRICS[row.metric].title} ({signed(row.gain)})"


def _compared(difference: float) -> str:
    if round(difference, 3) == 0:
        return "on average the same as"
    return f"{abs(difference):.3f} {'higher' if difference > 0 else 'lower'} than"


def _sense(metric: Any, gain: float) -> str:
    """Say which way is better where it is not the usual one."""
    if metric.greater_is_better or round(gain, 3) == 0:
        return ""
    return ", which is better" if gain > 0 else ", which is worse"
