"""What a column is, whatever it is kept in."""

import datetime
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from gansampler.columns import (
    check_features,
    describe_columns,
    from_numbers,
    kind_of,
    plain,
    to_numbers,
)

DAY = datetime.date(2020, 1, 31)
NOON = datetime.datetime(2020, 1, 31, 12)
PARIS = pd.Timestamp("2020-01-31", tz="Europe/Paris")


def objects(*values):
    return pd.Series([*values, None], dtype=object)


COLUMNS = {
    "number": [
        pd.Series([1, 2]),
        pd.Series([1, None], dtype="Int64"),
        pd.Series([0.5, np.nan], dtype="float16"),
        pd.Series(pd.arrays.SparseArray([0, 1, 0])),
        pd.Series(pd.arrays.SparseArray([0.0, np.nan])),
        pd.Series(pd.arrays.IntervalArray.from_tuples([(0, 1), (1, 2)])),
        objects(1, 2.5),
        objects(Decimal("1.5"), Decimal("NaN")),
        objects(Decimal("1.5"), 2, np.float32(3), Fraction(1, 3)),
        objects(10**30, 1),
        objects(pd.Interval(0, 1), pd.Interval(1, 2)),
    ],
    "date": [
        pd.Series(pd.to_datetime(["2020", None])),
        pd.Series(pd.to_datetime(["2020", None], utc=True)),
        pd.Series(pd.period_range("2020", periods=2, freq="M")),
        pd.Series(np.array(["9999-12-31", "0001-01-01"], dtype="M8[s]")),
        objects(DAY, datetime.date(9999, 12, 31)),
        objects(NOON, pd.Timestamp("2021"), np.datetime64("2022-01-01")),
        objects(PARIS, pd.Timestamp("2020", tz="UTC")),
        objects(pd.Period("2020-01"), pd.Period("2020-02")),
    ],
    "duration": [
        pd.Series(pd.to_timedelta([1, None], unit="h")),
        objects(datetime.timedelta(days=1), pd.Timedelta(1, "h"), np.timedelta64(1, "s")),
        objects(datetime.time(12, 30), datetime.time(0)),
        objects(datetime.timedelta.max, datetime.timedelta(1)),
    ],
    "ordered": [pd.Series(pd.Categorical(["a", "b"], ordered=True)), pd.Series(pd.cut([1, 2], 2))],
    "category": [
        pd.Series(["a", "b"]),
        pd.Series(["a", None], dtype="string"),
        pd.Series([True, False]),
        pd.Series([True, None], dtype="boolean"),
        pd.Series([1, 2], dtype="category"),
        objects("1", "2"),
        objects(1, "2"),
        objects(True, False),
        objects(True, pd.NA, np.nan, pd.NaT),
        objects(True, 1),
        objects(b"a", ("a", 1)),
        objects(DAY, "soon"),
        objects(pd.Period("2020"), pd.Period("2020-01")),
        objects(),
    ],
}
EACH = [
    pytest.param(column, kind, id=f"{kind}{place}")
    for kind, columns in COLUMNS.items()
    for place, column in enumerate(columns)
]


@pytest.mark.parametrize(("column", "kind"), EACH)
def test_every_column_is_of_a_kind(column, kind):
    before = column.copy(deep=True)
    twin = plain(column)
    assert kind_of(column) == kind_of(twin) == kind
    assert twin.isna().tolist() == column.isna().tolist()
    pd.testing.assert_series_equal(plain(twin), twin)
    pd.testing.assert_series_equal(column, before)
    if kind != "category":
        numbers = to_numbers(twin)
        assert numbers.dtype == np.float64
        assert np.isnan(numbers).tolist() == column.isna().tolist()


@pytest.mark.parametrize(("column", "kind"), [each for each in EACH if each.values[1] != "ordered"])
def test_numbers_of_a_quantity_lie_as_its_values_do(column, kind):
    values = [value for value in column if not pd.isna(value)]
    if kind == "category" or len({type(value) for value in values}) > 1:
        return
    numbers = to_numbers(plain(column))
    assert np.argsort(numbers[: len(values)]).tolist() == sorted(
        range(len(values)), key=lambda place: values[place]
    )


ARROW = pytest.importorskip("pyarrow")
ARROW_COLUMNS = [
    ([DAY, None, datetime.date(9999, 12, 31)], ARROW.date32(), "date"),
    ([DAY, None], ARROW.date64(), "date"),
    ([datetime.time(1), None], ARROW.time64("us"), "duration"),
    ([NOON, None, datetime.datetime(9999, 12, 31)], ARROW.timestamp("s"), "date"),
    ([PARIS, None], ARROW.timestamp("us", tz="Europe/Paris"), "date"),
    ([datetime.timedelta(1), None], ARROW.duration("ns"), "duration"),
    ([Decimal("1.50"), None], ARROW.decimal128(10, 2), "number"),
    ([1, None], ARROW.int64(), "number"),
    ([1.5, float("nan")], ARROW.float64(), "number"),
    ([True, None], ARROW.bool_(), "category"),
    (["a", None], ARROW.string(), "category"),
    ([None, None], ARROW.null(), "category"),
    (["0", None, "1"], ARROW.dictionary(ARROW.int32(), ARROW.string()), "category"),
]


