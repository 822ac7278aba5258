"""Tables and columns of other libraries, of polars or Arrow say, as those of pandas, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np
import pandas as pd
from pandas.api.extensions import ExtensionDtype

if TYPE_CHECKING:
    import pyarrow as pa

# What pandas would make floats or objects of where a value is missing.
NULLABLE: dict[str, ExtensionDtype] = {
    "bool": pd.BooleanDtype(),
    "int8": pd.Int8Dtype(),
    "int16": pd.Int16Dtype(),
    "int32": pd.Int32Dtype(),
    "int64": pd.Int64Dtype(),
    "uint8": pd.UInt8Dtype(),
    "uint16": pd.UInt16Dtype(),
    "uint32": pd.UInt32Dtype(),
    "uint64": pd.UInt64Dtype(),
}


def of_other_library(thing: Any) -> nw.DataFrame[Any] | nw.Series[Any] | None:
    """Wrap a table or column of another library than pandas and numpy; None for all else."""
    if isinstance(thing, (pd.DataFrame, pd.Series, np.ndarray, list, tuple)):
        return None
    wrapped = nw.from_native(thing, pass_through=True, allow_series=True)
    if isinstance(wrapped, nw.LazyFrame):
        raise TypeError(
            f"A {_called(thing)} holds no rows yet: collect it first, by .collect() for example."
        )
    return wrapped if isinstance(wrapped, (nw.DataFrame, nw.Series)) else None


def as_pandas(thing: Any) -> Any:
    """Give a table or column of another library as one of pandas; all else as it is."""
    wrapped = of_other_library(thing)
    if wrapped is None:
        return thing
    frame = wrapped.to_frame() if isinstance(wrapped, nw.Series) else wrapped
    try:
        table = frame.to_arrow()
    except ImportError as error:
        raise ImportError(
            f"To read a {_called(thing)}, pyarrow is needed: install it, or give a table of pandas."
        ) from error
    found = _with_signed_codes(table).to_pandas(types_mapper=lambda dtype: NULLABLE.get(str(dtype)))
    return found if frame is wrapped else found.iloc[:, 0]


def _with_signed_codes(table: pa.Table) -> pa.Table:
    """Make the codes of categories ones that pandas takes; older pyarrow does not by itself."""
    import pyarrow as pa

    def signed(field: pa.Field) -> pa.Field:
        kind = field.type
        if not pa.types.is_dictionary(kind) or pa.types.is_signed_integer(kind.index_type):
            return field
        return field.with_type(pa.dictionary(pa.int64(), kind.value_type, kind.ordered))

    return table.cast(pa.schema([signed(field) for field in table.schema], table.schema.metadata))


def emptied(thing: Any) -> Any:
    """Give a table of another library without its rows; None for all else."""
    wrapped = of_other_library(thing)
    return None if wrapped is None else wrapped.head(0).to_native()


def put_below(given: Any, rows: pd.DataFrame) -> Any:
    """Put rows of pandas (m, columns) below a table of another library, with its dtypes."""
    import pyarrow as pa

    above = nw.from_native(given, eager_only=True)
    schema = above.head(0).to_arrow().schema
    table = pa.Table.from_pandas(rows, schema=schema, preserve_index=False, safe=False)
    below = nw.from_arrow(table, backend=above.implementation)
    below = below.rename(dict(zip(below.columns, above.columns, strict=True)))  # "" was renamed
    same = [nw.col(name).cast(dtype) for name, dtype in above.schema.items()]
    is_alike = below.schema == above.schema
    return nw.concat([above, below if is_alike else below.select(same)]).to_native()


def _called(thing: Any) -> str:
    return f"{type(thing).__module__.partition('.')[0]} {type(thing).__name__}"
