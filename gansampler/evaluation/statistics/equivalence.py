"""How probable it is that a difference is for the worse, practically none, or for the better.

A difference is practically none within the region of equivalence of its metric, from -rope to rope.
"""

from functools import lru_cache

import numpy as np
from scipy import stats

DRAWS = 10_000
PRIOR_WEIGHT = 0.5
Chances = tuple[float, float, float]


def t_probabilities(mean: float, scale: float, degrees: int, rope: float) -> Chances:
    """Cut the posterior of a mean difference at the borders of practical equivalence.

    It is Student's t around the mean, `scale` its standard error: the Bayesian correlated t-test of
    Corani and Benavoli (2015), Machine Learning 100, 285-304.
    """
    worse = float(stats.t.cdf(-rope, degrees, mean, scale))
    better = float(stats.t.sf(rope, degrees, mean, scale))
    return worse, max(1 - worse - better, 0.0), better


def signed_rank_probabilities(differences: np.ndarray, rope: float) -> Chances:
    r"""Compare the three regions by the Bayesian signed-rank test, of differences (n,).

    With weights :math:`w` drawn from a Dirichlet distribution of parameters :math:`(s, 1, ..., 1)`
    over an added difference :math:`z_0 = 0` and the observed :math:`z_1, ..., z_n`, the mass on
    "better" is :math:`\sum_{ij} w_i w_j [z_i + z_j > 2 r]`, a pair on the border counting half, and
    that on "worse" likewise. A region's probability is the share of 10,000 draws where it has
    the greatest mass; here s = 0.5. See Benavoli, Corani, Demsar and Zaffalon (2017), Time for a
    change, JMLR 18(77).
    """
    z = np.concatenate([[0.0], differences])
    order = np.argsort(z, kind="stable")
    z, weights = z[order], _weights(len(differences))[:, order]
    below = np.pad(weights.cumsum(axis=1), ((0, 0), (1, 0)))  # mass of the k smallest

    def mass_below(border: float) -> np.ndarray:
        """Sum over pairs whose sum lies below the border."""
        partners = (np.searchsorted(z, border - z, side) for side in ("left", "right"))
        return sum((weights * below[:, places]).sum(axis=1) for places in partners) / 2

    worse, better = mass_below(-2 * rope), 1 - mass_below(2 * rope)
    greatest = np.column_stack([worse, 1 - worse - better, better]).argmax(axis=1)
    shares = np.bincount(greatest, minlength=3) / DRAWS
    return float(shares[0]), float(shares[1]), float(shares[2])


@lru_cache(maxsize=8)
def _weights(n: int) -> np.ndarray:
    """Draw the weights of all differences; the same for all comparisons over n data sets."""
    return np.random.default_rng(0).dirichlet([PRIOR_WEIGHT, *np.ones(n)], DRAWS)
