r"""How good generated rows are: figures that compare them with real ones.

Every function takes real rows, then generated ones, as frames or arrays; what else it takes goes by
name. ``encoder`` says in which space rows lie where distances count:

- "rank", the default: a `gansampler.encoding.TableEncoder` fitted on all real rows given. Numbers
  become normal scores of their ranks, and those beyond all real ones the outermost of these;
  categories become one-hot.
- None: arrays of numbers as they are, (n, ...), each row flattened.
- anything fitted that has ``transform``.

In the formulas :math:`x` is one of :math:`n` real rows, :math:`\tilde x` one of :math:`m` generated
ones.
"""

from .marginals import cramer_von_mises, kolmogorov_smirnov, total_variation
from .modes import ModesCaptured, diversity, modes_captured
from .moments import correlation_difference, frechet_distance
from .neighbours import (
    NearestTrainingShare,
    coverage,
    density,
    nearest_neighbour_distance_ratio,
    nearest_training_share,
    precision,
    recall,
)
from .parzen import ParzenLikelihood, parzen_log_likelihood
from .sequences import dynamic_time_warping, mean_squared_error
from .two_sample import two_sample_auc

__all__ = [
    "ModesCaptured",
    "NearestTrainingShare",
    "ParzenLikelihood",
    "correlation_difference",
    "coverage",
    "cramer_von_mises",
    "density",
    "diversity",
    "dynamic_time_warping",
    "frechet_distance",
    "kolmogorov_smirnov",
    "mean_squared_error",
    "modes_captured",
    "nearest_neighbour_distance_ratio",
    "nearest_training_share",
    "parzen_log_likelihood",
    "precision",
    "recall",
    "total_variation",
    "two_sample_auc",
]
