"""One file that keeps a run: its settings, and each trial as soon as it is finished.

A trial is one row, which goes in by one transaction of SQLite, so that a run that is killed at any
moment leaves every finished trial whole, and nothing of the others.
"""

import json
import platform
import sqlite3
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

import joblib
import pandas as pd

from ..columns import kind_of, plain, to_numbers
from .axes.details import DETAILS, Rows
from .earlier_stores import settings_in_todays_form, tables_of, trials_in
from .statistics.long_table import COLUMNS
from .trial import Key, Trial

# SQLite keeps two numbers in the file's head: this one, the letters "gans", and the form of the
# tables, which was 0 before a trial was one row.
APPLICATION = 0x67616E73
FORM = 1
KEY = ", ".join(Key._fields)
TABLES = f"""
CREATE TABLE IF NOT EXISTS facts (name TEXT PRIMARY KEY, value TEXT);
CREATE TABLE looks (dataset TEXT PRIMARY KEY, look TEXT);
CREATE TABLE trials ({KEY}, ok, rows TEXT, details TEXT, example TEXT, PRIMARY KEY ({KEY}));
PRAGMA application_id = {APPLICATION};
PRAGMA user_version = {FORM};
"""
# What failed gives way to what comes later, all else stays.
ADD = f"""
INSERT INTO trials VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT ({KEY})
DO UPDATE SET ok = excluded.ok, rows = excluded.rows, details = excluded.details,
    example = excluded.example
WHERE NOT trials.ok
"""
# What may grow when a run goes on.
GROWING = ("datasets", "strategies", "protocols", "repeats")
PACKAGES = ("gansampler", "imbalanced-learn", "numpy", "pandas", "scikit-learn", "torch", "xgboost")
SECONDS_TO_WAIT = 60.0


def read_store(path: str | Path) -> pd.DataFrame:
    """Read the results of a run that is kept in a file, also while it goes on.

    Parameters
    ----------
    path : str or Path
        What `store` of `gansampler.evaluation.compare`, or ``--store``, named; also of earlier
        versions.

    Returns
    -------
    DataFrame
        As `gansampler.evaluation.compare` returns it.

    Raises
    ------
    ValueError, OSError
        If the file is no store, or cannot be read.
    """
    with Store(path) as store:
        return store.frame()


