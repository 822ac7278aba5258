"""Random tables of every kind of column, index, name and target, each made anew from its seed."""

import datetime
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

WORDS = [
    "x",
    "y",
    "",
    " z",
    "NA",
    "None",
    "true",
    "1",
    "01",
    "日本",
    "😀",
    "a,b",
    'say "hi"',
    "$x$",
]
HOLES = [None, np.nan, pd.NA, pd.NaT]


def _objects(values):
    column = pd.Series([None] * len(values), dtype=object)
    for place, value in enumerate(values):
        column.iloc[place] = value
    return column


def _days(rng, n):
    return [datetime.date(2020, 1, 1) + datetime.timedelta(int(d)) for d in rng.integers(0, 99, n)]


def _moments(rng, n, unit):
    start = rng.choice([-500, 0, 50, 7000]) if unit in ("s", "ms", "us") else 50
    days = np.datetime64("1970-01-01", "D") + int(start) * 365 + rng.integers(0, 300, n)
    return days.astype(f"M8[{unit}]") + rng.integers(0, 9, n) * np.timedelta64(1, unit)


def _periods(rng, n, freq):
    return pd.period_range("2020-01-01", periods=300, freq=freq)[rng.integers(0, 300, n)]


def _words(rng, n):
    return rng.choice(WORDS, n).astype(object)


def _choose(rng, pool, n):
    return _objects([pool[place] for place in rng.integers(0, len(pool), n)])


def _intervals(rng, n):
    edges = rng.integers(0, 5, n)
    return pd.arrays.IntervalArray.from_arrays(edges.astype(float), edges + 1.0)


def _extreme(rng, n):
    return rng.choice([0.0, -0.0, 5e-324, 1e-310, 1e308, -1e308, 1 / 3, 2.0**53], n)


