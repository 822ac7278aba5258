"""Text that stands for numbers or dates."""

import numpy as np
import pandas as pd
import pytest

from gansampler.texts import are_iso_dates, doubts, read_as


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (["1,234", "12"], [1234, 12]),
        (["1,234,567", "1"], [1234567, 1]),
        (["1.234,50", "1,5"], [1234.5, 1.5]),
        (["$1234", "-$1,000.50"], [1234, -1000.5]),
        (["1,5", "2"], [1.5, 2]),
        (["1.5", "2.250"], [1.5, 2.25]),
        (["1.234.567", "2.500"], [1234567, 2500]),
        (["(1,234)", "5 €"], [-1234, 5]),
        (["1 234", "1'234", "5 %"], [1234, 1234, 5]),
        (["1e3", None], [1000, np.nan]),
        ([1, "2"], [1, 2]),
    ],
)
def test_text_is_read_as_numbers(texts, numbers):
    read = read_as(pd.Series(texts), "number")
    np.testing.assert_array_equal(read.to_numpy(dtype=float), numbers)


@pytest.mark.parametrize(
    "texts",
    [
        ["2020-12-31", None, "2021-02-01"],
        ["31.12.2020", None, "1.2.2021"],
        ["12/31/2020", None, "2/1/2021"],
        ["31/12/2020", None, "1/2/2021"],
        ["2020-12-31T01:00+01:00", None, "2021-02-01T02:00+02:00"],
    ],
)
def test_text_is_read_as_dates(texts):
    read = read_as(pd.Series(texts), "date").dt.tz_localize(None)
    assert read.isna().tolist() == [False, True, False]
    assert read.dropna().tolist() == [pd.Timestamp("2020-12-31"), pd.Timestamp("2021-02-01")]


def test_dates_beyond_nanoseconds_are_read():
    read = read_as(pd.Series(["9999-12-31", "1421-04-10", None]), "date")
    assert read.dt.year.tolist()[:2] == [9999, 1421]


def test_quantities_stay_and_anything_is_a_category():
    numbers, dates = pd.Series([1, 2]), pd.Series(pd.to_datetime(["2020", "2021"]))
    pd.testing.assert_series_equal(read_as(numbers, "number"), numbers)
    pd.testing.assert_series_equal(read_as(dates, "date"), dates)
    assert read_as(numbers, "category").dtype == "category"


@pytest.mark.parametrize("how", ["number", "date"])
def test_what_cannot_be_read_is_named(how):
    with pytest.raises(ValueError, match=f"'price' cannot be read as a {how}: .*soon"):
        read_as(pd.Series(["soon", None], name="price"), how)


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["2020-01-31", "2020-01-31 10:00", None], True),
        (["2020-01-31T10:00:00.5+01:00"], True),
        (["2020-01-31", "soon"], False),
        (["31.01.2020"], False),
        ([20200131, 20200201], False),
        ([None, None], False),
    ],
)
def test_iso_dates_are_told(texts, expected):
    assert are_iso_dates(pd.Series(texts, dtype=object)) == expected


def test_doubts_name_the_column_and_the_way_out():
    n = 200
    X = pd.DataFrame(
        {
            "Unnamed: 0": range(n),
            "the price": [f"1,{place % 50:03d}" for place in range(n)],
            "day": [f"{place % 28 + 1:02d}.01.2020" for place in range(n)],
            "key": [f"k{place}" for place in range(n)],
            "number": np.arange(n) * 7919 % 10_007,
            "fine": np.arange(n) % 7,
            "share": np.linspace(0, 1, n),
            "word": list("abcd") * (n // 4),
            "when": pd.date_range("2020", periods=n),
        }
    )
    said = doubts(X)
    assert len(said) == 5
    for words, sentence in zip(
        [
            "'Unnamed: 0' has no name .* --drop 'Unnamed: 0'",
            "'the price' is text that is mostly numbers, .*'1,000'.*--read 'the price=number'",
            "'day' is text that is mostly dates.*--read day=date",
            "'key' is different.*--drop key",
            "'number' is different.*--drop number",
        ],
        said,
        strict=True,
    ):
        assert pd.Series([sentence]).str.contains(words).all(), sentence


def test_small_or_clean_tables_raise_no_doubts(mixed):
    X, _ = mixed
    assert doubts(X) == []
    assert doubts(pd.DataFrame({"key": ["a", "b"], "n": [1, 2]})) == []
