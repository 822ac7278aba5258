"""Reading a table of features and classes, and refusing one that cannot work."""

import csv
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from .naming import check_name

SEPARATORS = ",;\t"
DECIMAL_COMMA = "[-+]?[0-9]+(,[0-9]+)?"


def read_table(path: str | Path) -> pd.DataFrame:
    """Read a CSV or parquet file.

    The separator of a CSV is a comma, a semicolon or a tab, whichever its header holds most of; its
    types are what `pandas.read_csv` makes of them. Between semicolons, numbers may have decimal
    commas.

    Parameters
    ----------
    path : str or Path
        A file with a header. Parquet if it ends in ``.parquet``, otherwise CSV in UTF-8.

    Returns
    -------
    DataFrame

    Raises
    ------
    OSError
        If there is no such file.
    ValueError
        If it is empty, not UTF-8, has a row with too few or too many fields, or two columns of one
        name.
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"There is no file {str(path)!r} (looked in {Path.cwd()}).")
    if path.is_dir():
        raise IsADirectoryError(f"{str(path)!r} is a folder: give one CSV file.")
    if path.suffix == ".parquet":
        table = pd.read_parquet(path)
        _check_header(list(table.columns), path)
    else:
        separator = find_separator(path)
        last_row = _check_lines(path, separator)
        try:
            table = pd.read_csv(path, sep=separator, encoding="utf-8-sig", low_memory=False)
        except pd.errors.ParserError as error:  # the rows are even, so the file ended too early
            raise _unclosed_quote(path, last_row) from error
        if separator == ";":
            for name in _with_decimal_commas(table):
                table[name] = pd.to_numeric(table[name].str.replace(",", "."))
    if table.empty:
        raise ValueError(f"{path} has a header, but no rows below it.")
    return table


def find_separator(path: str | Path) -> str:
    """Tell which separator a CSV uses, by its header.

    Parameters
    ----------
    path : str or Path
        A CSV or parquet file.

    Returns
    -------
    str
        The one of `SEPARATORS` that the first line holds most of outside quotes; a comma if it
        holds none, and for parquet.
    """
    if Path(path).suffix == ".parquet":
        return ","
    try:
        with open(path, encoding="utf-8-sig") as file:
            header = file.readline()
    except UnicodeDecodeError as error:
        raise _not_text(path, error) from error
    return max(SEPARATORS, key=re.sub('"[^"]*"', "", header).count)


def find_decimal(path: str | Path) -> str:
    """Tell how a CSV writes its numbers, for a file that is to be like it.

    Parameters
    ----------
    path : str or Path
        A CSV or parquet file that `read_table` can read.

    Returns
    -------
    str
        A comma if a column of it has decimal commas between semicolons, otherwise a point.
    """
    if find_separator(path) != ";":
        return "."
    table = pd.read_csv(path, sep=";", encoding="utf-8-sig", low_memory=False)
    return "," if _with_decimal_commas(table) else "."


def _with_decimal_commas(table: pd.DataFrame) -> list[Any]:
    """List the columns of text that hold nothing but numbers, some of them like 1,5."""
    found = []
    for name, column in table.select_dtypes(["object", "string"]).items():
        values = column.dropna().astype(str)
        if values.str.contains(",").any() and values.str.fullmatch(DECIMAL_COMMA).all():
            found.append(name)
    return found


def _check_lines(path: Path, separator: str) -> int:
    """Compare the number of fields of each row with the header's; give the line of the last row.

    pandas fills a short row with missing values and says nothing, so this reads the file first.
    """
    line, end = 1, 0
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file, delimiter=separator)
            header = next(rows, [])
            _check_header(header, path)
            end = rows.line_num
            for row in rows:
                line, end = end + 1, rows.line_num
                if row and len(row) != len(header):
                    raise ValueError(
                        f"{path}, line {line}: {len(row)} fields where the header has "
                        f"{len(header)}. Mend or delete that row (a missing separator, or one "
                        "that needs quotes?)."
                    )
    except UnicodeDecodeError as error:
        raise _not_text(path, error) from error
    except csv.Error as error:  # one field of more than 131,072 letters
        raise ValueError(
            f"{path}, line {end + 1}: {error}. Shorten that field, or close the quote that opens "
            "it."
        ) from error
    return line


def _unclosed_quote(path: Path, line: int) -> ValueError:
    return ValueError(f"{path}, line {line}: a quote is opened and never closed. Mend that row.")


def _not_text(path: str | Path, error: UnicodeDecodeError) -> ValueError:
    return ValueError(
        f"{path} is no CSV in UTF-8: byte {error.object[error.start]:#04x} cannot be read. Save it "
        "as CSV in UTF-8."
    )


def _check_header(names: list[str], path: Path) -> None:
    if not names or names == [""]:
        raise ValueError(f"{path} is empty: the first line must name the columns.")
    check_unique(names, str(path))


def check_unique(names: Iterable[Any], where: str) -> None:
    """Refuse two columns of one name.

    Parameters
    ----------
    names : iterable of object
        Names of columns.
    where : str
        The table that has them, for the message.

    Raises
    ------
    ValueError
        If one comes again.
    """
    index = pd.Index(names)
    if not index.is_unique:
        twice = ", ".join(repr(name) for name in index[index.duplicated()].unique())
        raise ValueError(f"{where} has more than one column named {twice}: rename or drop one.")


def split_target(
    table: pd.DataFrame, target: Any, drop: Iterable[Any] = ()
) -> tuple[pd.DataFrame, pd.Series]:
    """Take the classes out of a table, and leave some columns out.

    Parameters
    ----------
    table : DataFrame
        Features and classes.
    target : object
        The column of classes: its name, or the name as text.
    drop : iterable of object
        Columns to leave out, for example an identifier.

    Returns
    -------
    X : DataFrame
        The features.
    y : Series
        The classes.

    Raises
    ------
    ValueError
        If a column is not there, or no feature is left.
    """
    target, *drop = [_find_column(table, name) for name in [target, *drop]]
    if target in drop:
        raise ValueError(f"The target column {target!r} cannot be dropped as well.")
    X = table.drop(columns=[target, *drop])
    if X.shape[1] == 0:
        raise ValueError(f"No feature column is left beside the target {target!r}.")
    return X, table[target]


def _find_column(table: pd.DataFrame, name: Any) -> Any:
    """Give the name of a column that may be known by the text of it alone, as on a command line."""
    if name in table.columns:
        return name
    by_text = {str(column): column for column in table.columns}
    return by_text[check_name(str(name), by_text, "column")]


def check_features(X: Any) -> pd.DataFrame:
    """Make a frame of the features, and refuse what no sampler or learner could use.

    Parameters
    ----------
    X : DataFrame or array of shape (n, columns)

    Returns
    -------
    DataFrame
        With text for column names (``x0``, ``x1``, ... if there were none), rows from 0.

    Raises
    ------
    ValueError
        For a sparse matrix, no column, two columns of one name, no value at all, an infinite or a
        complex number.
    """
    if hasattr(X, "tocsr"):
        raise ValueError("X is a sparse matrix, which is not supported: give X.toarray().")
    if not isinstance(X, pd.DataFrame):
        X = np.asarray(X)
        if X.ndim != 2:
            raise ValueError(f"X must have rows and columns, but its shape is {X.shape}.")
        X = pd.DataFrame(X, columns=[f"x{position}" for position in range(X.shape[1])])
    X = X.reset_index(drop=True)
    X.columns = [str(name) for name in X.columns]
    if X.shape[1] == 0:
        raise ValueError("X has no columns.")
    if len(X) and X.isna().all(axis=None):
        raise ValueError(
            f"X has no value in any column ({', '.join(X.columns)}): give a feature that has some."
        )
    check_unique(X.columns, "X")
    check_numbers(X)
    return X


def check_numbers(X: pd.DataFrame) -> None:
    """Refuse numbers that no sampler or learner could use.

    Parameters
    ----------
    X : DataFrame
        Features, no two of one name.

    Raises
    ------
    ValueError
        If one is complex or infinite.
    """
    complexes = [name for name, dtype in X.dtypes.items() if dtype.kind == "c"]
    if complexes:
        raise ValueError(
            f"Complex data not supported: the columns {complexes} of X hold complex numbers. Give "
            "their real and imaginary parts as columns."
        )
    numeric = X.select_dtypes("number")
    infinite = np.isinf(numeric.to_numpy(dtype=np.float64, na_value=np.nan)).any(axis=0)
    if infinite.any():
        raise ValueError(
            f"X contains infinity in the columns {numeric.columns[infinite].tolist()}: replace it "
            "with a number, or with NaN, which counts as missing."
        )
