"""Rows to draw: of one class, drawn from a sampler, and refused where they do not fit together."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import check_consistent_length
from sklearn.utils.validation import check_is_fitted

from ..columns import check_unique
from ..containers import as_pandas
from ..encoding import as_frame
from ..metrics._rows import alike_frames
from ..seeding import undisturbed
from ..targets import Target, take


def named_frame(rows: Any, what: str) -> pd.DataFrame:
    """Give rows (n, columns) as a frame, that of an array with columns x0, x1, ...; refuse none."""
    rows = as_pandas(rows)
    if isinstance(rows, pd.DataFrame):
        check_unique(rows.columns, what)
        frame = rows
    else:
        rows = np.asarray(rows)
        if rows.ndim != 2:
            raise ValueError(f"{what} must have rows and columns, but the shape is {rows.shape}.")
        frame = as_frame(rows).set_axis([f"x{i}" for i in range(rows.shape[1])], axis=1)
    check_some(frame, what)
    return frame


def check_some(rows: Any, what: str) -> None:
    """Refuse a table without rows or columns."""
    if 0 in np.shape(rows):
        raise ValueError(f"{what}: there are none, the shape is {np.shape(rows)}. Give some.")


def by_name(generated: Any) -> dict[str, Any]:
    """Give sets of generated rows by name, a single one as "generated"."""
    if isinstance(generated, Mapping):
        if not generated or "real" in generated:
            raise ValueError(
                "`generated` must name one set of rows or more, none of them 'real'; its names are "
                f"{list(generated)}."
            )
        return {str(name): rows for name, rows in generated.items()}
    return {"generated": generated}


def sets_alike(real: pd.DataFrame, generated: Any) -> dict[str, pd.DataFrame]:
    """Give sets of generated rows by name, each with the columns of the real ones."""
    return {name: alike(real, rows, name) for name, rows in by_name(generated).items()}


def alike(real: pd.DataFrame, rows: Any, name: str) -> pd.DataFrame:
    """Give the rows of this name with the columns of the real ones; refuse other ones."""
    return alike_frames({"real": real, name: named_frame(rows, f"The {name} rows")})[name]


def of_class(X: Any, y: Any, label: Any) -> tuple[Any, Any]:
    """Part rows (n, ...) into those of a class and the others."""
    target = Target(y)
    X = X if isinstance(X, pd.DataFrame) else np.asarray(X)
    check_consistent_length(X, target.labels)
    own = np.array([known == label for known in target.classes.tolist()])[target.codes]
    if not own.any():
        raise ValueError(f"label={label!r} is not a class of y: {target.classes.tolist()}.")
    return take(X, np.flatnonzero(own)), take(X, np.flatnonzero(~own))


def check_learnt(sampler: Any, attribute: str | None = None) -> None:
    """Refuse a sampler or GAN that has learnt nothing, or has not this attribute by it."""
    way = "call fit_resample of a sampler, or fit of a GAN, first."
    check_is_fitted(sampler, attribute, msg=f"This %(name)s has learnt nothing yet: {way}")


def label_of(sampler: Any, label: Any) -> Any:
    """Give the class to draw: the one named, or the only one that the sampler gave rows to."""
    check_learnt(sampler)
    if label is not None:
        return label
    wanted = getattr(sampler, "sampling_strategy_", {})
    got = [known for known, n in wanted.items() if n > 0]
    if len(got) != 1:
        raise ValueError(f"Say by `label` which class to draw; those that got rows are {got}.")
    return got[0]


def drawn(sampler: Any, n: int, label: Any) -> Any:
    """Draw n rows of a class; what the sampler draws next stays the same."""
    if not isinstance(n, Integral) or n < 1:
        raise ValueError(f"n={n!r} must be a whole number of rows, one or more.")
    if not hasattr(sampler, "sample"):
        name = type(sampler).__name__
        raise TypeError(
            f"{name} has no method `sample`: give the rows that it made to `from_rows`, "
            "X_resampled[len(X):] say."
        )
    check_learnt(sampler)
    own = undisturbed(sampler)
    return own.sample(int(n)) if label is None else own.sample(int(n), label)


def some(rows: Any, n: int) -> Any:
    """Give rows at random, the same ones each time, where there are more than n."""
    if len(rows) <= n:
        return rows
    if isinstance(rows, pd.DataFrame):
        return rows.sample(n, random_state=0)
    return rows[np.random.default_rng(0).choice(len(rows), n, replace=False)]