@pytest.mark.parametrize(
    ("values", "dtype", "kind"), ARROW_COLUMNS, ids=[str(each[1]) for each in ARROW_COLUMNS]
)
def test_columns_of_arrow_are_their_twins(values, dtype, kind):
    column = pd.Series(pd.array(ARROW.array(values, dtype), dtype=pd.ArrowDtype(dtype)))
    twin = plain(column)
    assert not isinstance(twin.dtype, pd.ArrowDtype)
    assert kind_of(column) == kind
    assert twin.isna().tolist() == pd.isna(pd.Series(values, dtype=object)).tolist()


def test_distances_are_kept():
    days = objects(DAY, DAY + datetime.timedelta(days=2))
    assert np.diff(to_numbers(plain(days)))[0] == 2 * 86_400
    assert (
        to_numbers(plain(objects(PARIS, pd.Timestamp("2020-01-30T23:00", tz="UTC"))))[:2].tolist()
        == [1580425200] * 2
    )
    assert to_numbers(plain(objects(datetime.time(1, 0, 0, 500_000))))[0] == 3600.5


def test_columns_go_to_numbers_and_back(mixed):
    X, _ = mixed
    for name in ["float", "float_hole", "float32", "int", "Int", "date", "zone", "duration"]:
        column = X[name].dropna().reset_index(drop=True)
        pd.testing.assert_series_equal(from_numbers(to_numbers(column), column), column)


@pytest.mark.parametrize("unit", ["s", "ms", "us"])
@pytest.mark.parametrize("zone", [None, "UTC", "Europe/Paris"])
def test_far_dates_go_to_numbers_and_back(unit, zone):
    dates = pd.Series(np.array(["9999-12-30", "1421-04-10"], dtype=f"M8[{unit}]"))
    dates = dates if zone is None else dates.dt.tz_localize("UTC").dt.tz_convert(zone)
    pd.testing.assert_series_equal(from_numbers(to_numbers(dates), dates), dates)


@pytest.mark.parametrize("dtype", ["uint8", "UInt8"])
def test_whole_numbers_stay_in_the_range_of_their_dtype(dtype):
    like = pd.Series([1, 255], dtype=dtype)
    assert from_numbers(np.array([-3.0, 7.6, 300.0]), like).tolist() == [0, 8, 255]


@pytest.mark.parametrize("value", [[1], {"a": 1}, np.zeros(2), ([],)], ids=str)
def test_what_nothing_can_use_is_named(value):
    with pytest.raises(ValueError, match=r"Column 'odd' cannot be used: it holds a .* or drop it"):
        kind_of(pd.Series([value, value], name="odd"))


def test_the_reading_is_shown():
    X = pd.DataFrame(
        {"price": objects(Decimal(1), Decimal(1)), 7: ["a", "b", None], "day": [DAY] * 3}
    )
    table = describe_columns(X)
    assert table.index.tolist() == ["price", 7, "day"]
    assert table.to_numpy().tolist() == [["number", 1, 1], ["category", 2, 1], ["date", 1, 0]]


def test_features_become_a_frame_with_names_and_a_plain_index():
    X = check_features(np.arange(6).reshape(3, 2))
    assert list(X.columns) == ["x0", "x1"]
    X = check_features(pd.DataFrame({0: [1, 2]}, index=[7, 7]))
    assert list(X.columns) == ["0"]
    assert X.index.tolist() == [0, 1]
    X = check_features(pd.DataFrame({"day": [DAY], "price": [Decimal("1.5")]}))
    assert [dtype.kind for dtype in X.dtypes] == ["M", "f"]


def test_a_part_of_a_column_is_read_as_the_whole():
    mixed = {"a": [DAY, "soon"], "b": [1, "x"], "c": [pd.Period("2020"), pd.Period("2020-01")]}
    X = check_features(pd.DataFrame(mixed, dtype=object))
    assert [kind_of(X.iloc[:1][name]) for name in X] == ["category"] * 3
    X = check_features(pd.DataFrame({"a": [(1, 2), 1.5, (1, 2), None]}))
    assert X["a"].cat.categories.tolist() == [1.5, "(1, 2)"]


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (pd.DataFrame({"a": [1.0, np.inf]}), r"infinity in the columns \['a'\]"),
        (pd.DataFrame({"a": [Decimal("inf"), 1]}), r"infinity in the columns \['a'\]"),
        (pd.DataFrame({"a": [1e39, 1.0]}), r"beyond 3.4e\+38 in the columns \['a'\]"),
        (pd.DataFrame({"a": [[1], [2]]}), "Column 'a' cannot be used: it holds a list"),
        (pd.DataFrame({"a": pd.array([1.0, -np.inf], dtype="Float64")}), "infinity in the columns"),
        (np.array([[1j]]), r"Complex data not supported: the column 'x0'"),
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "more than one column named 'a'"),
        (pd.DataFrame([[1, 2]], columns=["1", 1]), "more than one column named '1'"),
        (pd.DataFrame(index=[0, 1]), "no columns"),
        (pd.DataFrame({"a": [np.nan] * 2, "b": [None] * 2}), r"no value in any column \(a, b\)"),
        (sparse.csr_matrix(np.eye(2)), "sparse"),
        (np.arange(3), "rows and columns"),
    ],
)
def test_refuses_features_that_cannot_work(X, message):
    with pytest.raises(ValueError, match=message):
        check_features(X)
