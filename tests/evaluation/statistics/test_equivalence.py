"""The probabilities of worse, practically equal and better, against baycomp 1.0.3."""

import numpy as np
import pytest

from gansampler.evaluation.statistics.equivalence import signed_rank_probabilities, t_probabilities


@pytest.mark.parametrize(
    ("differences", "expected"),
    [
        ([0.02, 0.03, -0.01, 0.005, 0.0, 0.04, 0.012, -0.002], (0, 0.518, 0.482)),
        ([0.005] * 10, (0, 1, 0)),
        ([-0.03, -0.02, -0.025, 0.01, -0.05], (0.864, 0.136, 0)),
    ],
)
def test_signed_rank_probabilities_are_those_of_baycomp(differences, expected):
    # SignedRankTest.probs(zeros, differences, 0.01, nsamples=50_000); ours draws 10,000 times.
    found = signed_rank_probabilities(np.array(differences))
    assert found == pytest.approx(expected, abs=0.02)
    assert sum(found) == pytest.approx(1)


def test_signed_rank_probabilities_of_zeros_and_of_nothing():
    assert signed_rank_probabilities(np.zeros(4)) == (0, 1, 0)
    assert np.isnan(signed_rank_probabilities(np.array([]))).all()


def test_t_probabilities_are_those_of_baycomp():
    # CorrelatedTTest.probs(zeros, differences, 0.01, runs=1)
    differences = np.array([0.02, 0.03, -0.01, 0.005, 0.04])
    scale = differences.std(ddof=1) * np.sqrt(1 / 5 + 1 / 4)
    found = t_probabilities(differences.mean(), scale, 4)
    assert found == pytest.approx((0.0564164, 0.2572388, 0.6863448))


def test_t_probabilities_without_spread_or_degrees_of_freedom():
    assert t_probabilities(0.02, 0.0, 4) == (0, 0, 1)
    assert t_probabilities(0.005, 0.0, 4) == (0, 1, 0)
    assert np.isnan(t_probabilities(0.02, 0.1, 0)).all()
