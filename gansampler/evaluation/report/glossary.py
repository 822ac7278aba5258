"""What the words of a report mean, in a plain sentence each."""

from collections.abc import Iterable

from ..axes.metrics import METRICS

TERMS = {
    "gain": "how much better something is than what it is held against: + is better for every "
    "metric, and of one where less is better it is how much lower it is",
    "95 % interval": "where the true mean difference lies, with a confidence of 95 %, judged by "
    "how much folds or data sets differ",
    "clearly": "the 95 % interval leaves out zero; of many comparisons some do so by chance",
    "p": "how often chance alone would make so large a difference; Holm's correction allows for "
    "the number of comparisons in the table, so that p and the interval of one may disagree",
    "p (Friedman)": "how often chance alone would make the mean ranks differ so much, if all "
    "strategies were alike",
    "mean rank": "the strategies are ranked on each data set, 1 is best, and their ranks averaged",
    "critical difference": "how far two mean ranks have to be apart to be told from chance "
    "(Nemenyi's test at 5 %)",
    "probability of a practical difference": "how likely a difference of more than 0.01 is, given "
    "these folds or data sets",
    "class ratio": "rows of the smallest class divided by rows of the largest: 1 is balanced",
    "confusion matrix": "how many rows of each class were taken for which class",
    "ROC curve": "recall of the rarest class against the share of other rows that are taken for "
    "it, for every threshold",
    "precision-recall curve": "precision against recall of the rarest class, for every threshold",
    "as_is": "the readout that takes probabilities and decisions as they come",
    "tuned": "the readout whose decision threshold is tuned inside the training part, for each "
    "score",
    "prior_corrected": "the readout whose probabilities are taken back to the class shares before "
    "resampling",
}


def glossary(used: Iterable[str]) -> dict[str, str]:
    """Explain the words that are used.

    Parameters
    ----------
    used : iterable of str
        Keys of `TERMS` and names of metrics; what is neither is left out.

    Returns
    -------
    dict of str to str
        By what they are called on the page, metrics first.
    """
    used = set(used)
    metrics = {entry.title: entry.meaning for name, entry in METRICS.items() if name in used}
    terms = {name: meaning for name, meaning in TERMS.items() if name in used}
    return {name: meaning for name, meaning in (metrics | terms).items() if meaning}
