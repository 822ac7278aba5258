"""The data sets of a run: what is loaded, and which rows a cap keeps."""

import hashlib
import warnings

import numpy as np
import pandas as pd
import pytest

from gansampler.evaluation.tables import (
    FEWEST_ROWS,
    DataSet,
    classes_by_frequency,
    code_labels,
    stratified_sample,
)


@pytest.fixture
def table():
    y = np.repeat(["a", "b", "c"], [3000, 300, 9])
    return pd.DataFrame({"x": np.arange(len(y)), "id": 0, "class": y})


def test_a_cap_keeps_shares_and_small_classes(table):
    y = table["class"].sample(frac=1, random_state=0)
    kept = stratified_sample(y, 500, random_state=1)
    assert (np.diff(kept) > 0).all()
    assert y.iloc[kept].value_counts().to_dict() == {"a": 453, "b": 45, "c": 9}
    few = y.iloc[stratified_sample(y, 100, random_state=1)].value_counts()
    assert few["b"] == FEWEST_ROWS
    np.testing.assert_array_equal(kept, stratified_sample(y, 500, random_state=1))
    assert not np.array_equal(kept, stratified_sample(y, 500, random_state=2))
    np.testing.assert_array_equal(stratified_sample(y, 10_000, random_state=1), np.arange(len(y)))


@pytest.mark.parametrize("name", ["data.csv", "data.parquet"])
def test_a_source_loads_what_it_names(table, tmp_path, name):
    path = tmp_path / name
    table.to_csv(path, index=False) if path.suffix == ".csv" else table.to_parquet(path)
    X, y = DataSet("data", path, "class", drop=("id",)).load()
    assert list(X.columns) == ["x"]
    assert y.tolist() == table["class"].tolist()
    X, y = DataSet("data", path, "class").load(100)
    assert len(X) == len(y) == 91 + 20 + 9
    assert (table.loc[X["x"], "class"].to_numpy() == y.to_numpy()).all()


def test_a_source_reads_as_it_is_told_without_a_word(tmp_path):
    path = tmp_path / "data.txt"
    path.write_bytes("größe|code|id|class\n1,5|07|a|x\n2,5|08|b|y\n".encode("cp1252"))
    read = (("größe", "number"), ("code", "category"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        X, y = DataSet("data", path, "class", ("id",), read, "|", "cp1252").load()
    assert X["größe"].tolist() == [1.5, 2.5]
    assert X["code"].dtype == "category"
    assert y.tolist() == ["x", "y"]


def test_the_hash_tells_content_not_place(table, tmp_path):
    for name in ("a.csv", "b.csv"):
        table.to_csv(tmp_path / name, index=False)
    table.iloc[1:].to_csv(tmp_path / "c.csv", index=False)
    a, b, c = (DataSet("data", tmp_path / f"{name}.csv", "class").sha256() for name in "abc")
    assert a == b != c
    assert a == hashlib.sha256((tmp_path / "a.csv").read_bytes()).hexdigest()
    frame, same, other = (
        DataSet("data", each, "class") for each in (table, table.copy(), table[1:])
    )
    assert frame.sha256() == same.sha256() != other.sha256()


def test_a_frame_and_features_with_their_classes_are_data_sets(table):
    X, y = DataSet("data", table, "class", drop=("id",)).load(100, random_state=3)
    x = table[["x"]].to_numpy()
    same, labels = DataSet("data", x, y=table["class"]).load(100, random_state=3)
    np.testing.assert_array_equal(X, same)
    assert y.tolist() == labels.tolist()


def test_a_data_set_without_classes_is_refused(table):
    with pytest.raises(ValueError, match="'data' has no classes: give y, or the name"):
        DataSet("data", table)


def test_classes_are_coded_by_frequency_then_name():
    y = pd.Series(["b", "a", "c", "c"], dtype="category")
    classes = classes_by_frequency(y)
    assert classes.tolist() == ["c", "a", "b"]
    assert code_labels(pd.Series(["a", "c", "never"]), classes).tolist() == [1, 0, -1]


@pytest.mark.parametrize("dtype", ["int64", "Int64", "float64", "bool", "string", "category"])
def test_classes_of_any_type_are_coded(dtype):
    y = pd.Series([0, 0, 1]).astype(dtype)
    assert code_labels(y, classes_by_frequency(y)).tolist() == [0, 0, 1]


@pytest.mark.filterwarnings("error")
def test_classes_that_are_dates_are_coded_without_a_word_of_pandas():
    y = pd.Series(pd.to_datetime(["2021-01-31", "2020-01-31", "2020-01-31"]))
    for days in (y, y.astype("category")):
        classes = classes_by_frequency(days)
        assert classes.tolist() == [pd.Timestamp("2020-01-31"), pd.Timestamp("2021-01-31")]
        assert code_labels(days, classes).tolist() == [1, 0, 0]
