"""The benchmark: which treatment of imbalanced classes helps XGBoost, and by how much."""

try:
    import jinja2  # noqa: F401
    import matplotlib  # noqa: F401
    import xgboost  # noqa: F401
except ImportError as error:
    raise ImportError(
        f'The benchmark needs {error.name}: install it by pip install "gansampler[benchmark]".'
    ) from error

from .compare import compare, run_trials
from .metrics import METRICS, Metric
from .strategies import STRATEGIES, Strategy
from .trial import Trial

__all__ = [
    "METRICS",
    "STRATEGIES",
    "Metric",
    "Strategy",
    "Trial",
    "compare",
    "run_trials",
]
