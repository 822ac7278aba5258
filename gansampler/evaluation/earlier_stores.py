"""Stores and tables of earlier versions, as the trials and settings of today.

There was one table for the scores of all trials and one for each kind of details, and the names of
data sets told what a protocol had done: "wine@time=year@minority=20".
"""

import sqlite3
from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from .axes.details import DETAILS, Rows
from .statistics.long_table import COLUMNS, in_columns
from .trial import Key, Trial


def tables_of(connection: sqlite3.Connection) -> dict[str, pd.DataFrame]:
    """Read the tables of trials: "results", and such of the details as there were."""
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    return {
        name: pd.read_sql_query(f"SELECT * FROM {name} ORDER BY place", connection)
        for name in ("results", *DETAILS)
        if name in there
    }


def trials_in(
    results: pd.DataFrame, details: Mapping[str, pd.DataFrame] | None = None
) -> Iterator[Trial]:
    """Gather the rows of each trial out of results, and of what is kept beside them."""
    beside = {name: _by_trial(table) for name, table in (details or {}).items()}
    for key, rows in _by_trial(results[results.columns.intersection(COLUMNS)]).items():
        yield Trial(key, rows, {name: found.get(key, []) for name, found in beside.items()})


def _by_trial(table: pd.DataFrame) -> dict[Key, Rows]:
    whole = in_columns(table.drop(columns="place", errors="ignore"))
    whole = whole.astype(object).where(whole.notna(), None)
    found: dict[Key, Rows] = {}
    for row in whole.to_dict("records"):
        size = row["minority_rows"]
        place = {"minority_rows": size and int(size), "repeat": int(row["repeat"])}
        key = Key(
            **{**{name: row[name] for name in Key._fields}, **place, "fold": int(row["fold"])}
        )
        found.setdefault(key, []).append({str(name): value for name, value in row.items()})
    return found


def settings_in_todays_form(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Part what a protocol did from the names of data sets."""
    names = list(settings["datasets"])
    parted = in_columns(pd.DataFrame({"dataset": names}))
    sizes = [None if pd.isna(size) else int(size) for size in parted["minority_rows"]]
    variants = dict.fromkeys(zip(parted["protocol"], sizes, strict=True))
    identities = settings["datasets"].values()
    return {
        **settings,
        "datasets": dict(zip(parted["dataset"], identities, strict=True)),
        "protocols": [list(variant) for variant in variants],
    }
