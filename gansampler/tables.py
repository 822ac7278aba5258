"""Reading a table of features and classes, and refusing one that cannot work."""

import csv
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.utils import check_consistent_length

from .columns import check_unique
from .naming import check_name

SEPARATORS = ",;\t"
DECIMAL_COMMA = "[-+]?[0-9]+(,[0-9]+)?"
# Of a target with more values than this, and few rows of some, we doubt that it holds classes.
MANY_CLASSES = 50


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


def check_target(y: Any, *, n_rows: int, folds: int) -> pd.Series:
    """Make a series of the classes, and refuse what cannot be cross-validated.

    Parameters
    ----------
    y : Series or array of shape (n,)
    n_rows : int
        How many rows the features have.
    folds : int
        How many folds are wanted.

    Returns
    -------
    Series
        Rows numbered from 0.

    Raises
    ------
    ValueError
        For missing values, a continuous target, one class, or a class of fewer rows than folds.
    """
    y = pd.Series(y).reset_index(drop=True)
    check_consistent_length(range(n_rows), y)
    check_classes(y)
    if folds < 2:
        raise ValueError(f"folds={folds} leaves nothing to learn from: give 2 or more.")
    counts = y.astype(object).value_counts()
    if counts.min() < folds:
        raise ValueError(_too_few(y, counts[counts < folds], folds))
    return y


def _too_few(y: pd.Series, counts: pd.Series, folds: int) -> str:
    if y.nunique() > MANY_CLASSES:
        return (
            f"{_name(y)} has {y.nunique()} different values, most of them in a few rows: it must "
            "hold classes. Cut it into bands first, or name another column."
        )
    named = ", ".join(f"'{label}' (rows: {count})" for label, count in counts.items())
    return (
        f"{_name(y)} has classes of fewer rows than the {folds} folds: {named}. Ask for fewer "
        "folds, or merge such classes, or leave their rows out."
    )


def check_classes(y: pd.Series) -> None:
    """Refuse a target that does not hold two classes or more.

    Parameters
    ----------
    y : Series
        The target.

    Raises
    ------
    ValueError
        For missing values, a continuous target, or one class alone.
    """
    missing = np.flatnonzero(y.isna())
    if len(missing):
        raise ValueError(
            f"{_name(y)} has no value in {len(missing)} of {len(y)} rows (the first is row "
            f"{missing[0] + 1}): drop these rows or give them a class. Empty fields, NA, None and "
            "nan count as missing."
        )
    if pd.api.types.is_float_dtype(y.dtype) and (y % 1 != 0).any():
        raise ValueError(
            f"{_name(y)} is continuous ({y[y % 1 != 0].iloc[0]} is one of its values): it must "
            "hold classes. Cut it into bands first, or name another column."
        )
    if y.nunique() < 2:
        raise ValueError(
            f"{_name(y)} has one class alone, '{y.iloc[0]}': there must be two or more."
        )


def _name(y: pd.Series) -> str:
    return "The target" if y.name is None else f"The target {y.name!r}"
