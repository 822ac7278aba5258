"""Tables that come in: looked at, and made into rows of finite numbers in one space."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral
from typing import Any

import numpy as np
import pandas as pd

from ..columns import Floats, check_columns, check_unique, kind_of, plain
from ..containers import as_pandas
from ..encoding import TableEncoder, as_frame

GENERATED = "generated"


def encoded(
    tables: Mapping[str, Any], encoder: Any = "rank", *, least: Mapping[str, int] | None = None
) -> dict[str, Floats]:
    """Give tables, by the names of their arguments, as finite rows (n, width) of one space.

    The first is real; those that are None are left out. Of each there must be 1 row, or `least`.
    """
    tables = {name: table for name, table in tables.items() if table is not None}
    if encoder is None:
        rows = {name: plain_rows(name, table) for name, table in tables.items()}
        _check_widths(rows)
    else:
        rows = _in_space(encoder, tables)
    for name, each in rows.items():
        check_enough(name, each, (least or {}).get(name, 1))
    return rows


def plain_rows(name: str, table: Any) -> Floats:
    """Give an array of numbers (n, ...) as rows (n, width)."""
    try:
        rows = np.asarray(table, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{name} holds what is no number ({error}): without an encoder it must be an array of "
            'numbers. Leave encoder="rank" for tables.'
        ) from error
    if rows.ndim == 0:
        raise ValueError(f"{name} is a single number: give rows.")
    rows = rows.reshape(len(rows), -1) if rows.size else rows.reshape(len(rows), 0)
    if not np.isfinite(rows).all():
        raise ValueError(
            f'{name} holds NaN or infinity: replace them, or leave encoder="rank" for a table '
            "with holes."
        )
    return rows


def _check_widths(rows: Mapping[str, Floats]) -> None:
    (first, wide), *others = ((name, each.shape[1]) for name, each in rows.items() if len(each))
    for name, width in others:
        if width != wide:
            raise ValueError(
                f"{name} has {width} numbers a row, {first} has {wide}: they must be alike."
            )


def check_enough(name: str, rows: Any, least: int) -> None:
    """Refuse fewer rows than a figure needs."""
    if len(rows) < least:
        found = f"{len(rows)} row{'s' if len(rows) != 1 else ''}" if len(rows) else "no rows"
        raise ValueError(f"{name} has {found}: this figure needs {least} or more of them.")


def check_count(name: str, value: Any, least: int = 1) -> int:
    """Refuse what is no whole number, or too small a one."""
    if not isinstance(value, Integral) or isinstance(value, bool) or int(value) < least:
        raise ValueError(f"{name}={value!r} must be a whole number, {least} or more.")
    return int(value)


def alike_frames(tables: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """Give tables as frames (n, columns) with the columns of the first, which hold what its do."""
    frames = {name: _frame(name, table) for name, table in tables.items()}
    (first, real), *others = frames.items()
    for name, frame in others:
        alone = [_alone(name, frame, real), _alone(first, real, frame)]
        if any(alone):
            raise ValueError(
                f"{name} has other columns than {first}: {', '.join(filter(None, alone))}. Give "
                "both the same."
            )
        frames[name] = frame.iloc[:, frame.columns.get_indexer(real.columns)]
        for place in range(real.shape[1]):
            _check_alike(name, frames[name].iloc[:, place], first, real.iloc[:, place])
    return frames


def _frame(name: str, table: Any) -> pd.DataFrame:
    table = as_pandas(table)
    if not isinstance(table, pd.DataFrame) and np.ndim(table) != 2:
        raise ValueError(
            f"{name} must be a table of rows and columns, but its shape is {np.shape(table)}; "
            "encoder=None takes arrays of other shapes."
        )
    frame = as_frame(table).reset_index(drop=True)
    if frame.shape[1] == 0:
        raise ValueError(f"{name} has no columns.")
    check_unique(frame.columns, name)
    check_columns(frame)
    return frame


def _alone(name: str, frame: pd.DataFrame, other: pd.DataFrame) -> str:
    """Say which columns a frame has and the other has not, if any."""
    columns = [repr(each) for each in frame.columns[~frame.columns.isin(other.columns)]]
    more = " and more" if len(columns) > 5 else ""
    return f"{', '.join(columns[:5])}{more} alone in {name}" if columns else ""


def _check_alike(name: str, column: pd.Series, first: str, real: pd.Series) -> None:
    """Refuse a column that is something else than the real one of its name; empty ones fit all."""
    if column.isna().all() or real.isna().all():
        return
    kind, real_kind = kind_of(column), kind_of(real)
    if real_kind == "category" and column.dtype == real.dtype == object:
        return  # of mixed objects some rows may look like dates for themselves
    both_ordered = kind == real_kind == "ordered"
    if kind != real_kind or (both_ordered and plain(column).dtype != plain(real).dtype):
        raise ValueError(
            f"Column {column.name!r} is read as {kind} ({column.dtype}) in {name}, and as "
            f"{real_kind} ({real.dtype}) in {first}: give both in one dtype, "
            f"{name}.astype({first}.dtypes) for example."
        )


def _in_space(encoder: Any, tables: Mapping[str, Any]) -> dict[str, Floats]:
    if (isinstance(encoder, str) and encoder != "rank") or not _fits(encoder):
        raise ValueError(
            f'encoder={encoder!r} must be "rank", None for plain numbers, or something fitted that '
            "has `transform`."
        )
    if not isinstance(encoder, (str, TableEncoder)):
        return {name: plain_rows(name, encoder.transform(table)) for name, table in tables.items()}
    frames = alike_frames(tables)
    if isinstance(encoder, str):
        real = [frame for name, frame in frames.items() if name != GENERATED and len(frame)]
        for name, frame in frames.items():
            check_enough(name, frame, 1)
        encoder = TableEncoder().fit(pd.concat(real, ignore_index=True))
    new_holes = _places_of_new_holes(frames)
    rows = {
        name: np.hstack([encoder.transform(frame), *_marked(frame, new_holes)]).astype(np.float64)
        for name, frame in frames.items()
    }
    for name, each in rows.items():
        if not np.isfinite(each).all():
            raise ValueError(
                f"{name} has numbers too near to each other, or too far apart, to reckon with: "
                "round them."
            )
    return rows


def _fits(encoder: Any) -> bool:
    return isinstance(encoder, str) or hasattr(encoder, "transform")


def _places_of_new_holes(frames: Mapping[str, pd.DataFrame]) -> list[int]:
    """List the columns in which generated rows alone have holes, which no encoder can know."""
    if GENERATED not in frames:
        return []
    holes = {name: frame.isna().any().to_numpy() for name, frame in frames.items()}
    known = np.logical_or.reduce([each for name, each in holes.items() if name != GENERATED])
    return np.flatnonzero(holes[GENERATED] & ~known).tolist()


def _marked(frame: pd.DataFrame, places: list[int]) -> list[Floats]:
    """Give a block (n, 2) for each column, as the encoder does for the holes it knows."""
    holes = [frame.iloc[:, place].isna().to_numpy(dtype=np.float64) for place in places]
    return [np.column_stack([1 - hole, hole]) for hole in holes]


def thinned(rows: Any, most: int, rng: np.random.Generator) -> Any:
    """Draw `most` of the rows (n, ...) at random, or give all if there are no more."""
    return rows if len(rows) <= most else rows[rng.choice(len(rows), most, replace=False)]
