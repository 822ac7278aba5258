"""Forms of single values, of containers, and of numpy's arrays."""

from __future__ import annotations

import datetime
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from math import isfinite
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from ..acceptance import Selection
from ..encoding import Span
from .nodes import Form, Node, Packer, Unpacker, check, whole

# Arrays of dates are kept as the whole numbers that they are.
DTYPE = re.compile(r"[<>|=]([biuf][0-9]{1,2}|[SU][0-9]{1,4}|[mM]8(\[[0-9]*[a-zA-Z]+\])?|O)")
# Of a zone only its name is kept; one that begins so would make dateutil open a file.
ZONE = re.compile(r"(?!dateutil)[A-Za-z][A-Za-z0-9_+-]*(:[0-9]{2})*(/[A-Za-z0-9_+-]+)*")
# pandas tells one zone from another by who knows it, too.
ZONEINFO = "zoneinfo:"
HOLES: dict[str, Any] = {"NA": pd.NA, "NaT": pd.NaT}


def exactly(name: str, kind: type, pack: Callable, unpack: Callable) -> Form:
    """Make a form for objects of one type, its subclasses left out."""
    return Form(name, lambda value: type(value) is kind, pack, unpack)


def by_text(name: str, kind: type, read: Callable[[str], Any], write: Any = str) -> Form:
    """Make a form for objects that a text tells all of; both ways are tried when it is written."""

    def pack(value: Any, _: Packer) -> dict[str, Node]:
        text = write(value)
        check(read(text) == value, f"it holds {value!r}, of which a text does not tell all")
        return {"of": text}

    def unpack(node: Mapping[str, Node], unpacker: Unpacker) -> Any:
        return read(unpacker.of_type(node["of"], str))

    return exactly(name, kind, pack, unpack)


def checked_dtype(text: Any) -> np.dtype[Any]:
    """Read a dtype of single values: none with fields or shapes of its own."""
    check(isinstance(text, str) and DTYPE.fullmatch(text), f"{str(text)[:40]!r} is no dtype")
    return np.dtype(text)


def zone_name(zone: Any) -> str | None:
    """Give the name by which `checked_zone` finds a time zone again; None for none."""
    if zone is None:
        return None
    return ZONEINFO + zone.key if isinstance(zone, ZoneInfo) else str(zone)


def checked_zone(text: Any) -> Any:
    """Read the name of a time zone, as pandas takes one."""
    bare = text.removeprefix(ZONEINFO) if isinstance(text, str) else ""
    check(ZONE.fullmatch(bare), f"{str(text)[:40]!r} is no time zone with a name")
    return bare if bare == text else ZoneInfo(bare)


def _unpack_hole(node: Mapping[str, Node], _: Unpacker) -> Any:
    return HOLES[node["of"]]


def _pack_number(value: Any, packer: Packer) -> dict[str, Node]:
    if value.dtype.kind in "mM":
        return {"dtype": value.dtype.str, "of": int(value.astype("i8"))}
    check(value.dtype.kind in "biufSU", f"it holds a {type(value).__name__}")
    check(value.dtype.itemsize <= 8 or value.dtype.kind in "SU", f"{value.dtype} is too wide")
    return {"dtype": value.dtype.str, "of": packer.pack(value.item())}


def _unpack_number(node: Mapping[str, Node], unpacker: Unpacker) -> Any:
    dtype = checked_dtype(node["dtype"])
    value = unpacker.unpack(node["of"])
    if dtype.kind in "mM":
        return np.array(whole(value, -(2**63)), dtype="i8").view(dtype)[()]
    check(dtype.kind in "biufSU" and np.ndim(value) == 0, "it is no number")
    return np.array(value).astype(dtype)[()]


def _pack_array(array: NDArray[Any], packer: Packer) -> dict[str, Node]:
    dtype = array.dtype
    check(dtype.names is None and DTYPE.fullmatch(dtype.str), f"it holds an array of {dtype}")
    if dtype.kind in "OSU":
        values = array.ravel().astype(object).tolist()
        of = [packer.pack(value) for value in values]
        return {"dtype": dtype.str, "shape": list(array.shape), "of": of}
    check(dtype.itemsize <= 8, f"it holds an array of {dtype}")
    plain = array.view("i8") if dtype.kind in "mM" else array
    return {"dtype": dtype.str, "at": packer.keep(plain.astype(plain.dtype.newbyteorder("=")))}


