"""What cannot fit into the memory of this machine, refused in words before it is tried."""

from __future__ import annotations

import os
from pathlib import Path

# Of a number as networks and encoded rows hold it, a float32.
BYTES = 4
# Where a system does not tell: so much is beyond any machine that a table is resampled on.
UNKNOWN = 2**42
CONTAINER = Path("/sys/fs/cgroup/memory.max")


def check_fits(numbers: int, what: str, way_out: str) -> None:
    """Refuse what holds so many float32 numbers at once, at the very least, where none can."""
    there = memory_in_all()
    if BYTES * numbers > there:
        raise ValueError(
            f"{what} would take {_in_words(BYTES * numbers)} of memory at least, and this machine "
            f"has {_in_words(there)} in all: {way_out}."
        )


def check_new_rows(n: int, width: int, asked: str, way_out: str) -> None:
    """Refuse n new rows of so many columns where they alone would not fit."""
    check_fits(int(n) * width, f"{asked}: {n:,} new rows of {width} columns", way_out)


def memory_in_all() -> int:
    """Tell how many bytes this machine has, or the container that it is."""
    try:
        found = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):  # Windows
        found = UNKNOWN
    try:
        allowed = int(CONTAINER.read_text())
    except (OSError, ValueError):  # none, or "max"
        allowed = UNKNOWN
    return min(found if found > 0 else UNKNOWN, allowed)


def _in_words(n_bytes: int) -> str:
    return f"{min(n_bytes, 2**80) / 2**30:,.1f} GiB"
