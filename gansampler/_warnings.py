"""Warnings that point at the line of the user who can act on them."""

from inspect import currentframe
from warnings import warn

# What may lie between that line and ours: pipelines, searches, and what runs them side by side.
BETWEEN = {"gansampler", "imblearn", "sklearn", "joblib"}


def warn_user(message: str) -> None:
    """Warn as if the nearest line outside this package, and what calls it, had done so."""
    frame, level = currentframe(), 1
    while frame is not None and frame.f_globals.get("__name__", "").partition(".")[0] in BETWEEN:
        frame, level = frame.f_back, level + 1
    warn(message, UserWarning, stacklevel=level)
