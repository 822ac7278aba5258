"""The answer in words."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from .gains import CONFIDENCE, paired_gains
from .metrics import METRICS
from .scores import dataset_names, strategy_names

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
THRESHOLD = (
    "If its decisions are better, a tuned threshold, which needs no new rows, may do as well."
)


def verdict(panel: pd.DataFrame) -> list[str]:
    """Say in words whether generated rows help.

    Parameters
    ----------
    panel : DataFrame
        One panel of a result, see `gansampler.evaluation.scores.panels`.

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


def sentence(row: Any) -> str:
    """Put one row of `paired_gains` into words.

    Parameters
    ----------
    row : Series or namedtuple
        With at least one fold or data set.

    Returns
    -------
    str
        Who is how much higher or lower than whom, in the sense of the metric itself; the interval
        of the difference; and on how many folds or data sets it is better.

    Examples
    --------
    >>> row = {"strategy": "lsgan", "reference": "smote", "metric": "log_loss", "gain": 0.02}
    >>> row |= {"low": 0.01, "high": 0.03, "unit": "fold", "wins": 4, "n": 5}
    >>> for part in sentence(pd.Series(row)).split("; "):
    ...     print(part)
    lsgan's log-loss is 0.020 lower than with SMOTE, which is better
    95 % interval -0.030 to -0.010
    better on 4 of 5 folds.
    """
    metric = METRICS[row.metric]
    sign = 1 if metric.greater_is_better else -1
    ends = sorted(sign * end for end in (row.low, row.high))
    interval = (
        f"{CONFIDENCE * 100:.0f} % interval {signed(ends[0])} to {signed(ends[1])}"
        if np.isfinite(ends).all()
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
        One panel of a result, see `gansampler.evaluation.scores.panels`.
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
    metric = METRICS[row.metric]
    return f"{metric.title} ({signed(row.gain if metric.greater_is_better else -row.gain)})"


def _compared(difference: float) -> str:
    if round(difference, 3) == 0:
        return "on average the same as"
    return f"{abs(difference):.3f} {'higher' if difference > 0 else 'lower'} than"


def _sense(metric: Any, gain: float) -> str:
    """Say which way is better where it is not the usual one."""
    if metric.greater_is_better or round(gain, 3) == 0:
        return ""
    return ", which is better" if gain > 0 else ", which is worse"
