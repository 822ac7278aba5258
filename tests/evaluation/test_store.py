"""The store: whole trials or nothing, in one order, under one set of settings."""

import math
import os
import signal
import sqlite3

import numpy as np
import pandas as pd
import pytest

from gansampler.columns import describe_columns, kind_of, plain, to_numbers
from gansampler.evaluation.axes.details import DETAILS
from gansampler.evaluation.statistics.long_table import COLUMNS
from gansampler.evaluation.store import Store, read_store
from gansampler.evaluation.trial import Key, Trial

SETTINGS = {
    "datasets": {"b": {"sha256": "1"}, "a": {"sha256": "2"}},
    "strategies": {"none": "none", "jitter": "jitter"},
    "repeats": 1,
    "folds": 2,
    "params": {"max_depth": 3},
}
KEYS = [
    Key(d, "", None, s, 1, fold) for d in ("b", "a") for fold in (1, 2) for s in ("none", "jitter")
]


def rows_of(key):
    values = {"mcc": 0.1 + 0.2, "roc_auc": len(key.strategy), "log_loss": math.inf}
    row = {**key._asdict(), "learner": "xgboost", "readout": "as_is"}
    return [
        {**row, "metric": metric, "value": value, "seconds": 1, "status": "ok"}
        for metric, value in values.items()
    ]


def trial_of(key, rows=None, details=None, example=None):
    return Trial(key, rows_of(key) if rows is None else rows, details or {}, example)


def failure_of(key):
    """One row."""
    return [{**rows_of(key)[0], "metric": None, "value": math.nan, "status": "Error: no"}]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run.sqlite"


def test_a_trial_comes_back_as_it_was(path):
    with Store(path, SETTINGS) as store:
        store.add(trial_of(KEYS[0]))
        store.add(trial_of(KEYS[1], failure_of(KEYS[1])))
    with Store(path) as store:
        assert store.done() == {KEYS[0]}, "what failed is not done"
        assert store.settings == SETTINGS
        expected = pd.DataFrame(rows_of(KEYS[0]) + failure_of(KEYS[1]), columns=COLUMNS)
        floats = dict.fromkeys(("seconds", "minority_rows"), float)
        pd.testing.assert_frame_equal(store.frame(), expected.astype(floats))
        pd.testing.assert_frame_equal(store.frame(), read_store(path))


def test_the_order_of_the_table_is_not_that_of_completion(path, tmp_path):
    tables = []
    for name, keys in [("forth", KEYS), ("back", KEYS[::-1])]:
        with Store(tmp_path / name, SETTINGS) as store:
            for key in keys:
                store.add(trial_of(key))
            tables.append(store.frame())
    pd.testing.assert_frame_equal(*tables)
    order = tables[0][["dataset", "strategy", "repeat", "fold"]].drop_duplicates()
    assert [tuple(key) for key in order.to_numpy()] == [(key.dataset, *key[3:]) for key in KEYS]


def test_protocols_come_in_the_order_in_which_they_were_asked_for(path):
    variants = [("", None), ("", 20), ("time=year", 7)]
    keys = [Key("a", *variant, "none", 1, 1) for variant in variants]
    with Store(path, {**SETTINGS, "protocols": variants[1:]}) as store:
        store.go_on({**SETTINGS, "protocols": variants[:1]})
        for key in keys:
            store.add(trial_of(key))
            store.add(trial_of(key))
        assert store.done() == set(keys)
        found = store.frame()[["protocol", "minority_rows"]].drop_duplicates()
    expected = [["", 20], ["time=year", 7], ["", math.nan]]
    pd.testing.assert_frame_equal(
        found.reset_index(drop=True), pd.DataFrame(expected, columns=found.columns)
    )


def test_a_trial_is_kept_once(path):
    with Store(path, SETTINGS) as store, Store(path, SETTINGS) as other:
        store.add(trial_of(KEYS[0]))
        other.add(trial_of(KEYS[0], [{**row, "value": 7.0} for row in rows_of(KEYS[0])]))
        pd.testing.assert_frame_equal(store.frame(), other.frame())
        assert 7.0 not in set(store.frame()["value"])


def test_what_failed_gives_way_to_what_did_not(path):
    whole = rows_of(KEYS[0])
    once, twice = ({name: [{**whole[0], "bin": 1}] * n for name in DETAILS} for n in (1, 2))
    with Store(path, SETTINGS) as store:
        store.add(trial_of(KEYS[0], [*whole[:2], *failure_of(KEYS[0])], twice))
        store.add(trial_of(KEYS[1]))
        store.add(trial_of(KEYS[0], whole[:1], once))
        store.add(trial_of(KEYS[0], failure_of(KEYS[0])))
        assert store.done() == {KEYS[0], KEYS[1]}
        found = store.frame().query("strategy == 'none'")
        assert found["metric"].tolist() == [whole[0]["metric"]]
        details = store.details()
        assert {name: len(table) for name, table in details.items()} == dict.fromkeys(DETAILS, 1)


