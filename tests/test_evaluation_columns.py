"""Columns as numbers, and classes as codes."""

import numpy as np
import pandas as pd
import pytest

from gansampler.evaluation.columns import from_numbers, is_categorical, to_numbers
from gansampler.evaluation.labels import classes_by_frequency, code_labels


def test_columns_go_to_numbers_and_back(mixed):
    X, _ = mixed
    for name in ["float", "float_hole", "float32", "int", "Int", "date", "zone", "duration"]:
        column = X[name].dropna().reset_index(drop=True)
        assert not is_categorical(column)
        pd.testing.assert_series_equal(from_numbers(to_numbers(column), column), column)
    for name in ["bool", "boolean", "text", "string", "category", "ordered"]:
        assert is_categorical(X[name])


def test_holes_are_nan_in_numbers(mixed):
    X, _ = mixed
    for name in ["float_hole", "Int", "date", "zone", "duration"]:
        np.testing.assert_array_equal(np.isnan(to_numbers(X[name])), X[name].isna())


def test_classes_are_coded_by_frequency_then_name():
    y = pd.Series(["b", "a", "c", "c"], dtype="category")
    classes = classes_by_frequency(y)
    assert classes.tolist() == ["c", "a", "b"]
    assert code_labels(pd.Series(["a", "c", "never"]), classes).tolist() == [1, 0, -1]


@pytest.mark.parametrize("dtype", ["int64", "Int64", "float64", "bool", "string", "category"])
def test_classes_of_any_type_are_coded(dtype):
    y = pd.Series([0, 0, 1]).astype(dtype)
    assert code_labels(y, classes_by_frequency(y)).tolist() == [0, 0, 1]


@pytest.mark.parametrize("dtype", ["uint8", "UInt8"])
def test_whole_numbers_stay_in_the_range_of_their_dtype(dtype):
    like = pd.Series([1, 255], dtype=dtype)
    assert from_numbers(np.array([-3.0, 7.6, 300.0]), like).tolist() == [0, 8, 255]