# By name: a column of n values, none missing; where holes go is decided later.
COLUMNS = {
    **{
        name: lambda rng, n, name=name: pd.Series(rng.integers(0, 100, n)).astype(name)
        for name in ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]
    },
    **{
        name: lambda rng, n, name=name: pd.Series(rng.integers(0, 100, n)).astype(name)
        for name in ["Int8", "Int32", "Int64", "UInt8", "UInt64"]
    },
    **{
        name: lambda rng, n, name=name: pd.Series(rng.normal(size=n).round(2)).astype(name)
        for name in ["float16", "float32", "float64", "Float32", "Float64"]
    },
    "huge int": lambda rng, n: pd.Series(rng.choice(np.iinfo("i8").max - np.arange(9), n)),
    "huge uint": lambda rng, n: pd.Series(2**64 - 1 - rng.integers(0, 9, n).astype("u8")),
    "extreme": lambda rng, n: pd.Series(_extreme(rng, n)),
    "constant": lambda rng, n: pd.Series(np.full(n, 7)),
    "id": lambda rng, n: pd.Series(rng.permutation(n)),
    "bool": lambda rng, n: pd.Series(rng.random(n) < 0.3),
    "boolean": lambda rng, n: pd.Series(rng.random(n) < 0.3).astype("boolean"),
    "bool objects": lambda rng, n: _choose(rng, [True, False], n),
    "text": lambda rng, n: pd.Series(_words(rng, n), dtype=object),
    "string": lambda rng, n: pd.Series(_words(rng, n), dtype="string"),
    "bytes": lambda rng, n: _choose(rng, [b"a", b"", b"\xff"], n),
    "tuples": lambda rng, n: _choose(rng, [(1, "a"), (), (None,)], n),
    "mixed": lambda rng, n: _choose(rng, ["x", 1, 2.5, (1,), True, b"y"], n),
    "numbers and text": lambda rng, n: _choose(rng, [1, "1", 1.5, "x"], n),
    "ints": lambda rng, n: _choose(rng, [1, 2, 10**30, np.int8(3)], n),
    "floats": lambda rng, n: _choose(rng, [0.5, np.float32(1.5), 2], n),
    "decimals": lambda rng, n: _choose(rng, [Decimal("1.50"), Decimal("-2"), Decimal("1E+5")], n),
    "fractions": lambda rng, n: _choose(rng, [Fraction(1, 3), Fraction(2, 3), 1], n),
    "dates": lambda rng, n: _objects(_days(rng, n)),
    "datetimes": lambda rng, n: _choose(
        rng, [datetime.datetime(2020, 1, 1, 5), datetime.datetime(9999, 12, 31)], n
    ),
    "timestamps": lambda rng, n: _choose(rng, list(pd.date_range("2020", periods=9, tz="UTC")), n),
    "dates and moments": lambda rng, n: _choose(
        rng, [datetime.date(2020, 1, 1), pd.Timestamp("2020-02-01"), np.datetime64("2021-01-01")], n
    ),
    "dates and text": lambda rng, n: _choose(rng, [datetime.date(2020, 1, 1), "soon"], n),
    "times": lambda rng, n: _choose(rng, [datetime.time(1), datetime.time(23, 59)], n),
    "timedeltas": lambda rng, n: _choose(
        rng, [datetime.timedelta(1), pd.Timedelta("1h"), datetime.timedelta.max], n
    ),
    "period objects": lambda rng, n: _objects(list(_periods(rng, n, "M"))),
    "mixed periods": lambda rng, n: _choose(rng, [pd.Period("2020"), pd.Period("2020-01")], n),
    "interval objects": lambda rng, n: _objects(list(_intervals(rng, n))),
    **{
        f"M8[{unit}]": lambda rng, n, unit=unit: pd.Series(_moments(rng, n, unit))
        for unit in ["s", "ms", "us", "ns"]
    },
    "zone": lambda rng, n: pd.Series(_moments(rng, n, "ns")).dt.tz_localize("Asia/Tokyo"),
    # pandas 2.3 crashes over far dates of other zones.
    "far zone": lambda rng, n: pd.Series(_moments(rng, n, "us")).dt.tz_localize("UTC"),
    "m8[s]": lambda rng, n: pd.Series(rng.integers(0, 99, n).astype("m8[s]")),
    "m8[ns]": lambda rng, n: pd.Series(rng.integers(0, 99, n).astype("m8[ns]")),
    "period": lambda rng, n: pd.Series(_periods(rng, n, "D")),
    "interval": lambda rng, n: pd.Series(_intervals(rng, n)),
    "bins": lambda rng, n: pd.Series(pd.cut(np.append(rng.normal(size=n - 1), 9.0), 4)),
    "category": lambda rng, n: pd.Series(pd.Categorical(rng.choice(list("uv"), n), list("uvw"))),
    "category of ints": lambda rng, n: pd.Series(pd.Categorical(rng.integers(0, 3, n))),
    "category of bools": lambda rng, n: pd.Series(pd.Categorical(rng.random(n) < 0.5)),
    "category of dates": lambda rng, n: pd.Series(pd.Categorical(_moments(rng, n, "ns"))),
    "ordered": lambda rng, n: pd.Series(
        pd.Categorical(rng.choice(["lo", "hi"], n), ["lo", "mid", "hi"], ordered=True)
    ),
    "sparse float": lambda rng, n: pd.Series(rng.integers(0, 3, n) * 1.0).astype(
        pd.SparseDtype(float, 0.0)
    ),
    "sparse int": lambda rng, n: pd.Series(rng.integers(0, 3, n)).astype(pd.SparseDtype(int, 0)),
}


def _arrow(values, name):
    import pyarrow as pa

    dtypes = {
        "int64": pa.int64(),
        "double": pa.float64(),
        "bool": pa.bool_(),
        "string": pa.string(),
        "date32": pa.date32(),
        "time64": pa.time64("us"),
        "timestamp": pa.timestamp("ms"),
        "zone": pa.timestamp("us", tz="Europe/Paris"),
        "duration": pa.duration("s"),
        "decimal": pa.decimal128(20, 3),
        "dictionary": pa.dictionary(pa.int32(), pa.string()),
        "binary": pa.binary(),
    }
    return pd.Series(pd.array(pa.array(list(values), dtypes[name]), pd.ArrowDtype(dtypes[name])))