class Store:
    """The trials of a run in one SQLite file, added one by one.

    Parameters
    ----------
    path : str or Path
        The file; made if it is not there and there are settings. ":memory:" keeps it there.
    settings : mapping, optional
        What the run is, see `go_on`; empty for what is to be known later. None opens a store to
        read it.

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
    """

    def __init__(self, path: str | Path, settings: Mapping[str, Any] | None = None) -> None:
        self.path = Path(path)
        if settings is None and not self.path.exists():
            raise FileNotFoundError(f"There is no store {str(path)!r} (looked in {Path.cwd()}).")
        with self._errors():
            self.connection = sqlite3.connect(path, timeout=SECONDS_TO_WAIT, isolation_level=None)
        try:
            self._check_is_store()
            if settings is None:
                self._open_to_read()
            else:
                self.go_on(settings)
        except BaseException:
            self.close()
            raise

    def _check_is_store(self) -> None:
        """Refuse any other file; an empty one is a store to be."""
        with self._errors():
            try:
                mark = self._pragma("application_id")
            except sqlite3.DatabaseError as error:
                if "not a database" not in str(error):
                    raise
                mark = None
            if mark is None or (mark != APPLICATION and not self._is_empty()):
                raise ValueError(f"{self.path} is no store of a run: name another file.")
            if self._pragma("user_version") > FORM:
                raise ValueError(f"{self.path} is of a later version of gansampler: install that.")

    def _open_to_read(self) -> None:
        with self._errors():
            if self._is_empty():
                raise ValueError(
                    f"{self.path} holds no run yet: start one that keeps its results there."
                )
            if self._pragma("user_version") < FORM:  # the file stays as it is
                whole, self.connection = self.connection, sqlite3.connect(":memory:")
                whole.backup(self.connection)
                whole.close()
                self.connection.isolation_level = None
                self._bring_up_to_date()
        self.settings = self._recall("settings")

    def go_on(self, settings: Mapping[str, Any]) -> None:
        """Say what the run is that is kept here from now on, in plain data that JSON can hold.

        ``datasets`` and ``strategies`` are mappings from a name to whatever tells it from others of
        that name, ``protocols`` a list, ``repeats`` a number; these four may grow, all others stay
        what they were.
        """
        settings = json.loads(json.dumps(settings))  # as it will be read
        with self._transaction():
            if self._is_empty():
                self._run(TABLES)
            self._bring_up_to_date()
            before = self._recall("settings") or {}
            self.settings = (
                grown(before, settings, self.path) if before and settings else (before or settings)
            )
            if settings:
                self._remember("settings", self.settings)
                self._remember("sessions", self._sessions())

    def _bring_up_to_date(self) -> None:
        """Take the trials out of the tables of an earlier version."""
        if self._pragma("user_version") == FORM:
            return
        settings, tables = self._recall("settings"), tables_of(self.connection)
        for name in tables:
            self._run(f"DROP TABLE {name}")
        self._run(TABLES)
        self._remember("settings", settings_in_todays_form(settings))
        for trial in trials_in(tables.pop("results"), tables):
            self._insert(trial)

    def _run(self, script: str) -> None:
        """Run statements within the transaction, which `executescript` would end."""
        for statement in script.split(";"):
            self.connection.execute(statement)

    def _pragma(self, name: str) -> int:
        return self.connection.execute(f"PRAGMA {name}").fetchone()[0]

    def _is_empty(self) -> bool:
        query = "SELECT count(*) FROM sqlite_master"
        return self.connection.execute(query).fetchone() == (0,)

    def _sessions(self) -> list[dict[str, Any]]:
        """List when, where and by what this store was written, this time included."""
        sessions = self._recall("sessions") or []
        now = surroundings()
        if sessions and sessions[-1]["versions"] != now["versions"]:
            changed = _differences(sessions[-1]["versions"], now["versions"])
            warnings.warn(
                f"{self.path} goes on with other versions than before ({'; '.join(changed)}), so "
                "its scores may not be comparable.",
                stacklevel=4,
            )
        return [*sessions, now]

    def done(self) -> set[Key]:
        """Tell which trials are in without a failure, and need not be run again."""
        return {key for key, ok, _ in self._trials() if ok}

    def add(self, trial: Trial) -> None:
        """Keep a finished trial: all of it, or nothing if the process ends meanwhile.

        A trial that is there already stays as it is, unless something failed in it: then the new
        one takes its place.
        """
        with self._transaction():
            self._insert(trial)

    def take_over(self, results: pd.DataFrame) -> None:
        """Keep the trials of a table of results, in the form of whatever version."""
        with self._transaction():
            for trial in trials_in(results):
                self._insert(trial)

    def _insert(self, trial: Trial) -> None:
        details = {name: _without_key(rows) for name, rows in trial.details.items()}
        example = trial.example and {
            "rows": _packed(trial.example["rows"]),
            "labels": trial.example["labels"].tolist(),
            "history": trial.example["history"],
        }
        ok = all(row["status"] == "ok" for row in trial.rows)
        # Two rows of a table that say NULL are never the same.
        key = trial.key._replace(minority_rows=trial.key.minority_rows or 0)
        texts = [_dumped(_without_key(trial.rows)), _dumped(details)]
        self.connection.execute(ADD, [*key, ok, *texts, example and _dumped(example)])

    def _trials(self, column: str = "NULL") -> list[tuple[Key, bool, Any]]:
        """Read trials in the order in which data sets, protocols and strategies were asked for."""
        with self._errors():
            found = [
                (Key(*row[:6])._replace(minority_rows=row[2] or None), bool(row[6]), row[7])
                for row in self.connection.execute(f"SELECT {KEY}, ok, {column} FROM trials")
            ]
        datasets, strategies = (
            {name: place for place, name in enumerate(self.settings.get(setting, {}))}
            for setting in ("datasets", "strategies")
        )
        protocols = {
            tuple(variant): place
            for place, variant in enumerate(self.settings.get("protocols", []))
        }

        def turn(trial: tuple[Key, bool, Any]) -> tuple[int, ...]:
            key, last = trial[0], len(found)
            return (
                datasets.get(key.dataset, last),
                protocols.get((key.protocol, key.minority_rows), last),
                key.repeat,
                key.fold,
                strategies.get(key.strategy, last),
            )

        return sorted(found, key=turn)

    def frame(self) -> pd.DataFrame:
        """Give all rows as `gansampler.evaluation.compare` does.

        They are in the order of data sets, protocols, repeats, folds and strategies, each as they
        were asked for, in whatever order the trials were finished.
        """
        rows = [
            {**key._asdict(), **row}
            for key, _, found in self._trials("rows")
            for row in json.loads(found)
        ]
        floats = dict.fromkeys(("minority_rows", "value", "seconds"), float)
        return pd.DataFrame(rows, columns=COLUMNS).astype(floats)

    def details(self) -> dict[str, pd.DataFrame]:
        """Give what is kept beside the scores, by the keys of `axes.details.DETAILS`.

        The rows are in the order of `frame`, with the columns that say where they come from; there
        are none of trials from before such a table was kept.
        """
        rows: dict[str, Rows] = {name: [] for name in DETAILS}
        for key, _, found in self._trials("details"):
            for name, own in json.loads(found).items():
                rows[name] += [{**key._asdict(), **row} for row in own]
        tables = {name: pd.DataFrame(each) for name, each in rows.items()}
        return {
            name: table.astype({"minority_rows": float}) if len(table) else table
            for name, table in tables.items()
        }

    def describe(
        self,
        facts: Mapping[str, Mapping[str, Any]],
        looks: Mapping[str, tuple[pd.DataFrame, pd.Series]],
    ) -> None:
        """Keep what there is to say of things by their names, and some real rows of data sets.

        Among the facts are the ``columns`` of each data set, as `describe_columns` gives them.
        """
        with self._transaction():
            for name, more in facts.items():
                self._remember(name, {**self.facts(name), **more})
            for name, (X, y) in looks.items():
                look = _dumped({"X": _packed(X), "y": y.tolist()})
                self.connection.execute("INSERT OR REPLACE INTO looks VALUES (?, ?)", [name, look])

    def facts(self, name: str) -> dict[str, Any]:
        """Give what was told to `describe` under a name; nothing in stores of earlier versions."""
        return self._recall(name) or {}

    def columns(self) -> dict[str, pd.DataFrame]:
        """Tell how the columns of data sets are read."""
        kept = self.facts("columns")
        return {name: pd.DataFrame(**each).rename_axis("column") for name, each in kept.items()}

    def looks(self) -> dict[str, dict[str, Any]]:
        """Give, of data sets for which rows were generated, what these are to be held against.

        ``X`` and ``y`` are some real rows, ``examples`` by strategy have generated ``rows``, their
        ``labels``, and the ``history`` of the training.
        """
        with self._errors():
            real = dict(self.connection.execute("SELECT dataset, look FROM looks"))
        kept: dict[str, Any] = {}
        for key, _, found in self._trials("example"):
            if found is None or key.dataset not in real:
                continue
            if key.dataset not in kept:
                look = json.loads(real[key.dataset])
                X, y = _unpacked(look["X"]), pd.Series(look["y"])
                kept[key.dataset] = {"X": X, "y": y, "examples": {}}
            if key.strategy not in kept[key.dataset]["examples"]:
                example = json.loads(found)
                rows, labels = _unpacked(example["rows"]), pd.Series(example["labels"])
                whole = {**example, "rows": rows, "labels": labels}
                kept[key.dataset]["examples"][key.strategy] = whole
        return kept

    def sessions(self) -> list[dict[str, Any]]:
        """Tell when, where and by what versions the store was written, one entry for each run."""
        return self._recall("sessions")

    def close(self) -> None:
        """Close the file; every trial that was added is in it."""
        self.connection.close()

    def __enter__(self) -> "Store":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _recall(self, name: str) -> Any:
        with self._errors():
            query = "SELECT value FROM facts WHERE name = ?"
            found = self.connection.execute(query, [name]).fetchone()
        return None if found is None else json.loads(found[0])

    def _remember(self, name: str, value: Any) -> None:
        text = json.dumps(value, ensure_ascii=False, default=_split_frame)
        self.connection.execute("INSERT OR REPLACE INTO facts VALUES (?, ?)", [name, text])

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._errors():
            self.connection.execute("BEGIN IMMEDIATE")
            try:
                yield
                self.connection.execute("COMMIT")
            except BaseException:
                if self.connection.in_transaction:  # of a full disk SQLite has rolled back itself
                    self.connection.execute("ROLLBACK")
                raise

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


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=float)


