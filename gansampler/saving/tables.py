"""The form of a table of polars or Arrow without rows: the container that new rows come in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import narwhals as nw

from ..containers import of_other_library
from .columns import arrow_type
from .nodes import Form, Node, Packer, Unpacker, check
from .values import checked_zone

LIBRARIES = ("polars", "pyarrow")
WIDTHS = (8, 16, 32, 64)
# By the name of a dtype, what else must be said of it.
DTYPES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys((f"{kind}{width}" for kind in ("Int", "UInt") for width in WIDTHS), ()),
    **dict.fromkeys(("Float32", "Float64", "Boolean", "String", "Binary", "Categorical"), ()),
    **dict.fromkeys(("Date", "Time", "Unknown"), ()),
    "Datetime": ("time_unit", "time_zone"),
    "Duration": ("time_unit",),
    "Decimal": ("precision", "scale"),
    "Enum": ("categories",),
}


def _is_table(value: Any) -> bool:
    if type(value).__module__.partition(".")[0] not in LIBRARIES:
        return False
    return isinstance(of_other_library(value), nw.DataFrame)


def _pack_table(table: Any, packer: Packer) -> dict[str, Node]:
    wrapped = nw.from_native(table, eager_only=True)
    library = wrapped.implementation.value
    check(library in LIBRARIES, f"a table of {library} cannot be kept")
    fields = {"of": library, "columns": _columns_of(wrapped, library, packer)}
    again = _unpack_table(fields, Unpacker(packer.forms, packer.arrays, {}))
    check(again.schema == table.schema, "a column has a dtype that cannot be kept")
    return fields


def _columns_of(wrapped: nw.DataFrame[Any], library: str, packer: Packer) -> list[Node]:
    if library == "pyarrow":
        return [[field.name, str(field.type)] for field in wrapped.to_native().schema]
    return [[name, _pack_dtype(dtype, packer)] for name, dtype in wrapped.schema.items()]


def _pack_dtype(dtype: Any, packer: Packer) -> dict[str, Node]:
    name = type(dtype).__name__
    check(name in DTYPES, f"a column is of the dtype {dtype}, which cannot be kept")
    more = {word: getattr(dtype, word) for word in DTYPES[name]}
    return {"dtype": name, "more": packer.pack(more)}


def _unpack_table(node: Mapping[str, Node], unpacker: Unpacker) -> Any:
    check(node["of"] in LIBRARIES, "a table is of no known library")
    names = [unpacker.of_type(name, str) for name, _ in node["columns"]]
    if node["of"] == "pyarrow":
        import pyarrow as pa

        kinds = [arrow_type(unpacker.of_type(kind, str)) for _, kind in node["columns"]]
        return pa.schema(list(zip(names, kinds, strict=True))).empty_table()
    dtypes = [_unpack_dtype(each, unpacker) for _, each in node["columns"]]
    schema = dict(zip(names, dtypes, strict=True))
    none: dict[str, list[Any]] = {name: [] for name in names}
    return nw.from_dict(none, nw.Schema(schema), backend=node["of"]).to_native()


def _unpack_dtype(node: Mapping[str, Node], unpacker: Unpacker) -> Any:
    name = node["dtype"]
    check(name in DTYPES, f"there is no dtype {str(name)[:40]!r}")
    more = unpacker.of_type(node["more"], dict)
    check(set(more) == set(DTYPES[name]), "a dtype is said by halves")
    if more.get("time_zone") is not None:
        checked_zone(more["time_zone"])
    return getattr(nw, name)(**more) if more else getattr(nw, name)()


FORMS: list[Form] = [Form("table", _is_table, _pack_table, _unpack_table)]
