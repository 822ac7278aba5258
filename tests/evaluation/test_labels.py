"""Classes as codes."""

import pandas as pd
import pytest

from gansampler.evaluation.tables import classes_by_frequency, code_labels


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