def _split_frame(table: pd.DataFrame) -> dict[str, Any]:
    return json.loads(table.to_json(orient="split"))


def _without_key(rows: Rows) -> Rows:
    return [{name: row[name] for name in row if name not in Key._fields} for row in rows]


def _packed(X: pd.DataFrame) -> dict[str, tuple[str, list[Any]]]:
    """Put columns into lists of numbers and text, from which they can be shown."""
    twins = {str(name): plain(column) for name, column in X.items()}
    kinds = {name: kind_of(twin) for name, twin in twins.items()}
    return {name: (kind, _listed(twins[name], kind)) for name, kind in kinds.items()}


def _listed(twin: pd.Series, kind: str) -> list[Any]:
    if kind in ("ordered", "category"):
        return [None if gone else str(value) for value, gone in zip(twin, twin.isna(), strict=True)]
    return to_numbers(twin).tolist()


def _unpacked(columns: Mapping[str, tuple[str, list[Any]]]) -> pd.DataFrame:
    return pd.DataFrame({name: _series(*each) for name, each in columns.items()})


def _series(kind: str, values: list[Any]) -> pd.Series:
    if kind in ("ordered", "category"):
        return pd.Series(values, dtype=object)
    numbers = pd.Series(values, dtype=float)
    if kind != "date":
        return numbers
    return pd.Series(numbers.fillna(0).to_numpy().astype("M8[s]")).where(numbers.notna())


