"""What the words of a report mean, in a plain sentence each."""

from collections.abc import Iterable

from ..axes.metrics import METRICS
from ..axes.readouts import READOUTS, Readout

TERMS = {
    "gain": "how much better something is than what it is held against: + is better for every "
    "metric, and of one where less is better it is how much lower it is. A fold that failed counts "
    "as no resampling",
    "95 % interval": "where the true difference lies, with a confidence of 95 %, judged by how "
    "much folds or data sets differ",
    "clearly": "p is below 0.05 after Holm's correction for the few comparisons that were chosen "
    "before any run; of all else nothing is said to be clear",
    "p": "how often chance alone would make so large a difference",
    "p (Iman and Davenport)": "how often chance alone would make the mean ranks differ so much, if "
    "all strategies were alike",
    "mean rank": "the strategies are ranked on each data set, 1 is best, and their ranks averaged",
    "probability of a practical difference": "how likely a difference is that matters in practice, "
    "given these folds or data sets",
    "calibration error": "how far the share of the class is from the probability that was given "
    "for it, in the mean over all rows of a data set, then over data sets",
    "class ratio": "rows of the smallest class divided by rows of the largest: 1 is balanced",
    "confusion matrix": "how many rows of each class were taken for which class",
    "ROC curve": "recall of the rarest class against the share of other rows that are taken for "
    "it, for every threshold",
    "precision-recall curve": "precision against recall of the rarest class, for every threshold",
}


def glossary(used: Iterable[str]) -> dict[str, str]:
    """Explain the terms and metrics that are used, by what they are called, metrics first."""
    used = set(used)
    metrics = {entry.title: entry.meaning for name, entry in METRICS.items() if name in used}
    terms = {name: meaning for name, meaning in TERMS.items() if name in used}
    readouts = {name: _first_line(readout) for name, readout in READOUTS.items() if name in used}
    meanings = metrics | terms | readouts
    return {name: meaning for name, meaning in meanings.items() if meaning}


def _first_line(readout: Readout) -> str:
    return (readout.__doc__ or "").partition(".")[0]