def _unpack_array(node: Mapping[str, Node], unpacker: Unpacker) -> NDArray[Any]:
    dtype = checked_dtype(node["dtype"])
    if dtype.kind not in "OSU":
        kind = "i" if dtype.kind in "mM" else dtype.kind
        array = unpacker.array(node["at"], kind)
        check(array.dtype.itemsize == dtype.itemsize, "an array is of another width")
        if dtype.kind in "mM":
            return array.astype("i8").view(dtype.newbyteorder("=")).astype(dtype, copy=False)
        return array.astype(dtype, copy=False)
    values = [unpacker.unpack(each) for each in unpacker.of_type(node["of"], list)]
    shape = tuple(whole(n) for n in unpacker.of_type(node["shape"], list))
    longest = max((len(value) for value in values if isinstance(value, (str, bytes))), default=1)
    fits = dtype.kind == "O" or dtype.itemsize <= 4 * max(longest, 256)
    check(fits and np.prod(shape, dtype=object) == len(values), "an array has another shape")
    return of_objects(values).astype(dtype).reshape(shape)


def of_objects(values: list[Any]) -> NDArray[Any]:
    """Make an array (n,) of objects, whatever they are: lists and tuples stay what they are."""
    array = np.empty(len(values), dtype=object)
    for place, value in enumerate(values):
        array[place] = value
    return array


def _pack_moment(value: Any, packer: Packer) -> dict[str, Node]:
    zone = zone_name(value.tz)
    ticks = value.tz_localize(None) if zone is None else value.tz_convert(None)
    fields = {"of": int(ticks.asm8.astype("i8")), "unit": value.unit, "zone": zone}
    check(_unpack_moment(fields, Unpacker([], {}, {})) == value, f"its zone {zone} has no name")
    return fields


def _unpack_moment(node: Mapping[str, Node], _: Unpacker) -> Any:
    dtype = checked_dtype(f"<M8[{node['unit']}]")
    ticks: Any = np.array(whole(node["of"], -(2**63)), dtype="i8").view(dtype)[()]
    moment = pd.Timestamp(ticks)
    if node["zone"] is None:
        return moment
    return moment.tz_localize("UTC").tz_convert(checked_zone(node["zone"]))


def _pack_datetime(value: Any, packer: Packer) -> dict[str, Node]:
    zone = value.tzinfo
    name = None if type(zone) is datetime.timezone else zone_name(zone)
    plain = value if name is None else value.replace(tzinfo=None)
    fields = {"of": plain.isoformat(), "zone": name, "fold": value.fold}
    again = _unpack_datetime(fields, Unpacker([], {}, {}))
    check(again == value and again.utcoffset() == value.utcoffset(), f"its zone {zone} has no name")
    return fields


def _unpack_datetime(node: Mapping[str, Node], unpacker: Unpacker) -> Any:
    moment = datetime.datetime.fromisoformat(unpacker.of_type(node["of"], str))
    moment = moment.replace(fold=1 if node["fold"] else 0)
    if node["zone"] is None:
        return moment
    zone = pd.Timestamp(moment).tz_localize(checked_zone(node["zone"])).tzinfo
    return moment.replace(tzinfo=zone)


def _pack_dict(value: Mapping[Any, Any], packer: Packer) -> dict[str, Node]:
    return {"of": [[packer.pack(key), packer.pack(each)] for key, each in value.items()]}


def _unpack_dict(node: Mapping[str, Node], unpacker: Unpacker) -> dict[Any, Any]:
    return {unpacker.unpack(key): unpacker.unpack(each) for key, each in node["of"]}


def _listed(name: str, kind: Any) -> Form:
    """Make a form for a container that a list of what is in it tells all of."""

    def unpack(node: Mapping[str, Node], unpacker: Unpacker) -> Any:
        return kind(unpacker.of_type(node["of"], list))

    return exactly(name, kind, lambda value, packer: {"of": packer.pack(list(value))}, unpack)


def _named_fields(name: str, kind: Any) -> Form:
    def unpack(node: Mapping[str, Node], unpacker: Unpacker) -> Any:
        return kind(*unpacker.of_type(node["of"], list))

    return exactly(name, kind, lambda value, packer: {"of": packer.pack(list(value))}, unpack)


def _pack_tensor(value: torch.Tensor, packer: Packer) -> dict[str, Node]:
    try:
        return {"at": packer.keep(value.detach().cpu().numpy())}
    except TypeError as error:  # of a dtype that numpy has not
        raise ValueError(f"it holds a tensor of {value.dtype}") from error