ARROW_VALUES = {
    "int64": lambda rng, n: rng.integers(0, 9, n).tolist(),
    "double": lambda rng, n: rng.normal(size=n).round(1).tolist(),
    "bool": lambda rng, n: (rng.random(n) < 0.5).tolist(),
    "string": _words,
    "date32": _days,
    "time64": lambda rng, n: [datetime.time(int(hour)) for hour in rng.integers(0, 24, n)],
    "timestamp": lambda rng, n: [pd.Timestamp(day) for day in _days(rng, n)],
    "zone": lambda rng, n: [pd.Timestamp(day, tz="UTC") for day in _days(rng, n)],
    "duration": lambda rng, n: [datetime.timedelta(hours=int(h)) for h in rng.integers(0, 9, n)],
    "decimal": lambda rng, n: [Decimal(int(v)) / 8 for v in rng.integers(0, 99, n)],
    "dictionary": lambda rng, n: rng.choice(["0", "1", "2"], n).tolist(),
    "binary": lambda rng, n: rng.choice([b"a", b"b"], n).tolist(),
}
COLUMNS |= {
    f"arrow {name}": lambda rng, n, name=name, make=make: _arrow(make(rng, n), name)
    for name, make in ARROW_VALUES.items()
}
# Columns of these cannot hold a hole.
WHOLE = ("int", "uint", "bool", "huge", "constant", "id", "sparse int")


def random_column(rng, n):
    """Draw a column of n rows, its kind and its holes."""
    return make_column(rng.choice(sorted(COLUMNS)), rng, n, rng.choice([0, 0, 0.1, 0.5, 1]))


def make_column(kind, rng, n, rate):
    """Make a column of n rows of a kind, such a share of them holes where it can hold any."""
    column = COLUMNS[kind](rng, n)
    if rate and not (kind.startswith(WHOLE) and kind not in ("bool objects", "ints")):
        return _with_holes(column, rng.random(n) < rate, rng)
    return column


def _with_holes(column, hole, rng):
    if column.dtype != object:
        return column.mask(hole)
    holes = iter(rng.integers(0, len(HOLES), hole.sum()))
    return _objects([HOLES[next(holes)] if h else v for v, h in zip(column, hole, strict=True)])


NAMES = [
    ["a", "b c", "", "😀", "a[0]<", "self", "target"],
    list(range(6)),
    [0, 2.5, ("p", 1), None, pd.Timestamp(0), ("p", 2)],
]


INDEXES = {
    "numbered": lambda rng, n: pd.RangeIndex(n),
    "permuted": lambda rng, n: pd.Index(rng.permutation(n)),
    "repeated": lambda rng, n: pd.Index(rng.integers(0, 5, n)),
    "dates": lambda rng, n: pd.date_range("2020", periods=n),
    "texts": lambda rng, n: pd.Index([f"r{place}" for place in range(n)]),
}


def random_frame(rng):
    """Draw a frame of 12 to 60 rows and 1 to 6 columns."""
    n, width = int(rng.integers(12, 60)), int(rng.integers(1, 7))
    columns = [random_column(rng, n) for _ in range(width)]
    # Of mixed types scikit-learn takes no names.
    pool = NAMES[rng.integers(0, len(NAMES))]
    names = [pool[place] for place in rng.permutation(len(pool))[:width]]
    return make_frame(columns, names, INDEXES[rng.choice(sorted(INDEXES))](rng, n))


def make_frame(columns, names, index):
    """Put columns side by side, whatever their names are."""
    frame = pd.concat(columns, axis=1, ignore_index=True)
    frame.columns = pd.Index(names, tupleize_cols=False)
    frame.index = index
    return frame


TARGETS = {
    "int": lambda codes: codes,
    "float": lambda codes: codes.astype(float),
    "text": lambda codes: np.array(["no", "yes", "perhaps", "never"])[codes],
    "objects": lambda codes: np.array(["no", "yes", "perhaps", "never"], dtype=object)[codes],
    "negative": lambda codes: -codes,
    "bool": lambda codes: codes > 0,
}
DTYPES = [None, "category", "Int64", "string", "boolean"]


