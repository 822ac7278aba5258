"""The scores: one entry each, and how each speaks of more than two classes.

Labels reach a metric as codes, the most frequent class first. With two classes, code 1 is therefore
the minority, which is the positive class of every score that has one.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from imblearn.metrics import geometric_mean_score
from sklearn import metrics
from sklearn.preprocessing import label_binarize

from ...naming import check_name
from .lookup import by_name


@dataclass(frozen=True)
class Metric:
    """A score of predicted labels or probabilities.

    Parameters
    ----------
    title : str
        Its name in tables and figures.
    function : callable
        ``function(y, y_predicted)`` with codes of shape (n,), or, where `needs_probabilities`,
        ``function(y, probabilities)`` with probabilities of shape (n, classes). Returns a float.
    needs_probabilities : bool, default=False
        Which of the two.
    greater_is_better : bool, default=True
        False for a loss.
    meaning : str, default=""
        What it says, in a sentence without a capital and a full stop, for the glossary of a report.
    confirms : bool, default=False
        Whether the answer of a run leans on it: no threshold moves it. All other metrics describe.
    rope : float, default=0.01
        Half the width of its region of practical equivalence: so small a difference is none.
    tuned_for : str, optional
        Of a metric of labels, the one that the decision is tuned for where it is tuned, if not
        itself. Recall alone would be best if every row were taken for the rarest class.
    by_default : bool, default=True
        Whether it is taken when no names are given, or only when its name is.
    compares_seeds : bool, default=False
        Whether it gets two predictions, by two fits with different seeds, in place of the classes
        and a prediction; the second fit takes as long as the first.
    """

    title: str
    function: Callable[[np.ndarray, np.ndarray], float]
    needs_probabilities: bool = False
    greater_is_better: bool = True
    meaning: str = ""
    confirms: bool = False
    rope: float = 0.01
    tuned_for: str | None = None
    by_default: bool = True
    compares_seeds: bool = False


def balanced_accuracy(y: np.ndarray, predicted: np.ndarray) -> float:
    """Mean recall of the classes that are there, without a word on others that were predicted."""
    return metrics.recall_score(y, predicted, labels=np.unique(y), average="macro")


def g_mean(y: np.ndarray, predicted: np.ndarray) -> float:
    """Geometric mean of the same recalls."""
    return geometric_mean_score(y, predicted, labels=np.unique(y))


def recall(y: np.ndarray, predicted: np.ndarray) -> float:
    """Share of the rows of the rarest class that are found, of however many classes.

    It is the mean over classes (macro) that is known as balanced accuracy.
    """
    return metrics.recall_score(y, predicted, labels=_rarest(y), average="macro", zero_division=0)


def precision(y: np.ndarray, predicted: np.ndarray) -> float:
    """Share of right ones among the rows that are taken for the rarest class; 0 if none is."""
    rarest = _rarest(y)
    return metrics.precision_score(y, predicted, labels=rarest, average="macro", zero_division=0)


def _rarest(y: np.ndarray) -> list[int]:
    """Give the code of the rarest class that is there; of two classes it is 1 in any case."""
    return [max(int(y.max()), 1)]


def f1(y: np.ndarray, predicted: np.ndarray) -> float:
    """F1 of the minority class; of more than two classes the plain mean over classes (macro)."""
    binary = max(y.max(), predicted.max()) < 2
    return metrics.f1_score(y, predicted, average="binary" if binary else "macro", zero_division=0)


def roc_auc(y: np.ndarray, probabilities: np.ndarray) -> float:
    """Area under the ROC curve; of more than two classes the mean of each against the rest."""
    if probabilities.shape[1] == 2:
        return metrics.roc_auc_score(y, probabilities[:, 1])
    return metrics.roc_auc_score(_indicators(y, probabilities), probabilities, average="macro")


def average_precision(y: np.ndarray, probabilities: np.ndarray) -> float:
    """Area under the precision-recall curve; classes as in `roc_auc`."""
    if probabilities.shape[1] == 2:
        return metrics.average_precision_score(y, probabilities[:, 1])
    indicators = _indicators(y, probabilities)
    return metrics.average_precision_score(indicators, probabilities, average="macro")


def log_loss(y: np.ndarray, probabilities: np.ndarray) -> float:
    """Minus the mean log probability of the true class, in nats."""
    return metrics.log_loss(y, probabilities, labels=np.arange(probabilities.shape[1]))


def brier(y: np.ndarray, probabilities: np.ndarray) -> float:
    """Half the squared error of all probabilities of a row, in the mean: 0 to 1.

    Of two classes it is the squared error of one of them, as Brier's score is mostly meant.
    """
    classes = np.arange(probabilities.shape[1])
    return metrics.brier_score_loss(y, probabilities, labels=classes, scale_by_half=True)


def instability(y_predicted_again: np.ndarray, y_predicted: np.ndarray) -> float:
    """Share of the rows whose predicted class another seed changes."""
    return float(np.mean(y_predicted_again != y_predicted))


def _indicators(y: np.ndarray, probabilities: np.ndarray) -> np.ndarray:
    return label_binarize(y, classes=np.arange(probabilities.shape[1]))


METRICS: dict[str, Metric] = {
    "accuracy": Metric(
        "accuracy", metrics.accuracy_score, meaning="the share of rows whose class is right"
    ),
    "balanced_accuracy": Metric(
        "balanced accuracy",
        balanced_accuracy,
        meaning="the mean of the recalls of all classes, each counting alike however rare it is",
    ),
    "g_mean": Metric(
        "G-mean",
        g_mean,
        meaning="the geometric mean of the recalls of all classes: 0 as soon as one class is never "
        "found",
    ),
    "recall": Metric(
        "recall",
        recall,
        meaning="the share of the rows of the rarest class that are found",
        tuned_for="f1",
    ),
    "precision": Metric(
        "precision",
        precision,
        meaning="of the rows that are taken for the rarest class, the share that is of it",
        tuned_for="f1",
    ),
    "f1": Metric(
        "F1",
        f1,
        meaning="the harmonic mean of recall and precision of the rarest class; of more than two "
        "classes the mean over all of them",
    ),
    # Of more than two classes Gorodkin's R_K, which is scikit-learn's multiclass form.
    "mcc": Metric(
        "MCC",
        metrics.matthews_corrcoef,
        meaning="Matthews' correlation between true and predicted classes: 1 is perfect, 0 as good "
        "as guessing",
    ),
    "roc_auc": Metric(
        "ROC-AUC",
        roc_auc,
        needs_probabilities=True,
        confirms=True,
        meaning="how often a row of the rarest class gets a higher probability than another row: 1 "
        "is perfect, 0.5 guessing; no threshold moves it. Of more than two classes the mean over "
        "all of them",
    ),
    "average_precision": Metric(
        "average precision",
        average_precision,
        needs_probabilities=True,
        confirms=True,
        meaning="the precision averaged over all recalls, which is the area under the "
        "precision-recall curve; guessing gives the share of the class, and no threshold moves it",
    ),
    "log_loss": Metric(
        "log-loss",
        log_loss,
        needs_probabilities=True,
        greater_is_better=False,
        meaning="how wrong the probabilities are, with a high price for being sure of the wrong "
        "class; less is better",
    ),
    "brier": Metric(
        "Brier",
        brier,
        needs_probabilities=True,
        greater_is_better=False,
        rope=0.002,  # it is .1 on half of the core sets: two hundredths of that
        meaning="the mean squared error of the probabilities; less is better",
    ),
    "instability": Metric(
        "instability over seeds",
        instability,
        greater_is_better=False,
        tuned_for="balanced_accuracy",
        by_default=False,
        compares_seeds=True,
        meaning="the share of rows whose predicted class changes when sampler and learner get "
        "another seed; less is better",
    ),
}


def pick_metrics(wanted: Iterable[str] | None) -> dict[str, Metric]:
    """Look metrics up by name; None means those that are taken by default."""
    if wanted is None:
        return {name: metric for name, metric in METRICS.items() if metric.by_default}
    names = by_name(wanted, METRICS, "metric")
    return {name: METRICS[check_name(name, METRICS, "metric")] for name in names}
