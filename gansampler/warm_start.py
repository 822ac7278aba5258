"""Whether a fit can go on from an earlier one, and what is said where it cannot."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from .columns import kind_of
from .encoding import CategoryEncoder, TableEncoder

MOST_NAMED = 5


def goes_on(estimator: Any) -> bool:
    """Whether a fit is to go on from an earlier one; what is no boolean is refused later."""
    wanted = getattr(estimator, "warm_start", False)
    return isinstance(wanted, (bool, np.bool_)) and bool(wanted)


def earlier_fit(estimator: Any) -> Any:
    """Give what an earlier fit left, if this one is to go on from it; else None."""
    learnt = getattr(estimator, "generator_", None) is not None
    return copy.copy(estimator) if learnt and goes_on(estimator) else None


def check_same(before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Refuse to go on where something that both name is another now."""
    for name, old in before.items():
        if not np.array_equal(old, now[name]):
            _refuse(f"{name} was {old}, and now is {now[name]}")


def check_table(before: TableEncoder, now: TableEncoder) -> None:
    """Refuse to go on with a table that the earlier encoder cannot take; both were fitted."""
    check_same(_form(before), _form(now))
    columns = zip(before._like_.columns, before._encoders_, now._encoders_, strict=True)
    for name, old, new in columns:
        check_same({f"column {name!r}": _reading(old)}, {f"column {name!r}": _reading(new)})
        if new.has_missing and not old.has_missing:
            _refuse(f"column {name!r} has missing values now, and had none")
        if isinstance(old, CategoryEncoder) and isinstance(new, CategoryEncoder):
            unseen = new.index.difference(old.index, sort=False).tolist()
            if unseen:
                _refuse(f"column {name!r} holds what it did not hold: {unseen[:MOST_NAMED]}")


def _form(encoder: TableEncoder) -> dict[str, Any]:
    """Say what a table is, from the outside."""
    frame = encoder._like_
    if encoder._dtype_ is not None:  # an array has no names, and one dtype
        return {"the table": f"an array of {frame.shape[1]} columns, kind {encoder._dtype_.kind!r}"}
    dtypes = {f"the dtype of column {name!r}": str(dtype) for name, dtype in frame.dtypes.items()}
    return {"the table": f"a frame of the columns {frame.columns.tolist()}", **dtypes}


def _reading(encoder: Any) -> str:
    if isinstance(encoder, CategoryEncoder):
        return "read as a category"
    return f"read as a {kind_of(pd.Series(encoder.values))}"


def _refuse(what_differs: str) -> None:
    raise ValueError(
        f"warm_start=True cannot go on: {what_differs}. Give it as before, or start anew with "
        "warm_start=False."
    )