def test_generated_rows_come_back_to_be_shown(path, mixed):
    X, y = mixed
    example = {"rows": X[:60], "labels": y[:60], "history": [{"step": 1, "loss": np.float32(0.5)}]}
    with Store(path, SETTINGS) as store:
        store.describe({}, {"a": (X, y)})
        for key in (KEYS[6], KEYS[4], KEYS[5], KEYS[1]):  # of data set b there are no real rows
            store.add(trial_of(key, example=None if key.strategy == "none" else example))
    with Store(path) as store:
        looks = store.looks()
    assert list(looks) == ["a"]
    look = looks["a"]
    assert list(look["examples"]) == ["jitter"]
    assert look["y"].tolist() == y.tolist()
    assert look["examples"]["jitter"]["labels"].tolist() == y[:60].tolist()
    assert look["examples"]["jitter"]["history"] == [{"step": 1, "loss": 0.5}]
    for given, found in [(X, look["X"]), (X[:60], look["examples"]["jitter"]["rows"])]:
        assert list(found) == list(given)
        for name, column in found.items():
            twin = plain(given[name])
            np.testing.assert_array_equal(column.isna(), twin.isna())
            assert (kind_of(column) == "date") == (kind_of(twin) == "date")
            if kind_of(twin) in ("number", "date", "duration"):
                np.testing.assert_array_equal(to_numbers(column), to_numbers(twin))
            else:
                assert column.dropna().tolist() == twin.dropna().astype(str).tolist()


def test_results_from_elsewhere_are_taken_over_before_a_run_begins(path):
    results = pd.DataFrame(rows_of(KEYS[0]) + failure_of(KEYS[1]), columns=COLUMNS)
    with Store(path, {}) as store:
        store.take_over(results)
    with Store(path, SETTINGS) as store:
        assert store.settings == SETTINGS
        assert len(store.sessions()) == 1
        assert store.done() == {KEYS[0]}
        pd.testing.assert_frame_equal(
            store.frame(), results.astype({"minority_rows": float}), check_dtype=False
        )


def test_what_is_said_of_columns_is_kept_and_grows(path):
    wine = describe_columns(pd.DataFrame({"a": [1, 2], "b": ["x", None]}))
    with Store(path, SETTINGS) as store:
        assert store.columns() == {}
        store.describe({"columns": {"wine": wine, "beer": wine.iloc[:1]}}, {})
        store.describe({"columns": {"beer": wine.iloc[1:]}, "tables": {"beer": {"rows": 2}}}, {})
    with Store(path) as store:
        kept = store.columns()
        assert store.facts("tables") == {"beer": {"rows": 2}}
    pd.testing.assert_frame_equal(kept["wine"], wine)
    pd.testing.assert_frame_equal(kept["beer"], wine.iloc[1:])


def test_a_store_grows_by_strategies_repeats_and_data_sets(path):
    more = {
        **SETTINGS,
        "datasets": {"c": {"sha256": "3"}},
        "strategies": {"smote": "smote", "none": "none"},
        "repeats": 2,
    }
    with Store(path, SETTINGS):
        pass
    with Store(path, more) as store:
        assert list(store.settings["datasets"]) == ["b", "a", "c"]
        assert list(store.settings["strategies"]) == ["none", "jitter", "smote"]
        assert store.settings["repeats"] == 2
        assert len(store.sessions()) == 2
    with Store(path, SETTINGS) as store:  # asking for less takes nothing away
        assert store.settings["repeats"] == 2


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"folds": 3}, "folds was 2, now 3"),
        ({"params": {"max_depth": 4}}, "params, max_depth was 3, now 4"),
        ({"params": {}}, "params, max_depth was 3, now None"),
        ({"datasets": {"a": {"sha256": "9"}}}, "datasets, a, sha256 was '2', now '9'"),
        ({"strategies": {"none": "Other()"}}, "strategies, none was 'none', now 'Other"),
    ],
)
def test_other_settings_are_refused_with_the_difference_and_the_way_out(path, changed, message):
    with Store(path, SETTINGS) as store:
        store.add(trial_of(KEYS[0]))
    with pytest.raises(ValueError, match=f"{message}.*name another file"):
        Store(path, {**SETTINGS, **changed})
    with Store(path) as store:
        assert store.settings == SETTINGS
        assert store.done() == {KEYS[0]}


def test_other_versions_are_said(path, monkeypatch):
    with Store(path, SETTINGS):
        pass
    monkeypatch.setattr("gansampler.evaluation.store.version", lambda package: "0")
    with pytest.warns(UserWarning, match="xgboost was '.*', now '0'"):
        Store(path, SETTINGS).close()


def test_a_store_of_a_later_version_is_left_alone(path):
    with Store(path, SETTINGS) as store:
        store.connection.execute("PRAGMA user_version = 99")
    with pytest.raises(ValueError, match=r"run\.sqlite is of a later version"):
        Store(path, SETTINGS)


