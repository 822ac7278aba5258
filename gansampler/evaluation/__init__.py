"""The benchmark: which treatment of imbalanced classes helps a learner, and by how much."""

try:
    import jinja2  # noqa: F401
    import matplotlib  # noqa: F401
    import xgboost  # noqa: F401
except ImportError as error:
    raise ImportError(
        f'The benchmark needs {error.name}: install it by pip install "gansampler[benchmark]".'
    ) from error

from .axes.learners import LEARNERS, Learner
from .axes.metrics import METRICS, Metric
from .axes.readouts import READOUTS
from .axes.strategies import STRATEGIES, Strategy
from .compare import compare, run_trials
from .runs import run_tasks
from .store import Store
from .tables import Source
from .trial import Trial

__all__ = [
    "LEARNERS",
    "METRICS",
    "READOUTS",
    "STRATEGIES",
    "Learner",
    "Metric",
    "Source",
    "Store",
    "Strategy",
    "Trial",
    "compare",
    "run_tasks",
    "run_trials",
]
