"""The store: whole trials or nothing, in one order, under one set of settings."""

import math
import os
import signal
import sqlite3

import pandas as pd
import pytest

from gansampler.columns import describe_columns
from gansampler.evaluation.axes.details import DETAILS
from gansampler.evaluation.store import TABLES, Store
from gansampler.evaluation.trial import COLUMNS

SETTINGS = {
    "datasets": {"b": {"sha256": "1"}, "a": {"sha256": "2"}},
    "strategies": {"none": "none", "jitter": "jitter"},
    "repeats": 1,
    "folds": 2,
    "params": {"max_depth": 3},
}
KEYS = [(d, s, 1, fold) for d in ("b", "a") for fold in (1, 2) for s in ("none", "jitter")]


def rows_of(key):
    values = {"mcc": 0.1 + 0.2, "roc_auc": len(key[1]), "log_loss": math.inf}
    row = dict.fromkeys(COLUMNS) | dict(
        zip(("dataset", "strategy", "repeat", "fold"), key, strict=True)
    )
    row |= {"learner": "xgboost", "readout": "as_is", "seconds": 1, "status": "ok"}
    return [{**row, "metric": metric, "value": value} for metric, value in values.items()]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "run.sqlite"


def test_a_trial_comes_back_as_it_was(path):
    failed = [{**rows_of(KEYS[1])[0], "metric": None, "value": math.nan, "status": "Error: no"}]
    with Store(path, SETTINGS) as store:
        store.add(KEYS[0], rows_of(KEYS[0]))
        store.add(KEYS[1], failed)
    with Store(path) as store:
        assert store.done() == {KEYS[0]}, "what failed is not done"
        assert store.settings == SETTINGS
        expected = pd.DataFrame(rows_of(KEYS[0]) + failed, columns=COLUMNS)
        pd.testing.assert_frame_equal(store.table(), expected.astype({"seconds": float}))


def test_the_order_of_the_table_is_not_that_of_completion(path, tmp_path):
    tables = []
    for name, keys in [("forth", KEYS), ("back", KEYS[::-1])]:
        with Store(tmp_path / name, SETTINGS) as store:
            for key in keys:
                store.add(key, rows_of(key))
            tables.append(store.table())
    pd.testing.assert_frame_equal(*tables)
    order = tables[0][["dataset", "strategy", "repeat", "fold"]].drop_duplicates()
    assert [tuple(key) for key in order.to_numpy()] == KEYS


def test_a_trial_is_kept_once(path):
    with Store(path, SETTINGS) as store, Store(path, SETTINGS) as other:
        store.add(KEYS[0], rows_of(KEYS[0]))
        other.add(KEYS[0], [{**row, "value": 7.0} for row in rows_of(KEYS[0])])
        pd.testing.assert_frame_equal(store.table(), other.table())
        assert 7.0 not in set(store.table()["value"])


def test_what_failed_gives_way_to_what_did_not(path):
    whole = rows_of(KEYS[0])
    failed = [{**whole[0], "metric": None, "value": math.nan, "status": "Error: no"}]
    once, twice = ({name: [dict.fromkeys(TABLES[name], 1)] * n for name in DETAILS} for n in (1, 2))
    with Store(path, SETTINGS) as store:
        store.add(KEYS[0], [*whole[:2], *failed], twice)
        store.add(KEYS[1], rows_of(KEYS[1]))
        store.add(KEYS[0], whole[:1], once)
        store.add(KEYS[0], failed)
        assert store.done() == {KEYS[0], KEYS[1]}
        found = store.table().query("strategy == 'none'")
        assert found["metric"].tolist() == [whole[0]["metric"]]
        assert {name: len(table) for name, table in store.details().items()} == dict.fromkeys(
            DETAILS, 1
        )


def test_a_store_from_before_a_table_was_kept_is_read_and_goes_on(path):
    with Store(path, SETTINGS) as store:
        store.add(KEYS[0], rows_of(KEYS[0]))
        for name in ("confusion", "curves"):
            store.connection.execute(f"DROP TABLE {name}")
    with Store(path) as store:
        assert store.done() == {KEYS[0]}
        for name, table in store.details().items():
            assert table.columns.tolist() == TABLES[name]
            assert table.empty
    with Store(path, SETTINGS) as store:
        store.add(KEYS[1], rows_of(KEYS[1]), {"curves": [{"curve": "roc", "heights": "[0]"}]})
        assert store.details()["curves"]["strategy"].tolist() == [KEYS[1][1]]


def test_what_is_said_of_columns_is_kept_and_grows(path):
    wine = describe_columns(pd.DataFrame({"a": [1, 2], "b": ["x", None]}))
    with Store(path, SETTINGS) as store:
        assert store.columns() == {}
        store.describe({"wine": wine, "beer": wine.iloc[:1]})
        store.describe({"beer": wine.iloc[1:]})
    with Store(path) as store:
        kept = store.columns()
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
        store.add(KEYS[0], rows_of(KEYS[0]))
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
            store.add(key, rows_of(key) * 50)
    path.write_bytes(harm(path.read_bytes()))
    message = r"run\.sqlite is damaged \(.*malformed\): put a copy of it back, or name another"
    with pytest.raises(OSError, match=message), Store(path, settings) as store:
        store.done(), store.table()


def test_an_empty_file_holds_no_run_yet(path):
    path.touch()
    with pytest.raises(ValueError, match=r"run\.sqlite holds no run yet"):
        Store(path)
    with Store(path, SETTINGS) as store:
        assert store.done() == set()


def write_and_die(path, failed):
    store = Store(path, SETTINGS)
    store.add(KEYS[0], rows_of(KEYS[0]))
    if failed:
        store.add(KEYS[1], [{**rows_of(KEYS[1])[0], "status": "Error: no"}])
    inserts = []

    def die_at_the_third_row(statement):
        inserts.append(statement)
        if sum("INSERT" in each for each in inserts) == 3:
            os.kill(os.getpid(), signal.SIGKILL)

    store.connection.set_trace_callback(die_at_the_third_row)
    store.add(KEYS[1], rows_of(KEYS[1]))


@pytest.mark.parametrize("failed", [False, True])
def test_a_trial_that_was_half_written_at_a_kill_is_gone(path, forkserver, failed):
    process = forkserver.Process(target=write_and_die, args=(path, failed))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL
    with Store(path, SETTINGS) as store:
        assert store.done() == {KEYS[0]}
        assert len(store.table()) == 3 + failed
        store.add(KEYS[1], rows_of(KEYS[1]))
        assert store.done() == {*KEYS[:2]}
        assert len(store.table()) == 6
