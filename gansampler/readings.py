"""What is said of how the columns of a table are read, before anything is learnt from them."""

import warnings
from collections.abc import Container
from typing import Any

import pandas as pd

from .texts import doubts

MAX_LINES = 30
MAX_DOUBTS = 10


def warn_of_doubts(X: pd.DataFrame, settled: Container[Any] = (), name: str = "") -> None:
    """Warn, once, of all columns that look as if they were read wrong, but the `settled` ones."""
    said = doubts(X[[each for each in X.columns if str(each) not in settled]])
    if not said:
        return
    more = len(said) - MAX_DOUBTS
    shown = said[:MAX_DOUBTS] + ([f"And {more} more columns like these."] if more > 0 else [])
    warnings.warn(f"{name}{': ' if name else ''}{' '.join(shown)}", stacklevel=3)


def readings_in_lines(described: pd.DataFrame, name: str = "") -> str:
    """Put what `gansampler.columns.describe_columns` gives into a table for the terminal."""
    title = f"How the columns{' of ' if name else ''}{name} are read:"
    table = described.head(MAX_LINES).to_string(index_names=False)
    rest = described["read as"].iloc[MAX_LINES:].value_counts()
    more = ", ".join(f"{count} {kind}" for kind, count in rest.items())
    return "\n".join(
        [title, table, *([f"and {len(described) - MAX_LINES} more: {more}"] * bool(more))]
    )
