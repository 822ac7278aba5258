"""Wilcoxon's test, and the estimate and the interval that go with it."""

import numpy as np
import pytest
from scipy import stats

from gansampler.evaluation.statistics.signed_rank import (
    signed_rank_interval,
    signed_rank_p,
    walsh_averages,
)


@pytest.mark.parametrize("n", [3, 6, 22, 44, 50, 51, 90])
def test_p_is_that_of_scipy(n):
    differences = np.random.default_rng(n).normal(0.3, 1, n)
    expected = stats.wilcoxon(differences, zero_method="zsplit").pvalue
    assert signed_rank_p(differences) == pytest.approx(expected)


def test_zeros_are_split_evenly():
    differences = np.array([0.02, 0.03, 0.04, 0.05, 0.06, -0.01] + 14 * [0])
    split = stats.wilcoxon(differences, zero_method="zsplit", method="approx").pvalue
    assert signed_rank_p(differences) == pytest.approx(split, abs=0.05)
    assert signed_rank_p(differences) > 2 * stats.wilcoxon(differences, zero_method="wilcox").pvalue


def test_averages_of_all_pairs():
    assert walsh_averages(np.array([1.0, 3.0, -2.0])).tolist() == [-2, -0.5, 0.5, 1, 2, 3]


# M. Hollander, D. A. Wolfe: Hamilton's depression scale of nine patients, table 3.1, where the
# estimate is -.46 and the interval of 96 % -.786 to -.010.
HAMILTON = np.array([-0.952, 0.147, -1.022, -0.430, -0.620, -0.590, -0.490, 0.080, -0.010])


def test_the_worked_example_of_hollander_and_wolfe():
    assert np.median(walsh_averages(HAMILTON)) == pytest.approx(-0.46)
    assert signed_rank_interval(HAMILTON) == pytest.approx((-0.786, -0.010), abs=1e-3)
    assert signed_rank_p(HAMILTON) == pytest.approx(0.039, abs=1e-3)


@pytest.mark.parametrize("n", [6, 9, 22, 44, 60])
def test_the_interval_holds_what_the_test_does_not_reject(n):
    differences = np.random.default_rng(n).normal(size=n)
    low, high = signed_rank_interval(differences)
    inside, outside = [low + 1e-9, high - 1e-9], [low - 1e-9, high + 1e-9]
    assert all(signed_rank_p(differences - shift) > 0.05 for shift in inside)
    assert all(signed_rank_p(differences - shift) <= 0.05 for shift in outside)


def test_five_differences_have_no_interval():
    assert np.isnan(signed_rank_interval(np.arange(1.0, 6.0))).all()
