"""Over-sampling of imbalanced tables with conditional generative adversarial networks."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .calibration import PriorCorrectedClassifier
    from .enlargement import Enlarge
    from .gan import ConditionalGAN
    from .guard import GuardedOverSampler
    from .quality import quality_report
    from .samplers import CGANOverSampler, JitterOverSampler, LSGANOverSampler
    from .saving.loading import load

__version__ = "0.1.0"

__all__ = [
    "CGANOverSampler",
    "ConditionalGAN",
    "Enlarge",
    "GuardedOverSampler",
    "JitterOverSampler",
    "LSGANOverSampler",
    "PriorCorrectedClassifier",
    "__version__",
    "load",
    "quality_report",
]

_MODULES = {
    "ConditionalGAN": "gan",
    "Enlarge": "enlargement",
    "GuardedOverSampler": "guard",
    "PriorCorrectedClassifier": "calibration",
    "load": "saving.loading",
    "quality_report": "quality",
}


def __getattr__(name: str) -> Any:
    """Import a name when it is first asked for: torch takes seconds, a command may end before."""
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES.get(name, 'samplers')}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
