"""The benchmark: which treatment of imbalanced classes helps a learner, and by how much."""

try:
    import jinja2  # noqa: F401
    import matplotlib  # noqa: F401
    import xgboost  # noqa: F401
except ImportError as error:
    raise ImportError(
        f'The benchmark needs {error.name}: install it by pip install "gansampler[benchmark]".'
    ) from error

from .compare import compare, run_trials
from .learners import LEARNERS, Learner
from .metrics import METRICS, Metric
from .readouts import READOUTS
from .runs import run_tasks
from .sources import Source
from .store import Store
from .strategies import STRATEGIES, Strategy
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
