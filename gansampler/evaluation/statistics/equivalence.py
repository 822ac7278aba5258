"""How probable it is that a difference is for the worse, practically none, or for the better."""

from functools import lru_cache

import numpy as np
from scipy import stats

ROPE = 0.01
DRAWS = 10_000
PRIOR_WEIGHT = 0.5


def t_probabilities(
    mean: float, scale: float, degrees: int, rope: float = ROPE
) -> tuple[float, float, float]:
    """Cut the posterior of a mean difference at the borders of practical equivalence.

    The posterior of the Bayesian correlated t-test [1]_ is Student's t around the observed mean.

    Parameters
    ----------
    mean : float
        Of the differences.
    scale : float
        Standard error of the mean; 0 puts all mass on the mean.
    degrees : int
        Degrees of freedom.
    rope : float, default=0.01
        Half the width of the region of practical equivalence.

    Returns
    -------
    worse, equal, better : float
        Probabilities that the mean difference is below -rope, within, and above rope; NaN without
        degrees of freedom.

    References
    ----------
    .. [1] G. Corani, A. Benavoli (2015). A Bayesian approach for comparing cross-validated
       algorithms on multiple data sets. Machine Learning 100, 285-304.
    """
    if degrees < 1:
        return np.nan, np.nan, np.nan
    if scale == 0:
        return float(mean < -rope), float(abs(mean) <= rope), float(mean > rope)
    worse = float(stats.t.cdf(-rope, degrees, mean, scale))
    better = float(stats.t.sf(rope, degrees, mean, scale))
    return worse, max(1 - worse - better, 0.0), better


def signed_rank_probabilities(
    differences: np.ndarray, rope: float = ROPE
) -> tuple[float, float, float]:
    r"""Compare the three regions by the Bayesian signed-rank test.

    With weights :math:`w` drawn from a Dirichlet distribution of parameters :math:`(s, 1, ..., 1)`
    over an added difference :math:`z_0 = 0` and the observed :math:`z_1, ..., z_n`, the mass on
    "better" is :math:`\sum_{ij} w_i w_j [z_i + z_j > 2 r]`, a pair on the border counting half, and
    that on "worse" likewise [1]_. A region's probability is the share of 10,000 draws where it has
    the greatest mass; here s = 0.5.

    Parameters
    ----------
    differences : ndarray of float, shape (n,)
        One mean difference for each data set.
    rope : float, default=0.01
        Half the width of the region of practical equivalence, r above.

    Returns
    -------
    worse, equal, better : float
        They sum to 1; NaN without a difference.

    References
    ----------
    .. [1] A. Benavoli, G. Corani, J. Demsar, M. Zaffalon (2017). Time for a change: a tutorial for
       comparing multiple classifiers through Bayesian analysis. JMLR 18(77).
    """
    if len(differences) == 0:
        return np.nan, np.nan, np.nan
    z = np.concatenate([[0.0], differences])
    pairs = z[:, None] + z
    weights = _weights(len(differences))

    def mass(beyond: np.ndarray) -> np.ndarray:
        """Sum over pairs; `beyond` is the distance past the border."""
        return (weights @ np.heaviside(beyond, 0.5) * weights).sum(axis=1)

    worse, better = mass(-pairs - 2 * rope), mass(pairs - 2 * rope)
    greatest = np.column_stack([worse, 1 - worse - better, better]).argmax(axis=1)
    shares = np.bincount(greatest, minlength=3) / DRAWS
    return float(shares[0]), float(shares[1]), float(shares[2])


@lru_cache(maxsize=8)
def _weights(n: int) -> np.ndarray:
    """Draw the weights of all differences; the same for all comparisons over n data sets."""
    return np.random.default_rng(0).dirichlet([PRIOR_WEIGHT, *np.ones(n)], DRAWS)
