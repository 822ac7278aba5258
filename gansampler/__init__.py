"""Over-sampling of imbalanced tables with conditional generative adversarial networks."""

from .calibration import PriorCorrectedClassifier
from .guard import GuardedOverSampler
from .samplers import CGANOverSampler, JitterOverSampler, LSGANOverSampler

__version__ = "0.1.0"

__all__ = [
    "CGANOverSampler",
    "GuardedOverSampler",
    "JitterOverSampler",
    "LSGANOverSampler",
    "PriorCorrectedClassifier",
    "__version__",
]
