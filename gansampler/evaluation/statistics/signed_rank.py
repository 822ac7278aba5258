r"""Wilcoxon's signed-rank test of differences (n,), with the estimate and the interval it implies.

All three come from the Walsh averages :math:`(d_i + d_j) / 2, i \le j`: the statistic is how many
of them are above zero, of those that are zero a half; the estimate of Hodges and Lehmann is their
median; and the interval holds every shift that the test does not reject. See M. Hollander, D. A.
Wolfe, E. Chicken (2014), Nonparametric Statistical Methods, chapter 3.
"""

from functools import lru_cache

import numpy as np
from scipy import stats

CONFIDENCE = 0.95
# Up to so many differences the distribution under no effect is counted out, as scipy does.
MOST_COUNTED = 50


def walsh_averages(differences: np.ndarray) -> np.ndarray:
    """Average all pairs, each difference with itself, too: sorted, (n (n + 1) / 2,)."""
    first, second = np.triu_indices(len(differences))
    return np.sort((differences[first] + differences[second]) / 2)


def signed_rank_p(differences: np.ndarray) -> float:
    """Give the two-sided p; zeros are split evenly between the signs."""
    averages = walsh_averages(differences)
    above = (averages > 0).sum() + (averages == 0).sum() / 2
    fewer = min(above, len(averages) - above)
    return float(min(2 * _chance_of_at_most(int(np.ceil(fewer)), len(differences)), 1.0))


def signed_rank_interval(differences: np.ndarray) -> tuple[float, float]:
    """Give the ends of the 95 % interval; NaN below six differences, which tell too little."""
    averages = walsh_averages(differences)
    outside = _counts_outside(len(differences))
    if outside == 0:
        return np.nan, np.nan
    return float(averages[outside - 1]), float(averages[-outside])


@lru_cache
def _counts_outside(n: int) -> int:
    """Say how many of the possible counts, from 0 on, the test rejects."""
    counts = range(n * (n + 1) // 4)
    return sum(2 * _chance_of_at_most(count, n) <= 1 - CONFIDENCE for count in counts)


def _chance_of_at_most(count: int, n: int) -> float:
    """Give the chance that so many Walsh averages or fewer are above zero without an effect."""
    if n > MOST_COUNTED:
        scale = np.sqrt(n * (n + 1) * (2 * n + 1) / 24)
        return float(stats.norm.cdf((count - n * (n + 1) / 4) / scale))
    return float(_cumulated(n)[count])


@lru_cache(maxsize=MOST_COUNTED)
def _cumulated(n: int) -> np.ndarray:
    """Count the sets of ranks 1 to n by their sums, as cumulated shares of all 2**n."""
    chances = np.ones(1)
    for rank in range(1, n + 1):
        longer = np.pad(chances, (0, rank))
        longer[rank:] += chances
        chances = longer / 2
    return chances.cumsum()
