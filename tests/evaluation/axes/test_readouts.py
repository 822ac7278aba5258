"""Readouts: other numbers out of the same fitted learner."""

import numpy as np
import pandas as pd
import pytest

from gansampler.evaluation.axes.readouts import READOUTS, Fitted, pick_readouts
from gansampler.evaluation.axes.strategies import STRATEGIES, Strategy
from gansampler.evaluation.splits import Split
from gansampler.evaluation.tables import classes_by_frequency
from gansampler.evaluation.trial import Fold, Treatment

PROBABILITIES = np.array([[0.5, 0.5], [0.1, 0.9], [0.95, 0.05]])


@pytest.fixture
def fitted():
    """Nine of ten rows were of class 0 before resampling, and half of them after it."""
    return Fitted(
        decide=lambda probabilities, metric: (probabilities[:, 1] >= 0.5).astype(int),
        tune=lambda: lambda probabilities, metric: (probabilities[:, 1] > 0.04).astype(int),
        enrichment=lambda probabilities: np.array([1, 9]),
    )


def test_labels_and_probabilities_of_each_readout(fitted):
    read = {name: readout(PROBABILITIES, fitted) for name, readout in READOUTS.items()}
    assert read["as_is"][1](PROBABILITIES, "f1").tolist() == [1, 1, 0]
    assert read["tuned"][1](PROBABILITIES, "f1").tolist() == [1, 1, 1]
    assert read["prior_corrected"][1] is None, "its labels are those of as_is, and scored there"
    np.testing.assert_array_equal(read["as_is"][0], PROBABILITIES)
    np.testing.assert_array_equal(read["tuned"][0], PROBABILITIES)
    # Odds are divided by nine: 1 : 1 becomes 9 : 1, and 9 : 1 for the minority becomes 1 : 1.
    np.testing.assert_allclose(read["prior_corrected"][0][:2], [[0.9, 0.1], [0.5, 0.5]])


def test_nothing_is_tuned_unless_it_is_asked_for(fitted):
    def never():
        raise AssertionError("tuned")

    untuned = Fitted(fitted.decide, never, fitted.enrichment)
    for name in ("as_is", "prior_corrected"):
        READOUTS[name](PROBABILITIES, untuned)
    with pytest.raises(AssertionError, match="tuned"):
        READOUTS["tuned"](PROBABILITIES, untuned)


@pytest.mark.parametrize(
    ("names", "message"),
    [(["tunned"], "no readout 'tunned'. Did you mean 'tuned'"), ([], "No readout was asked for")],
)
def test_unknown_readouts_are_refused(names, message):
    with pytest.raises(ValueError, match=message):
        pick_readouts(names)


def enrichment_of(strategy):
    """Of a table in which the class that comes first by name is the smaller one."""
    X = pd.DataFrame({"x": np.arange(10.0)})
    y = pd.Series(["rare"] * 2 + ["usual"] * 8)
    split = Split(1, 1, fit=np.arange(10), validation=np.array([], int), test=np.arange(10))
    treatment = Treatment(strategy, Fold(X, y, classes_by_frequency(y), split, 0), seed=0)
    return treatment.resample(split.fit).enrichment(np.array([[0.75, 0.25]]))


class Telling:
    def fit_resample(self, X, y):
        return X, y

    def enrichment(self, probabilities):
        return 1 + probabilities * [100, 10]


def test_what_is_undone():
    np.testing.assert_allclose(enrichment_of(STRATEGIES["none"]), [1, 1])
    np.testing.assert_allclose(enrichment_of(STRATEGIES["random"]), [1, 4])
    np.testing.assert_allclose(enrichment_of(STRATEGIES["class_weight"]), [10 / 16, 10 / 4])
    # The sampler counts classes by name, the fold by frequency.
    told = enrichment_of(Strategy("tells", make_sampler=lambda seed: Telling()))
    np.testing.assert_allclose(told, [[1 + 0.75 * 10, 1 + 0.25 * 100]])
