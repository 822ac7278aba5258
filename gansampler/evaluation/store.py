"""One file that keeps a run: its settings, and the rows of each trial as soon as it is finished.

A trial goes in by one transaction of SQLite, so that a run that is killed at any moment leaves
every finished trial whole, and nothing of the others.
"""

import json
import platform
import sqlite3
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

import joblib
import pandas as pd

from .axes.details import DETAILS
from .trial import COLUMNS, Key

KEY_COLUMNS = ["dataset", "strategy", "repeat", "fold"]
# The tables of the file: what is in the fields `rows` and `details` of a trial.
TABLES = {
    "results": COLUMNS,
    **{
        name: [*KEY_COLUMNS, "learner", "readout", *columns]
        for name, columns in {
            "reliability": ["bin", "count", "predicted", "observed"],
            "confusion": ["code", "label", "predicted_code", "predicted_label", "count"],
            "curves": ["curve", "heights"],
        }.items()
    },
}
# Without this type, a value that happens to be whole would come back as a whole number.
REAL = ("value", "seconds")
PACKAGES = ("gansampler", "imbalanced-learn", "numpy", "pandas", "scikit-learn", "torch", "xgboost")
# SQLite keeps this number in the file's head: the letters "gans".
APPLICATION = 0x67616E73
SECONDS_TO_WAIT = 60.0


