"""Stores of earlier versions are read as they are, and go on in the form of today.

Those in the folder ``stores`` are dumps of what two earlier versions wrote of ``tiny.csv`` there.
"""

import sqlite3
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest

from gansampler.evaluation import Store, compare, read_store
from gansampler.evaluation.axes.details import DETAILS
from gansampler.evaluation.report import render_report
from gansampler.evaluation.splits import Variant

STORES = Path(__file__).parent / "stores"
TINY = [("tiny", STORES / "tiny.csv", "class")]
OPTIONS = {
    "folds": 2,
    "repeats": 1,
    "metrics": ["mcc", "roc_auc"],
    "learners": ["xgboost_default"],
    "params": {"n_estimators": 3, "n_jobs": 1},
    "random_state": 5,
}
PROTOCOL = {"time": "year", "minority_sizes": [4, 6]}
VARIANTS = [Variant("", None), Variant("time=year", 4), Variant("time=year", 6)]


@pytest.fixture(params=["with_reliability", "with_all_details"])
def path(request, tmp_path):
    path = tmp_path / "run.sqlite"
    with sqlite3.connect(path) as connection:
        connection.executescript((STORES / f"{request.param}.sql").read_text())
    connection.close()
    return path


def values_in(path):
    """All scores by their place, as they stand in the file."""
    connection = sqlite3.connect(path)
    query = "SELECT dataset, strategy, fold, metric, value FROM results"
    found = {tuple(row[:4]): row[4] for row in connection.execute(query)}
    connection.close()
    return found


def kept_details(path):
    connection = sqlite3.connect(path)
    tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    connection.close()
    return tables & DETAILS.keys()


def with_marks(results):
    """Name data sets as they were named then."""
    said = results["protocol"].where(results["protocol"] == "", "@" + results["protocol"])
    sizes = results["minority_rows"]
    said += sizes.map(lambda size: "" if pd.isna(size) else f"@minority={size:.0f}")
    columns = [results[name] for name in ("strategy", "fold", "metric")]
    return zip(results["dataset"] + said, *columns, strict=True)


def test_an_earlier_store_is_read_and_left_as_it_is(path):
    before, values = path.read_bytes(), values_in(path)
    results = read_store(path)
    assert dict(zip(with_marks(results), results["value"], strict=True)) == values
    assert len(results) == len(values) == 10 * 9
    found = results[["protocol", "minority_rows"]].drop_duplicates()
    assert [tuple(each) for each in found.itertuples(index=False)][1:] == VARIANTS[1:]
    with Store(path) as store:
        assert len(store.done()) == 10, "the first part of time has no six rare rows"
        assert list(store.settings["datasets"]) == ["tiny"]
        details = store.details()
        assert store.columns().keys() <= {"tiny"}
        assert store.looks() == {}
        assert len(store.sessions()) == 2
    assert {name for name, table in details.items() if len(table)} == kept_details(path)
    for name in kept_details(path):
        assert set(details[name]["dataset"]) == {"tiny"}
        assert set(details[name]["protocol"]) == {"", "time=year"}
    assert "time=year" in render_report(results, details=details)
    assert path.read_bytes() == before


@pytest.mark.filterwarnings("ignore:.*goes on with other versions")
def test_an_earlier_store_goes_on(path, monkeypatch):
    job = import_module("gansampler.evaluation.compare").Job
    ran, whole = [], job.run
    monkeypatch.setattr(job, "run", lambda each: ran.append(each.key) or whole(each))
    before = read_store(path)
    compare(TINY, None, ["none", "smote"], store=path, **OPTIONS)
    same = compare(TINY, None, ["none", "smote"], store=path, protocol=PROTOCOL, **OPTIONS)
    assert ran == []
    pd.testing.assert_frame_equal(same, before)
    more = compare(TINY, None, ["random"], store=path, protocol=PROTOCOL, **OPTIONS)
    assert {key.strategy for key in ran} == {"random"}
    assert len(ran) == 3
    old = more[more["strategy"] != "random"].reset_index(drop=True)
    pd.testing.assert_frame_equal(old, before)
    with Store(path) as store:
        assert {key[1:3] for key in store.done()} == set(VARIANTS)
        assert [tuple(each) for each in store.settings["protocols"]] == VARIANTS
        assert len(store.sessions()) == 2 + 3
        tables = {name for (name,) in store.connection.execute("SELECT name FROM sqlite_master")}
    assert not tables & {"results", *DETAILS}


@pytest.mark.filterwarnings("ignore:.*goes on with other versions")
def test_an_earlier_store_refuses_what_it_was_not_made_with(path):
    before = path.read_bytes()
    for change, message in [
        ({"folds": 3}, "folds was 2, now 3"),
        ({"learners": ["xgboost"]}, "learners was"),
    ]:
        with pytest.raises(ValueError, match=message):
            compare(TINY, None, ["none"], store=path, **{**OPTIONS, **change})
    assert path.read_bytes() == before
