"""Readouts: other numbers out of the same fitted learner."""

import numpy as np
import pytest

from gansampler.evaluation.readouts import READOUTS, Fitted, pick_readouts

PROBABILITIES = np.array([[0.5, 0.5], [0.1, 0.9], [0.95, 0.05]])


@pytest.fixture
def fitted():
    """Nine of ten rows were of class 0 before resampling, and half of them after it."""
    return Fitted(
        decide=lambda probabilities: (probabilities[:, 1] >= 0.5).astype(int),
        tune=lambda: lambda probabilities: (probabilities[:, 1] > 0.04).astype(int),
        counts=np.array([90, 10]),
        resampled_counts=np.array([90, 90]),
    )


def test_labels_and_probabilities_of_each_readout(fitted):
    read = {name: readout(PROBABILITIES, fitted) for name, readout in READOUTS.items()}
    assert read["as_is"][1].tolist() == [1, 1, 0]
    assert read["tuned"][1].tolist() == [1, 1, 1]
    assert read["prior_corrected"][1].tolist() == [1, 1, 0], "the decision of resampling stays"
    np.testing.assert_array_equal(read["as_is"][0], PROBABILITIES)
    np.testing.assert_array_equal(read["tuned"][0], PROBABILITIES)
    # Odds are divided by nine: 1 : 1 becomes 9 : 1, and 9 : 1 for the minority becomes 1 : 1.
    np.testing.assert_allclose(read["prior_corrected"][0][:2], [[0.9, 0.1], [0.5, 0.5]])


def test_nothing_is_tuned_unless_it_is_asked_for(fitted):
    def never():
        raise AssertionError("tuned")

    untuned = Fitted(fitted.decide, never, fitted.counts, fitted.resampled_counts)
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