class Store:
    """The rows of a run in one SQLite file, added trial by trial.

    Parameters
    ----------
    path : str or Path
        The file; made if it is not there.
    settings : mapping, optional
        What the run is: plain data that JSON can hold. ``datasets`` and ``strategies`` are mappings
        from a name to whatever tells it from others of that name, ``repeats`` is a number; these
        three may grow when a store is opened again. None opens a store to read it.

    Attributes
    ----------
    settings : dict
        All that was ever asked for: those of the file, grown by those given.

    Raises
    ------
    ValueError
        If the file is no store, or was made with other settings; the message names the difference.
    OSError
        If the file cannot be opened or written.

    Examples
    --------
    >>> from gansampler.evaluation.store import Store
    >>> settings = {"datasets": {"wine": 1}, "strategies": {"none": 1}, "repeats": 1, "folds": 2}
    >>> with Store(":memory:", settings) as store:
    ...     rows = [{"repeat": 1, "fold": 1, "metric": "mcc", "value": 0.5, "status": "ok"}]
    ...     store.add(("wine", "none", 1, 1), rows)
    ...     store.done()
    {('wine', 'none', 1, 1)}
    """

    def __init__(self, path: str | Path, settings: Mapping[str, Any] | None = None) -> None:
        self.path = Path(path)
        if settings is None and not self.path.exists():
            raise FileNotFoundError(f"There is no store {str(path)!r} (looked in {Path.cwd()}).")
        with self._errors():
            self.connection = sqlite3.connect(path, SECONDS_TO_WAIT, isolation_level=None)
        try:
            self._open(settings)
        except BaseException:
            self.close()
            raise

    def _open(self, settings: Mapping[str, Any] | None) -> None:
        self._check_is_store()
        if settings is None:
            if self._is_empty():
                raise ValueError(
                    f"{self.path} holds no run yet: start one that keeps its results there."
                )
            self.settings = self._recall("settings")
            return
        settings = json.loads(json.dumps(settings))  # as it will be read
        with self._transaction():
            _create(self.connection)
            before = self._recall("settings")
            self.settings = settings if before is None else grown(before, settings, self.path)
            self._remember("settings", self.settings)
            self._remember("sessions", self._sessions())

    def _check_is_store(self) -> None:
        """Refuse any other file; an empty one is a store to be."""
        with self._errors():
            try:
                (mark,) = self.connection.execute("PRAGMA application_id").fetchone()
            except sqlite3.DatabaseError as error:
                if "not a database" not in str(error):
                    raise
                mark = None
        if mark is None or (mark != APPLICATION and not self._is_empty()):
            raise ValueError(f"{self.path} is no store of a run: name another file.")

    def _is_empty(self) -> bool:
        with self._errors():
            (tables,) = self.connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return tables == 0

    def _sessions(self) -> list[dict[str, Any]]:
        """List when, where and by what this store was written, this time included."""
        sessions = self._recall("sessions") or []
        now = surroundings()
        if sessions and sessions[-1]["versions"] != now["versions"]:
            changed = _differences(sessions[-1]["versions"], now["versions"])
            warnings.warn(
                f"{self.path} goes on with other versions than before ({'; '.join(changed)}), so "
                "its scores may not be comparable.",
                stacklevel=5,
            )
        return [*sessions, now]

    def done(self) -> set[Key]:
        """Tell which trials are in, and need not be run again.

        Returns
        -------
        set of tuple
            ``(dataset, strategy, repeat, fold)``, without trials in which something failed.
        """
        keys = _listed(KEY_COLUMNS)
        with self._errors():
            found = self.connection.execute(
                f"SELECT {keys} FROM results GROUP BY {keys} HAVING min(status IS 'ok')"
            )
            return set(found)

    def add(
        self,
        key: Key,
        rows: Iterable[Mapping[str, Any]],
        details: Mapping[str, Iterable[Mapping[str, Any]]] | None = None,
    ) -> None:
        """Keep the rows of a finished trial: all of them, or none if the process ends meanwhile.

        A trial that is there already stays as it is, unless something failed in it: then the new
        rows take the place of all that it had.

        Parameters
        ----------
        key : tuple
            ``(dataset, strategy, repeat, fold)``.
        rows : iterable of mapping
            At least one, with keys out of `gansampler.evaluation.trial.COLUMNS`.
        details : mapping of str to iterable of mapping, optional
            The field of that name of the trial.
        """
        with self._transaction():
            self._forget_failed(key)
            self._insert("results", key, rows)
            for table, found in (details or {}).items():
                self._insert(table, key, found)

    def _forget_failed(self, key: Key) -> None:
        is_key = " AND ".join(f"{name} = ?" for name in KEY_COLUMNS)
        failed = f"SELECT 1 FROM results WHERE {is_key} AND status IS NOT 'ok'"
        if self.connection.execute(failed, key).fetchone():
            for table in TABLES:
                self.connection.execute(f"DELETE FROM {table} WHERE {is_key}", key)

    def _insert(self, table: str, key: Key, rows: Iterable[Mapping[str, Any]]) -> None:
        names = TABLES[table]
        whole = dict(zip(KEY_COLUMNS, key, strict=True))
        values = [
            [place, *({**row, **whole}.get(name) for name in names)]
            for place, row in enumerate(rows)
        ]
        marks = _listed("?" * (1 + len(names)))
        self.connection.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", values)

    def table(self) -> pd.DataFrame:
        """Give all rows as `gansampler.evaluation.compare` does.

        Returns
        -------
        DataFrame
            In the order of datasets, repeats, folds and strategies, each as they were asked for,
            in whatever order the trials were finished.
        """
        return self._read("results")

    def details(self) -> dict[str, pd.DataFrame]:
        """Give what is kept of all trials beside their scores.

        Returns
        -------
        dict of str to DataFrame
            With the keys of `axes.details.DETAILS`: their rows, in the order of
            `table`, with the columns that say where they come from. A table is empty in a store
            that was made before it was kept.
        """
        return {
            name: self._read(name) if self._holds(name) else pd.DataFrame(columns=TABLES[name])
            for name in DETAILS
        }

    def _holds(self, table: str) -> bool:
        with self._errors():
            query = "SELECT count(*) FROM sqlite_master WHERE name = ?"
            return self.connection.execute(query, [table]).fetchone() == (1,)

    def _read(self, table: str) -> pd.DataFrame:
        names = [*TABLES[table], "place"]
        with self._errors():
            rows = self.connection.execute(f"SELECT {_listed(names)} FROM {table}").fetchall()
        found = pd.DataFrame(rows, columns=names)
        for column, setting in [("dataset", "datasets"), ("strategy", "strategies")]:
            order = {name: place for place, name in enumerate(self.settings[setting])}
            found[f"{column}_place"] = found[column].map(order)
        found = found.sort_values(["dataset_place", "repeat", "fold", "strategy_place", "place"])
        found = found[TABLES[table]].reset_index(drop=True)
        return found.astype({name: float for name in REAL if name in found})

    def sessions(self) -> list[dict[str, Any]]:
        """Tell when, where and by what versions the store was written.

        Returns
        -------
        list of dict
            One for each run, the first one first, with the keys of `surroundings`.
        """
        return self._recall("sessions")

    def describe(self, columns: Mapping[str, pd.DataFrame]) -> None:
        """Keep how the columns of data sets are read, by their names.

        Parameters
        ----------
        columns : mapping of str to DataFrame
            What `gansampler.columns.describe_columns` returns.
        """
        plain = {name: json.loads(each.to_json(orient="split")) for name, each in columns.items()}
        with self._transaction():
            self._remember("columns", {**(self._recall("columns") or {}), **plain})

    def columns(self) -> dict[str, pd.DataFrame]:
        """Tell how the columns of data sets are read.

        Returns
        -------
        dict of str to DataFrame
            What was given to `describe`; empty in stores of earlier versions.
        """
        kept = self._recall("columns") or {}
        return {name: pd.DataFrame(**each).rename_axis("column") for name, each in kept.items()}

    def close(self) -> None:
        """Close the file; every trial that was added is in it."""
        self.connection.close()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _recall(self, name: str) -> Any:
        with self._errors():
            found = self.connection.execute(
                "SELECT value FROM facts WHERE name = ?", [name]
            ).fetchone()
        return None if found is None else json.loads(found[0])

    def _remember(self, name: str, value: Any) -> None:
        text = json.dumps(value, ensure_ascii=False)
        self.connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", [name, text])

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._errors():
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self.connection.execute("ROLLBACK")
                raise
            self.connection.execute("COMMIT")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Say which file it was that could not be opened, read or written."""
        try:
            yield
        except sqlite3.OperationalError as error:
            raise OSError(f"The store {self.path} cannot be used: {error}.") from error
        except sqlite3.DatabaseError as error:
            raise OSError(
                f"The store {self.path} is damaged ({error}): put a copy of it back, or name "
                "another file and run all again."
            ) from error


def _create(connection: sqlite3.Connection) -> None:
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute("CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT)")
    for table, names in TABLES.items():
        columns = [f"{name} REAL" if name in REAL else name for name in names]
        connection.execute(
            f"CREATE TABLE IF NOT EXISTS {table} (place, {_listed(columns)}, "
            f"PRIMARY KEY ({_listed(KEY_COLUMNS)}, place)) WITHOUT ROWID"
        )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def grown(before: Mapping[str, Any], wanted: Mapping[str, Any], path: str | Path) -> dict[str, Any]:
    """Add what is new to the settings of a store, and refuse what contradicts them.

    Parameters
    ----------
    before, wanted : mapping
        Settings of the store, and of the run that wants to go on with it.
    path : str or Path
        The store, for the message.

    Returns
    -------
    dict
        Settings of both.

    Raises
    ------
    ValueError
        If a setting differs that cannot grow.
    """
    differences = _differences(_shared(before, wanted), _shared(wanted, before))
    if differences:
        raise ValueError(
            f"{path} was made with other settings ({'; '.join(differences)}). Go on with the same "
            "settings, or name another file for the new ones."
        )
    return {
        **before,
        "datasets": {**before["datasets"], **wanted["datasets"]},
        "strategies": {**before["strategies"], **wanted["strategies"]},
        "repeats": max(before["repeats"], wanted["repeats"]),
    }


def _shared(settings: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what may differ: repeats, and the data sets and strategies of one side alone."""
    return {
        name: {each: value[each] for each in value if each in other[name]}
        if name in ("datasets", "strategies")
        else value
        for name, value in settings.items()
        if name != "repeats"
    }


def _differences(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Say each difference in words; of mappings inside, the entries that differ."""
    said = []
    for name in dict.fromkeys([*before, *now]):
        old, new = before.get(name), now.get(name)
        if isinstance(old, dict) and isinstance(new, dict):
            said += [f"{name}, {each}" for each in _differences(old, new)]
        elif old != new:
            said.append(f"{name} was {old!r}, now {new!r}")
    return said


def surroundings() -> dict[str, Any]:
    """Tell when, where and by what versions something is run.

    Returns
    -------
    dict
        ``date`` (ISO 8601, UTC), ``machine`` (system, processor and cores) and ``versions``.
    """
    return {
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "machine": f"{platform.system()} {platform.machine()}, {joblib.cpu_count()} cores",
        "versions": {
            "python": platform.python_version(),
            **{package: version(package) for package in PACKAGES},
        },
    }
