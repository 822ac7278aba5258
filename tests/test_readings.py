"""What is said of how columns are read."""

import warnings

import numpy as np
import pandas as pd
import pytest

from gansampler.columns import describe_columns
from gansampler.readings import readings_in_lines, warn_of_doubts
from gansampler.tables import parse_table, read_table


def test_doubts_are_one_warning_with_the_name_of_the_table():
    X = pd.DataFrame({"id": range(200), "price": ["1,200", "$3"] * 100})
    with pytest.warns(UserWarning, match="^t: .*'id'.*'price'.*--read price=number") as said:
        warn_of_doubts(X, name="t")
    assert len(said) == 1
    with pytest.warns(UserWarning, match="^The column 'price'"):
        warn_of_doubts(X, {"id"})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_of_doubts(X, {"id", "price"})


def test_many_doubts_are_not_all_named():
    X = pd.DataFrame({f"id{place}": range(200) for place in range(15)})
    with pytest.warns(UserWarning, match=r"'id9'.* And 5 more columns like these\.$"):
        warn_of_doubts(X)


def test_a_file_is_doubted_where_it_is_read_for_somebody(tmp_path):
    pd.DataFrame({"a": range(200), "class": [0, 1] * 100}).to_csv(tmp_path / "t.csv")
    with pytest.warns(UserWarning, match="'Unnamed: 0' has no name.*--drop 'Unnamed: 0'"):
        read_table(tmp_path / "t.csv")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        parse_table(tmp_path / "t.csv")


def test_readings_are_a_table_that_fits_on_a_screen():
    X = pd.DataFrame({f"c{place}": np.arange(3) for place in range(40)}).assign(
        kind=["a", "b", None], day=pd.to_datetime("2020-01-01")
    )
    lines = readings_in_lines(describe_columns(X[["c1", "kind"]]), "wine").splitlines()
    assert lines[0] == "How the columns of wine are read:"
    assert lines[2].split() == ["c1", "number", "3", "0"]
    assert lines[3].split() == ["kind", "category", "2", "1"]
    assert len(lines) == 4
    lines = readings_in_lines(describe_columns(X)).splitlines()
    assert len(lines) == 33
    assert lines[-1] == "and 12 more: 10 number, 1 category, 1 date"
