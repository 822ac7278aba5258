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
from .compare import compare
from .report.page import summary, write_report
from .report.words import verdict
from .splits import PROTOCOLS
from .statistics.gains import paired_gains
from .statistics.ranks import mean_ranks
from .store import Store, read_store
from .tables import DataSet

__all__ = [
    "LEARNERS",
    "METRICS",
    "PROTOCOLS",
    "READOUTS",
    "STRATEGIES",
    "DataSet",
    "Learner",
    "Metric",
    "Store",
    "Strategy",
    "compare",
    "mean_ranks",
    "paired_gains",
    "read_store",
    "summary",
    "verdict",
    "write_report",
]