def random_target(rng, index):
    """Draw a Series or an array of 2 to 4 classes, of which some have few rows."""
    n, classes = len(index), int(rng.integers(2, 5))
    codes = rng.choice(classes, n, p=_shares(rng, classes))
    codes[:classes] = np.arange(classes)
    kind, codes = rng.choice(sorted(TARGETS)), rng.permutation(codes)
    if rng.random() < 0.3:
        return TARGETS[kind](codes)
    name = rng.choice(["class", "a", ""])
    return make_target(kind, codes, index, name, DTYPES[rng.integers(0, len(DTYPES))])


def make_target(kind, codes, index, name, dtype):
    """Make a Series of classes of a kind, in that dtype if it can hold them."""
    y = pd.Series(TARGETS[kind](codes), index=index, name=name)
    fits = {"Int64": "int", "string": "text", "boolean": "bool"}
    return y if dtype is None or fits.get(dtype, kind) != kind else y.astype(dtype)


def _shares(rng, classes):
    shares = rng.choice([0.02, 0.2, 1.0], classes) + 0.01
    return shares / shares.sum()


# By name: n fields of a CSV, as people write them.
FIELDS = {
    "leading zeros": lambda rng, n: [f"{k:05d}" for k in rng.integers(0, 9999, n)],
    "long ids": lambda rng, n: [f"9{k:029d}" for k in rng.integers(0, 9999, n)],
    "whole": lambda rng, n: rng.integers(-9, 99, n).astype(str).tolist(),
    "digits": lambda rng, n: list(map(repr, rng.normal(size=n).tolist())),
    "trailing zeros": lambda rng, n: [f"{v:.2f}" for v in rng.integers(0, 9, n) / 4],
    "decimal commas": lambda rng, n: [f"{v:.1f}".replace(".", ",") for v in rng.normal(size=n)],
    "thousands": lambda rng, n: [f"{k:,}" for k in rng.integers(0, 9_999, n)],
    "exponents": lambda rng, n: [f"{v:.1e}" for v in rng.normal(size=n)],
    "dates": lambda rng, n: [str(day) for day in _days(rng, n)],
    "moments": lambda rng, n: [f"{day} 10:0{day.day % 10}:00" for day in _days(rng, n)],
    "zones": lambda rng, n: [f"{day}T10:00:00+02:00" for day in _days(rng, n)],
    "booleans": lambda rng, n: rng.choice(["true", "false"], n).tolist(),
    "Booleans": lambda rng, n: rng.choice(["True", "False"], n).tolist(),
    "words": lambda rng, n: rng.choice(WORDS, n).tolist(),
    "lines": lambda rng, n: rng.choice(["a\nb", "a;b", "a\tb", 'a"b', "a,b", " a "], n).tolist(),
    "missing": lambda rng, n: rng.choice(["", "NA", "null", "1"], n).tolist(),
    "constant": lambda rng, n: ["7"] * n,
    "empty": lambda rng, n: [""] * n,
}
HEADERS = ["a", "b c", "self", "target ", "ü", "0", 'say "hi"', "1.5", "label"]


def random_fields(rng):
    """Draw header and rows of a CSV of 30 to 80 rows, its classes last, and the rarer class."""
    n, width = int(rng.integers(30, 80)), int(rng.integers(1, 6))
    kinds = ["whole", *rng.choice(sorted(FIELDS), width - 1)]  # one column must hold something
    columns = [FIELDS[kind](rng, n) for kind in kinds]
    rate = rng.choice([0, 0.1])
    columns = [["" if rng.random() < rate else field for field in column] for column in columns]
    classes = [("0", "1"), ("true", "false"), ("no", "yes"), ("01", "02")][rng.integers(0, 4)]
    columns.append([classes[place % 5 == 0] for place in range(n)])
    header = [HEADERS[place] for place in rng.permutation(len(HEADERS))[:width]]
    return [*header, "class"], list(zip(*columns, strict=True)), classes[1]