def grown(before: Mapping[str, Any], wanted: Mapping[str, Any], path: str | Path) -> dict[str, Any]:
    """Add what is new to the settings of a store, and refuse what contradicts them."""
    differences = _differences(_shared(before, wanted), _shared(wanted, before))
    if differences:
        raise ValueError(
            f"{path} was made with other settings ({'; '.join(differences)}). Go on with the same "
            "settings, or name another file for the new ones."
        )
    known = before.get("protocols", [])
    return {
        **before,
        "datasets": {**before["datasets"], **wanted["datasets"]},
        "strategies": {**before["strategies"], **wanted["strategies"]},
        "protocols": known + [each for each in wanted.get("protocols", []) if each not in known],
        "repeats": max(before["repeats"], wanted["repeats"]),
    }


def _shared(settings: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what may differ: what grows, but for data sets and strategies of both sides."""
    named = {
        name: {each: settings[name][each] for each in settings[name] if each in other[name]}
        for name in ("datasets", "strategies")
    }
    return {**{name: value for name, value in settings.items() if name not in GROWING}, **named}


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
    """Tell when (ISO 8601, UTC), where and by what versions something is run."""
    return {
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "machine": f"{platform.system()} {platform.machine()}, {joblib.cpu_count()} cores",
        "versions": {
            "python": platform.python_version(),
            **{package: version(package) for package in PACKAGES},
        },
    }
