"""How the file of a table writes its values: generated rows are written alike, also later on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from .csv_form import Form
from .naming import check_name

LINE_ENDS = ("\n", "\r\n", "\r")


class Column(NamedTuple):
    """A column: its different values, a hole among them, and the field in which each stands."""

    name: Any
    seen: pd.Series
    fields: pd.Series


class Spelling(NamedTuple):
    """The columns of the features, the target, which columns a row has and what they are called.

    ``labels`` pairs each class with the field of it, ``order`` has the names of columns, ``header``
    what the first line calls them.
    """

    columns: list[Column]
    target: Any
    labels: list[tuple[Any, Any]]
    order: list[Any]
    header: list[Any]
    form: Form

    def write(self, rows: pd.DataFrame, text: Any) -> pd.DataFrame:
        """Put fields in place of the values of rows of one class, the field of which is `text`."""
        return as_written(rows, self.columns, {self.target: text})[self.order]

    def to_plain(self) -> dict[str, Any]:
        """Give all of it in what a saved sampler can hold beside itself."""
        columns = [[name, seen.array, fields.array] for name, seen, fields in self.columns]
        plain = {**self._asdict(), "columns": columns, "labels": list(map(list, self.labels))}
        return {**plain, "form": list(self.form)}


def spelling_from(plain: Any, dtypes: Iterable[Any]) -> Spelling:
    """Read what `Spelling.to_plain` has given, of columns of such dtypes; refuse anything else."""
    try:
        columns = [Column(name, _series(seen), _series(f)) for name, seen, f in plain["columns"]]
        labels = [(label, text) for label, text in plain["labels"]]
        form = Form(*map(str, plain["form"]))
        names = {column.name for column in columns} | {plain["target"]}
        order, header = list(plain["order"]), list(plain["header"])
    except (TypeError, ValueError, KeyError) as error:
        raise ValueError(f"how values are written is damaged ({error})") from error
    fit = all(len(seen) == len(fields) > 0 for _, seen, fields in columns)
    fit = fit and [seen.dtype for _, seen, _ in columns] == list(dtypes)
    if not fit or set(order) != names or len(order) != len(header) or not _is_form(form):
        raise ValueError("how values are written does not fit together")
    return Spelling(columns, plain["target"], labels, order, header, form)


def _is_form(form: Form) -> bool:
    try:
        "".encode(form.encoding)
    except LookupError:
        return False
    return len(form.separator) == 1 and form.line_end in LINE_ENDS


def _series(array: Any) -> pd.Series:
    if not isinstance(array, pd.api.extensions.ExtensionArray):
        raise TypeError(f"{type(array).__name__} is no column")
    return pd.Series(array, dtype=array.dtype)


def seen_columns(X: pd.DataFrame, fields: pd.DataFrame) -> list[Column]:
    """Find the first of each value in a table, and the field there; `fields` has its rows."""
    columns = []
    for name, values in X.items():
        first = np.flatnonzero(~values.duplicated().to_numpy())
        columns.append(Column(name, values.iloc[first], fields[name].iloc[first]))
    return columns


def as_written(
    rows: pd.DataFrame, columns: Sequence[Column], constant: Mapping[Any, Any]
) -> pd.DataFrame:
    """Put in place of each value of generated rows the field in which it stands in the source.

    The columns of `rows` are `columns`, by place. Columns of one value are added.
    """
    written = {
        name: fields.iloc[_first_places(rows.iloc[:, place], seen)].array
        for place, (name, seen, fields) in enumerate(columns)
    }
    return pd.DataFrame({**written, **constant}, index=range(len(rows)))


def _first_places(values: pd.Series, seen: pd.Series) -> np.ndarray:
    """Find for each value (n,) the first row of `seen`, a column of one dtype with it, that has it.

    Whatever a sampler generates was seen, holes among it.
    """
    holes = seen.isna().to_numpy()
    first = np.flatnonzero(~seen.duplicated().to_numpy() & ~holes)
    known = pd.Index(seen.iloc[first], dtype=seen.dtype)
    places = known.get_indexer(pd.Index(values, dtype=seen.dtype))  # of a hole -1, so the last
    return np.append(first, holes.argmax())[places]


def spelled_labels(y: pd.Series, written: pd.Series) -> list[tuple[Any, Any]]:
    """Pair each class with how it is written, wherever it is written in another way again."""
    return list(dict.fromkeys(zip(y.astype(object), written.astype(object), strict=True)))


def find_label(wanted: str, pairs: Iterable[tuple[Any, Any]]) -> tuple[Any, Any]:
    """Find the class that is written like `wanted`, whatever its type, and how it is written.

    First by how the file writes it, then by its value, of which 1.0 is also called 1.
    """
    pairs = list(pairs)
    # A column of whole numbers with a hole somewhere was kept as floats, and 1 became 1.0.
    by_name = {str(label).removesuffix(".0"): (label, text) for label, text in reversed(pairs)}
    by_name |= {str(label): (label, text) for label, text in reversed(pairs)}
    by_name |= {str(text): (label, text) for label, text in reversed(pairs)}
    if wanted not in by_name:
        check_name(wanted, sorted({str(text) for _, text in pairs}), "class")
    return by_name[wanted]