def test_what_is_no_store_is_left_alone(tmp_path, path):
    (tmp_path / "data.csv").write_text("a,b\n1,2\n" * 100)
    with sqlite3.connect(tmp_path / "other.sqlite") as other:
        other.execute("CREATE TABLE mine (x)")
    other.close()
    for name in ("data.csv", "other.sqlite"):
        before = (tmp_path / name).read_bytes()
        with pytest.raises(ValueError, match=f"{name} is no store"):
            Store(tmp_path / name, SETTINGS)
        assert (tmp_path / name).read_bytes() == before
    with pytest.raises(OSError, match="no-folder"):
        Store(tmp_path / "no-folder" / "run.sqlite", SETTINGS)
    with pytest.raises(FileNotFoundError, match=r"run\.sqlite"):
        Store(path)
    assert not path.exists()


def damage(content):
    """Noise over the pages behind the first."""
    return content[:5000] + bytes(range(256)) * (len(content) // 256)


@pytest.mark.parametrize("harm", [lambda content: content[:5000], damage])
@pytest.mark.parametrize("settings", [None, SETTINGS])
def test_a_damaged_store_is_named_with_the_cause_and_the_way_out(path, harm, settings):
    with Store(path, SETTINGS) as store:
        for key in KEYS:
            store.add(trial_of(key, rows_of(key) * 50))
    path.write_bytes(harm(path.read_bytes()))
    message = r"run\.sqlite is damaged \(.*malformed\): put a copy of it back, or name another"
    with pytest.raises(OSError, match=message), Store(path, settings) as store:
        store.done(), store.frame()


def test_an_empty_file_holds_no_run_yet(path):
    path.touch()
    with pytest.raises(ValueError, match=r"run\.sqlite holds no run yet"):
        Store(path)
    with Store(path, SETTINGS) as store:
        assert store.done() == set()


def write_and_die(path, failed):
    store = Store(path, SETTINGS)
    store.add(trial_of(KEYS[0]))
    if failed:
        store.add(trial_of(KEYS[1], failure_of(KEYS[1])))

    def die_when_all_is_written(statement):
        if statement == "COMMIT":
            os.kill(os.getpid(), signal.SIGKILL)

    store.connection.set_trace_callback(die_when_all_is_written)
    store.add(trial_of(KEYS[1]))


@pytest.mark.parametrize("failed", [False, True])
def test_a_trial_that_was_half_written_at_a_kill_is_gone(path, forkserver, failed):
    process = forkserver.Process(target=write_and_die, args=(path, failed))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    with Store(path, SETTINGS) as store:
        assert store.done() == {KEYS[0]}
        assert len(store.frame()) == 3 + failed
        store.add(trial_of(KEYS[1]))
        assert store.done() == {*KEYS[:2]}
        assert len(store.frame()) == 6


def fill(store):
    """Leave no room on the disk for another page, as SQLite sees it."""
    pages = store.connection.execute("PRAGMA page_count").fetchone()[0]
    store.connection.execute(f"PRAGMA max_page_count = {pages}")


def test_a_full_disk_is_named_with_the_store_and_leaves_the_earlier_trials(path):
    large = rows_of(KEYS[1]) * 500
    with Store(path, SETTINGS) as store:
        store.add(trial_of(KEYS[0]))
        fill(store)
        for _ in range(2):
            with pytest.raises(OSError, match=r"run\.sqlite cannot be used: .* disk is full"):
                store.add(trial_of(KEYS[1], large))
        assert store.done() == {KEYS[0]}
        store.connection.execute("PRAGMA max_page_count = 100000")
        store.add(trial_of(KEYS[1], large))
        assert store.done() == {*KEYS[:2]}


def test_a_commit_that_fails_leaves_the_earlier_trials_and_the_store_in_use(path):
    with Store(path, SETTINGS) as store:
        store.add(trial_of(KEYS[0]))
        store.connection = FailingCommit(store.connection)
        with pytest.raises(OSError, match=r"run\.sqlite cannot be used: disk I/O error"):
            store.add(trial_of(KEYS[1]))
        assert store.done() == {KEYS[0]}
        store.add(trial_of(KEYS[2]))
    with Store(path) as store:
        assert store.done() == {KEYS[0], KEYS[2]}


class FailingCommit:
    """A connection whose first COMMIT finds the disk at fault, and leaves the transaction open."""

    def __init__(self, connection):
        self.connection, self.is_broken = connection, True

    def __getattr__(self, name):
        return getattr(self.connection, name)

    def execute(self, statement, *values):
        if statement == "COMMIT" and self.is_broken:
            self.is_broken = False
            raise sqlite3.OperationalError("disk I/O error")
        return self.connection.execute(statement, *values)


def add_each(path, keys, start):
    with Store(path, SETTINGS) as store:
        start.wait()
        for key in keys:
            store.add(trial_of(key, rows_of(key) * 20))


def test_two_processes_write_one_store(path, forkserver):
    keys = [key._replace(repeat=repeat) for repeat in range(1, 11) for key in KEYS]
    start = forkserver.Barrier(2)
    # Some trials are added by both, and kept once.
    parts = keys[:50], keys[30:]
    processes = [forkserver.Process(target=add_each, args=(path, part, start)) for part in parts]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0]
    with Store(path) as store:
        assert store.done() == {*keys}
        assert len(store.frame()) == len(keys) * 3 * 20
