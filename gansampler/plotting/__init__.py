"""Pictures of what a generator learnt, as scikit-learn's displays are.

Each class holds the plain data that it draws, is made by one of its ``from_...`` methods, and draws
by ``plot``, which gives the display itself with its axes and its ``figure_``. They need matplotlib:
``pip install 'gansampler[benchmark]'``.
"""

from .columns import ColumnsDisplay
from .decision_surface import DecisionSurfaceDisplay
from .nearest_rows import NearestRowsDisplay
from .picture_grid import PictureGridDisplay
from .row_map import RowMapDisplay
from .training_curves import TrainingCurvesDisplay

__all__ = [
    "ColumnsDisplay",
    "DecisionSurfaceDisplay",
    "NearestRowsDisplay",
    "PictureGridDisplay",
    "RowMapDisplay",
    "TrainingCurvesDisplay",
]