def _pack_random(value: Any, packer: Packer) -> dict[str, Node]:
    bits = value.bit_generator
    check(type(bits) is np.random.PCG64, f"it holds a {type(bits).__name__}")
    return {"of": packer.pack(bits.state)}


def _unpack_random(node: Mapping[str, Node], unpacker: Unpacker) -> np.random.Generator:
    rng = np.random.default_rng(0)
    rng.bit_generator.state = unpacker.of_type(node["of"], dict)
    return rng


def _pack_legacy_random(value: np.random.RandomState, packer: Packer) -> dict[str, Node]:
    name, keys, *rest = value.get_state()
    check(name == "MT19937", f"it holds a RandomState of {name}")
    return {"keys": packer.keep(keys), "rest": packer.pack(rest)}


def _unpack_legacy_random(node: Mapping[str, Node], unpacker: Unpacker) -> np.random.RandomState:
    state, rest = np.random.RandomState(0), unpacker.of_type(node["rest"], list)
    keys = unpacker.array(node["keys"], "u", ndim=1)
    check(len(rest) == 3 and 0 <= whole(rest[0]) <= 624, "a RandomState has another shape")
    state.set_state(("MT19937", keys.astype(np.uint32), *rest))
    return state


def _unpack_interval(node: Mapping[str, Node], unpacker: Unpacker) -> pd.Interval[Any]:
    left, right = map(unpacker.unpack, node["of"])
    return pd.Interval(left, right, closed=node["closed"])


def _fraction(text: str) -> Fraction:
    # Not such as 1e999999999, whose digits would be written out.
    check(re.fullmatch("-?[0-9]+(/[0-9]+)?", text), f"{text[:40]!r} is no fraction")
    return Fraction(text)


FORMS: list[Form] = [
    Form(
        "float",
        lambda value: type(value) is float and not isfinite(value),
        lambda value, _: {"of": repr(value)},
        lambda node, _: {"nan": np.nan, "inf": np.inf, "-inf": -np.inf}[node["of"]],
    ),
    Form("hole", lambda value: value is pd.NA, lambda *_: {"of": "NA"}, _unpack_hole),
    Form("hole", lambda value: value is pd.NaT, lambda *_: {"of": "NaT"}, _unpack_hole),
    Form("number", lambda value: isinstance(value, np.generic), _pack_number, _unpack_number),
    Form("array", lambda value: type(value) is np.ndarray, _pack_array, _unpack_array),
    exactly("dict", dict, _pack_dict, _unpack_dict),
    _listed("tuple", tuple),
    _listed("set", set),
    _listed("frozenset", frozenset),
    _named_fields("selection", Selection),
    _named_fields("span", Span),
    by_text(
        "bytes", bytes, lambda text: b64decode(text, validate=True), lambda b: b64encode(b).decode()
    ),
    by_text("decimal", Decimal, Decimal),
    by_text("fraction", Fraction, _fraction),
    by_text("date", datetime.date, datetime.date.fromisoformat),
    by_text("time", datetime.time, datetime.time.fromisoformat),
    exactly("datetime", datetime.datetime, _pack_datetime, _unpack_datetime),
    exactly(
        "timedelta",
        datetime.timedelta,
        lambda value, _: {"of": [value.days, value.seconds, value.microseconds]},
        lambda node, _: datetime.timedelta(*(whole(n, -(10**10)) for n in node["of"])),
    ),
    exactly("timestamp", pd.Timestamp, _pack_moment, _unpack_moment),
    exactly(
        "duration",
        pd.Timedelta,
        lambda value, packer: _pack_number(value.asm8, packer),
        lambda node, unpacker: pd.Timedelta(_unpack_number(node, unpacker)),
    ),
    exactly(
        "period",
        pd.Period,
        lambda value, _: {"of": value.ordinal, "freq": value.freqstr},
        lambda node, _: pd.Period(ordinal=whole(node["of"], -(2**63)), freq=node["freq"]),
    ),
    exactly(
        "interval",
        pd.Interval,
        lambda value, packer: {
            "of": [packer.pack(value.left), packer.pack(value.right)],
            "closed": value.closed,
        },
        _unpack_interval,
    ),
    by_text("device", torch.device, torch.device),
    Form(
        "tensor",
        lambda value: type(value) is torch.Tensor,
        _pack_tensor,
        lambda node, unpacker: torch.from_numpy(unpacker.array(node["at"])),
    ),
    exactly("random", np.random.Generator, _pack_random, _unpack_random),
    exactly("legacy random", np.random.RandomState, _pack_legacy_random, _unpack_legacy_random),
]
