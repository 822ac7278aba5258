"""Forms of what a column of a frame holds, and of the names of columns: every dtype of pandas."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from .nodes import Form, Node, Packer, Unpacker, check, check_places, whole
from .values import checked_zone, of_objects, zone_name

MASKED = re.compile(r"U?Int(8|16|32|64)|Float(32|64)|boolean")
# Types of Arrow by the words that they call themselves; all others are refused.
ARROW = re.compile(r"(time32|time64|timestamp|duration)\[(s|ms|us|ns)\]|[a-z][a-z0-9_]*")
ZONED = re.compile(r"timestamp\[(s|ms|us|ns), tz=(.+)\]")
DECIMAL = re.compile(r"decimal(128|256)\(([0-9]{1,3}), (-?[0-9]{1,3})\)")
DICTIONARY = re.compile(r"dictionary<values=(.+), indices=(u?int[0-9]{1,2}), ordered=([01])>")

# A range takes no room in a file, however long it is; a longer one is kept number by number.
LONGEST_RANGE = 100_000

Fields = Mapping[str, Node]


def _pack_plain(array: Any, packer: Packer) -> dict[str, Node]:
    return {"of": packer.pack(array.to_numpy())}


def _unpack_plain(node: Fields, unpacker: Unpacker) -> Any:
    values = unpacker.of_type(node["of"], np.ndarray)
    check(values.ndim == 1, "a column has another shape")
    return pd.arrays.NumpyExtensionArray(values)


def _is_masked(value: Any) -> bool:
    is_array = isinstance(value, pd.api.extensions.ExtensionArray)
    return is_array and MASKED.fullmatch(str(value.dtype)) is not None


def _pack_masked(array: Any, packer: Packer) -> dict[str, Node]:
    whole_dtype = array.dtype.numpy_dtype
    return {
        "dtype": array.dtype.name,
        "of": packer.keep(array.to_numpy(dtype=whole_dtype, na_value=whole_dtype.type(0))),
        "mask": packer.keep(array.isna()),
    }


def _unpack_masked(node: Fields, unpacker: Unpacker) -> Any:
    check(MASKED.fullmatch(str(node["dtype"])), "a column is of no known dtype")
    values = unpacker.array(node["of"], ndim=1)
    mask = unpacker.array(node["mask"], "b", ndim=1)
    dtype: Any = pd.array([], dtype=node["dtype"]).dtype
    check(values.dtype == dtype.numpy_dtype and len(mask) == len(values), "a mask does not fit")
    return dtype.construct_array_type()(values, mask)


def _pack_moments(array: Any, packer: Packer) -> dict[str, Node]:
    """Keep dates and durations as whole numbers, with their unit and their zone."""
    zone = getattr(array, "tz", None)
    plain = array if zone is None else array.tz_convert(None)
    return {"of": packer.pack(np.asarray(plain)), "zone": zone_name(zone)}


def _unpack_moments(node: Fields, unpacker: Unpacker) -> Any:
    values = unpacker.of_type(node["of"], np.ndarray)
    check(values.dtype.kind in "mM" and values.ndim == 1, "a column holds no dates")
    column = pd.Series(values)
    if node["zone"] is not None:
        column = column.dt.tz_localize("UTC").dt.tz_convert(checked_zone(node["zone"]))
    return column.array


def _pack_text(array: Any, packer: Packer) -> dict[str, Node]:
    of = [None if hole else value for value, hole in zip(array, array.isna(), strict=True)]
    return {
        "storage": array.dtype.storage,
        "hole": packer.pack(getattr(array.dtype, "na_value", pd.NA)),
        "of": [packer.pack(value) for value in of],
    }


def _unpack_text(node: Fields, unpacker: Unpacker) -> Any:
    hole = unpacker.unpack(node["hole"])
    of_numpy = {} if hole is pd.NA else {"na_value": np.nan}
    dtype: Any = pd.StringDtype(node["storage"], **of_numpy)
    values = unpacker.of_type(node["of"], list)
    check(all(value is None or type(value) is str for value in values), "a column holds no text")
    return pd.array(of_objects(values), dtype=dtype)


def _pack_categories(array: Any, packer: Packer) -> dict[str, Node]:
    return {
        "codes": packer.keep(array.codes),
        "categories": packer.pack(array.categories),
        "ordered": bool(array.ordered),
    }


def _unpack_categories(node: Fields, unpacker: Unpacker) -> Any:
    categories = unpacker.of_type(node["categories"], pd.Index)
    codes = unpacker.array(node["codes"], "i", ndim=1)
    check_places(codes + 1, len(categories) + 1, "categories")
    dtype = pd.CategoricalDtype(categories, ordered=bool(node["ordered"]))
    return pd.Categorical.from_codes(codes, dtype=dtype)


def _unpack_periods(node: Fields, unpacker: Unpacker) -> Any:
    ordinals = unpacker.array(node["of"], "i", ndim=1)
    dtype = pd.PeriodDtype(unpacker.of_type(node["freq"], str))
    return pd.arrays.PeriodArray(ordinals.astype("i8"), dtype=dtype)


def _pack_intervals(array: Any, packer: Packer) -> dict[str, Node]:
    sides = [packer.pack(side) for side in (array.left, array.right)]
    return {"of": sides, "closed": array.closed}


def _unpack_intervals(node: Fields, unpacker: Unpacker) -> Any:
    left, right = (unpacker.of_type(side, pd.Index) for side in node["of"])
    return pd.arrays.IntervalArray.from_arrays(left, right, closed=node["closed"])


def _pack_sparse(array: Any, packer: Packer) -> dict[str, Node]:
    return {"of": packer.pack(np.asarray(array)), "fill": packer.pack(array.dtype.fill_value)}


def _unpack_sparse(node: Fields, unpacker: Unpacker) -> Any:
    values = unpacker.of_type(node["of"], np.ndarray)
    return pd.arrays.SparseArray(values, fill_value=unpacker.unpack(node["fill"]))


def _pack_arrow(array: Any, packer: Packer) -> dict[str, Node]:
    """Keep values as Python has them; numbers of ticks where Python would lose some."""
    import pyarrow as pa

    kind, values = array.dtype.pyarrow_dtype, pa.array(array)
    if ticks := _ticks_type(kind):
        values = values.cast(ticks)
    return {"dtype": str(kind), "of": [packer.pack(value) for value in values.to_pylist()]}


def _unpack_arrow(node: Fields, unpacker: Unpacker) -> Any:
    import pyarrow as pa

    kind = arrow_type(unpacker.of_type(node["dtype"], str))
    values, ticks = unpacker.of_type(node["of"], list), _ticks_type(kind)
    array = pa.array(values, type=ticks).cast(kind) if ticks else pa.array(values, type=kind)
    return pd.array(array, dtype=pd.ArrowDtype(kind))


def _ticks_type(kind: Any) -> Any:
    """Give the whole numbers in which Arrow keeps moments of a type; None for another."""
    import pyarrow as pa

    if not pa.types.is_temporal(kind) or pa.types.is_interval(kind):
        return None
    return pa.int32() if kind.bit_width == 32 else pa.int64()


def arrow_type(text: str) -> Any:
    """Read the words by which a type of Arrow calls itself; no bytes of its own are parsed."""
    import pyarrow as pa

    if found := ZONED.fullmatch(text):
        return pa.timestamp(found[1], tz=checked_zone(found[2]))
    if found := DECIMAL.fullmatch(text):
        make = pa.decimal128 if found[1] == "128" else pa.decimal256
        return make(int(found[2]), int(found[3]))
    if found := DICTIONARY.fullmatch(text):
        return pa.dictionary(arrow_type(found[2]), arrow_type(found[1]), found[3] == "1")
    # An alias leaves the unit out where there is one alone.
    words = re.sub(r"^(date32|date64)\[.+\]$", r"\1", text)
    check(ARROW.fullmatch(words), f"{text[:60]!r} is no type of Arrow that can be kept")
    return pa.type_for_alias(words)


def _pack_index(index: Any, packer: Packer) -> dict[str, Node]:
    if isinstance(index, pd.RangeIndex) and len(index) <= LONGEST_RANGE:
        of: Node = [index.start, index.stop, index.step]
    elif isinstance(index, pd.MultiIndex):
        of = {"levels": [packer.pack(index.get_level_values(i)) for i in range(index.nlevels)]}
    else:
        of = {"array": packer.pack(index.array)}
    return {"of": of, "name": packer.pack(None if index.nlevels > 1 else index.name)}


def _unpack_index(node: Fields, unpacker: Unpacker) -> Any:
    of, name = node["of"], unpacker.unpack(node["name"])
    if isinstance(of, list):
        start, stop, step = (whole(n, -(2**63)) for n in of)
        check(len(range(start, stop, step)) <= LONGEST_RANGE, "a range is too long")
        return pd.RangeIndex(start, stop, step, name=name)
    if "levels" in of:
        levels = [unpacker.of_type(each, pd.Index) for each in of["levels"]]
        return pd.MultiIndex.from_arrays(levels)
    array = unpacker.of_type(of["array"], pd.api.extensions.ExtensionArray)
    plain = type(array) is pd.arrays.NumpyExtensionArray
    values: Any = array.to_numpy() if plain else array
    return pd.Index(values, dtype=values.dtype, name=name, tupleize_cols=False)


def _of_dtype(name: str, kind: Any, pack: Any, unpack: Any) -> Form:
    """Make a form for arrays of pandas with a dtype of some class."""

    def fits(value: Any) -> bool:
        is_array = isinstance(value, pd.api.extensions.ExtensionArray)
        return is_array and isinstance(value.dtype, kind)

    return Form(name, fits, _trying(pack, unpack), unpack)


def _trying(pack: Any, unpack: Any) -> Any:
    """Let a form try one value, and refuse what would come back with another dtype."""

    def packed(value: Any, packer: Packer) -> Mapping[str, Node]:
        trial = Packer(packer.forms)
        try:
            node = pack(value[:1], trial)
            again = unpack(node, Unpacker(packer.forms, trial.arrays, {}))
        except Exception as error:
            raise ValueError(f"its dtype {value.dtype} cannot be kept ({error})") from error
        check(again.dtype == value.dtype, f"its dtype {value.dtype} would come back as another")
        return pack(value, packer)

    return packed


FORMS: list[Form] = [
    Form("masked column", _is_masked, _trying(_pack_masked, _unpack_masked), _unpack_masked),
    _of_dtype("text column", pd.StringDtype, _pack_text, _unpack_text),
    _of_dtype("categories", pd.CategoricalDtype, _pack_categories, _unpack_categories),
    _of_dtype(
        "periods",
        pd.PeriodDtype,
        lambda array, packer: {"of": packer.keep(array.asi8), "freq": array.dtype.freq.freqstr},
        _unpack_periods,
    ),
    _of_dtype("intervals", pd.IntervalDtype, _pack_intervals, _unpack_intervals),
    _of_dtype("sparse column", pd.SparseDtype, _pack_sparse, _unpack_sparse),
    _of_dtype("arrow column", pd.ArrowDtype, _pack_arrow, _unpack_arrow),
    Form(
        "moments",
        lambda value: isinstance(value, (pd.arrays.DatetimeArray, pd.arrays.TimedeltaArray)),
        _trying(_pack_moments, _unpack_moments),
        _unpack_moments,
    ),
    Form(
        "column",
        lambda value: type(value) is pd.arrays.NumpyExtensionArray,
        _trying(_pack_plain, _unpack_plain),
        _unpack_plain,
    ),
    Form("index", lambda value: isinstance(value, pd.Index), _pack_index, _unpack_index),
]
