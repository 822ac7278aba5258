"""The probabilities of worse, practically equal and better, against baycomp 1.0.3."""

import numpy as np
import pytest

from gansampler.evaluation.statistics.equivalence import signed_rank_probabilities, t_probabilities


@pytest.mark.parametrize(
    ("differences", "expected"),
    [
        ([0.02, 0.03, -0.01, 0.005, 0.0, 0.04, 0.012, -0.002], (0, 0.518, 0.482)),
        ([0.005] * 10, (0, 1, 0)),
        ([-0.031, -0.02, -0.025, 0.01, -0.05], (0.93, 0.07, 0)),
    ],
)
def test_signed_rank_probabilities_are_those_of_baycomp(differences, expected):
    # SignedRankTest.probs(zeros, differences, 0.01, nsamples=50_000); ours draws 10,000 times.
    found = signed_rank_probabilities(np.array(differences), 0.01)
    assert found == pytest.approx(expected, abs=0.02)
    assert sum(found) == pytest.approx(1)


def test_signed_rank_probabilities_of_zeros():
    assert signed_rank_probabilities(np.zeros(4), 0.01) == (0, 1, 0)


def test_pairs_on_the_border_count_half():
    # Counted whole, they would be better in most draws.
    assert signed_rank_probabilities(np.full(6, 0.01), 0.01) == (0, 1, 0)


def test_t_probabilities_are_those_of_baycomp():
    # CorrelatedTTest.probs(zeros, differences, 0.01, runs=1)
    differences = np.array([0.02, 0.03, -0.01, 0.005, 0.04])
    scale = differences.std(ddof=1) * np.sqrt(1 / 5 + 1 / 4)
    found = t_probabilities(differences.mean(), scale, 4, 0.01)
    assert found == pytest.approx((0.0564164, 0.2572388, 0.6863448))


def test_a_wider_region_of_equivalence_holds_more():
    narrow, wide = (t_probabilities(0.005, 0.004, 9, rope) for rope in (0.002, 0.01))
    assert narrow[1] < 0.3 < 0.8 < wide[1]
