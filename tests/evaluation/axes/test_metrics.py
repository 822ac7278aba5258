"""The scores, against calculations by hand and scikit-learn's."""

import numpy as np
import pytest
from sklearn import metrics as reference

from gansampler.evaluation.axes.decision import most_probable
from gansampler.evaluation.axes.metrics import METRICS, pick_metrics


@pytest.fixture
def binary_scores():
    rng = np.random.default_rng(0)
    y = (rng.random(200) < 0.2).astype(int)
    p = np.clip(0.3 * y + 0.6 * rng.random(200), 0.01, 0.99)
    return y, np.column_stack([1 - p, p])


@pytest.fixture
def multiclass_scores():
    rng = np.random.default_rng(0)
    y = rng.choice(3, 300, p=[0.6, 0.3, 0.1])
    p = rng.dirichlet([1, 1, 1], 300) + 0.7 * np.eye(3)[y]
    return y, p / p.sum(axis=1, keepdims=True)


def all_scores(y, probabilities):
    predicted = most_probable(probabilities)
    return {
        name: metric.function(y, probabilities if metric.needs_probabilities else predicted)
        for name, metric in METRICS.items()
    }


def test_binary_metrics_take_the_minority_as_positive(binary_scores):
    y, p = binary_scores
    predicted = p.argmax(axis=1)
    recalls = reference.recall_score(y, predicted, average=None)
    assert all_scores(y, p) == pytest.approx(
        {
            "accuracy": np.mean(y == predicted),
            "balanced_accuracy": recalls.mean(),
            "g_mean": np.sqrt(recalls.prod()),
            "recall": reference.recall_score(y, predicted, pos_label=1),
            "precision": reference.precision_score(y, predicted, pos_label=1),
            "f1": reference.f1_score(y, predicted, pos_label=1),
            "mcc": np.corrcoef(y, predicted)[0, 1],
            "roc_auc": reference.roc_auc_score(y, p[:, 1]),
            "average_precision": reference.average_precision_score(y, p[:, 1]),
            "log_loss": -np.log(p[np.arange(len(y)), y]).mean(),
            "brier": np.mean((p[:, 1] - y) ** 2),
            "instability": np.mean(y != predicted),
        }
    )


def test_multiclass_metrics_take_the_documented_averages(multiclass_scores):
    y, p = multiclass_scores
    predicted = p.argmax(axis=1)
    one_hot = np.eye(3)[y]
    scores = all_scores(y, p)
    recalls = reference.recall_score(y, predicted, average=None)
    each = range(3)
    assert scores["f1"] == pytest.approx(reference.f1_score(y, predicted, average="macro"))
    assert scores["g_mean"] == pytest.approx(recalls.prod() ** (1 / 3))
    assert scores["recall"] == pytest.approx(recalls[2])
    assert scores["precision"] == pytest.approx(np.mean(y[predicted == 2] == 2))
    assert scores["roc_auc"] == pytest.approx(reference.roc_auc_score(y, p, multi_class="ovr"))
    assert scores["average_precision"] == pytest.approx(
        np.mean([reference.average_precision_score(y == c, p[:, c]) for c in each])
    )
    assert scores["brier"] == pytest.approx(((p - one_hot) ** 2).sum(axis=1).mean() / 2)


def test_losses_are_marked_as_such(binary_scores):
    y, p = binary_scores
    perfect = np.clip(np.eye(2)[y], 1e-6, 1 - 1e-6)
    good, bad = all_scores(y, perfect), all_scores(y, 1 - p)
    for name, metric in METRICS.items():
        assert (good[name] > bad[name]) == metric.greater_is_better


@pytest.mark.parametrize(
    ("y", "predicted", "recall", "precision"),
    [
        ([0, 0, 1, 1], [0, 0, 0, 0], 0, 0),  # never predicted
        ([0, 0, 0, 0], [0, 1, 0, 0], 0, 0),  # never there: 1 is the rare class all the same
        ([0, 0, 1, 1], [0, 2, 1, 2], 0.5, 1),  # the third class is not in the fold
    ],
)
def test_recall_and_precision_where_the_rare_class_is_not(y, predicted, recall, precision):
    found = [
        METRICS[name].function(np.array(y), np.array(predicted)) for name in ("recall", "precision")
    ]
    assert found == [recall, precision]


def test_every_metric_says_what_it_means_in_part_of_a_sentence():
    for metric in METRICS.values():
        assert metric.meaning
        assert not metric.meaning.endswith(".")


def test_one_metric_may_be_asked_for_by_its_name():
    assert list(pick_metrics("mcc")) == ["mcc"]


def test_unknown_metric_is_named():
    with pytest.raises(ValueError, match=r"no metric 'brie'.*Did you mean 'brier'"):
        pick_metrics(["brie"])
