"""Reading a table of features and classes, and refusing one that cannot work."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import pandas as pd
from pandas.api.types import is_object_dtype

from .columns import check_unique
from .csv_form import check_lines, find_form, name_them
from .files import endings, unpacked
from .naming import check_name
from .readings import warn_of_doubts
from .texts import READINGS, are_iso_dates, read_as

WORKBOOKS = (".xlsx", ".xls", ".xlsm", ".xlsb", ".ods")
DECIMAL_COMMA = "[-+]?[0-9]+(,[0-9]+)?"


def read_table(
    path: str | Path, *, sep: str | None = None, encoding: str | None = None
) -> pd.DataFrame:
    """Read a CSV, parquet or Excel file, and warn of columns that look as if they were read wrong.

    The separator of a CSV is a comma, a semicolon or a tab, whichever its header holds most of; its
    types are what `pandas.read_csv` makes of them. Between semicolons, numbers may have decimal
    commas. Text that is nothing but dates as ISO 8601 writes them becomes dates. By ``sep`` (also
    "tab") and ``encoding`` a CSV is read that is written otherwise, or not in UTF-8.

    The ending of a file, in capitals or not, tells what it is: ``.parquet``; ``.xlsx`` and other
    workbooks, of which the first sheet is read, if pandas finds the package that it needs;
    otherwise CSV, also packed (``.csv.gz``, ``.bz2``, ``.xz``, ``.zip``, ``.zst``).
    """
    table = parse_table(path, sep=sep, encoding=encoding)
    warn_of_doubts(table)
    return table


def parse_table(
    path: str | Path, *, sep: str | None = None, encoding: str | None = None
) -> pd.DataFrame:
    """Read a file as `read_table` does, without a word about its columns."""
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"There is no file {str(path)!r} (looked in {Path.cwd()}).")
    if path.is_dir():
        raise IsADirectoryError(f"{str(path)!r} is a folder: give one CSV file.")
    if is_csv(path):
        table = _parse_csv(path, sep, encoding)
    else:
        table = _parse_binary(path)
        check_unique(table.columns, str(path))
    if table.empty:
        raise ValueError(f"{path} has a header, but no rows below it.")
    return _with_dates(table) if endings(path)[0] != ".parquet" else table


def is_csv(path: str | Path) -> bool:
    """Tell whether a file is text, by its ending."""
    return endings(path)[0] not in (".parquet", *WORKBOOKS)


def _parse_csv(path: Path, sep: str | None, encoding: str | None) -> pd.DataFrame:
    form = find_form(path, sep, encoding)
    last_row = check_lines(path, form, separator_is_given=sep is not None)
    try:
        with unpacked(path) as file:
            table = pd.read_csv(file, low_memory=False, **form.options())
    except pd.errors.ParserError as error:  # the rows are even, so the file ended too early
        raise ValueError(
            f"{path}, line {last_row}: a quote is opened and never closed. Mend that row."
        ) from error
    if form.separator == ";":
        for name, column in _texts(table):
            if _has_decimal_commas(column):
                table[name] = pd.to_numeric(column.str.replace(",", "."))
    return table


def _parse_binary(path: Path) -> pd.DataFrame:
    ending, packing = endings(path)
    if packing:
        raise ValueError(f"{path} is packed: unpack it, {ending} is read as it is alone.")
    try:
        return pd.read_parquet(path) if ending == ".parquet" else pd.read_excel(path)
    except (ValueError, BadZipFile) as error:
        raise ValueError(f"{path} cannot be read as {ending}: {error}.") from error


def _texts(table: pd.DataFrame) -> list[tuple[Any, pd.Series]]:
    return [
        (name, column)
        for name, column in table.items()
        if is_object_dtype(column.dtype) or isinstance(column.dtype, pd.StringDtype)
    ]


def _has_decimal_commas(column: pd.Series) -> bool:
    """Tell whether text holds nothing but numbers, some of them like 1,5."""
    values = column.dropna().astype(str)
    return bool(values.str.contains(",").any() and values.str.fullmatch(DECIMAL_COMMA).all())


def _with_dates(table: pd.DataFrame) -> pd.DataFrame:
    """Read columns of text that hold nothing but ISO 8601 dates as dates."""
    for name, column in _texts(table):
        if are_iso_dates(column):
            with suppress(ValueError):  # such as February 30: text
                table[name] = read_as(column, "date")
    return table


def read_fields(
    path: str | Path, table: pd.DataFrame, *, sep: str | None = None, encoding: str | None = None
) -> tuple[list[Any], pd.DataFrame]:
    """Read a file, of which `parse_table` made a table, once more: each field as the text in it.

    Returns what the first line calls the columns, and a frame with the shape and the names of the
    table. Parquet holds no text, and gives the table itself.
    """
    names = table.columns
    if endings(path)[0] == ".parquet":
        return list(names), table
    as_text: dict[str, Any] = {"dtype": str, "na_filter": False}
    if not is_csv(path):
        return list(names), pd.read_excel(path, **as_text)
    form = find_form(path, sep, encoding)
    with unpacked(path) as file:
        lines = pd.read_csv(file, header=None, **as_text, **form.options())
    rows = lines.iloc[1:].reset_index(drop=True)
    return lines.iloc[0].tolist(), rows.set_axis(names, axis=1)


def split_target(
    table: pd.DataFrame,
    target: Any,
    drop: Iterable[Any] = (),
    read: Mapping[Any, str] | None = None,
) -> tuple[pd.DataFrame, pd.Series]:
    """Part a table into features and classes; leave columns out, and read some as one is told.

    Columns go by their names, or these as text; ``read`` says of a column "number", "date" or
    "category": codes that are categories, say, or text such as "1,234" or "31.12.2020".
    """
    target, *drop = [_find_column(table, name) for name in [target, *drop]]
    if target in drop:
        raise ValueError(f"The target column {target!r} cannot be dropped as well.")
    table = table.copy(deep=False)
    for name, how in (read or {}).items():
        check_name(how, READINGS, "reading of a column")
        name = _find_column(table, name)
        table[name] = read_as(table[name], how)
    X = table.drop(columns=[target, *drop])
    if X.shape[1] == 0:
        raise ValueError(f"No feature column is left beside the target {target!r}.")
    return X, table[target]


def _find_column(table: pd.DataFrame, name: Any) -> Any:
    """Give the name of a column that may be known by the text of it alone, as on a command line."""
    if name in table.columns:
        return name
    by_text = {str(column): column for column in table.columns}
    try:
        return by_text[check_name(str(name), by_text, "column")]
    except ValueError as error:
        raise ValueError(f"{error} {name_them(list(table.columns))}".strip()) from error
