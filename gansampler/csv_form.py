"""How a CSV is written: its separator, encoding and line ends; and what is wrong with one."""

import csv
import io
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from .columns import check_unique
from .files import unpacked

# What a header is searched for; what is not looked for as well could part dates or words.
SEPARATORS = ",;\t"
OTHER_SEPARATORS = "|: ^~"
SEPARATORS_BY_NAME = {"tab": "\t", "\\t": "\t", "space": " "}
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# How files begin that are no text, and what they are.
BEGINNINGS = {
    b"PAR1": "a parquet file: let its name end in .parquet",
    b"PK\x03\x04": "an Excel workbook or a zip archive: let its name end in .xlsx or .zip",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook: let its name end in .xls",
    b"\x1f\x8b": "packed by gzip: let its name end in .gz",
    b"BZh": "packed by bzip2: let its name end in .bz2",
    b"\xfd7zXZ": "packed by xz: let its name end in .xz",
    b"\x28\xb5\x2f\xfd": "packed by zstandard: let its name end in .zst",
    b"SQLite format 3": "an SQLite database: write its table as CSV first",
}
WEB_PAGE = re.compile(rb"\s*<(!doctype html|html)", re.IGNORECASE)
UNTYPED = re.compile(rb"[\x00-\x08\x0e-\x1f]")


class Form(NamedTuple):
    """How a CSV is written; the encoding "utf-8-sig" is UTF-8 with a byte order mark."""

    separator: str = ","
    encoding: str = "utf-8"
    line_end: str = os.linesep

    def options(self) -> dict[str, Any]:
        """Give what `pandas.read_csv` must know to read such a file."""
        runs = self.separator == " "
        return {"sep": self.separator, "encoding": self.encoding, "skipinitialspace": runs}


def find_form(path: str | Path, sep: str | None = None, encoding: str | None = None) -> Form:
    """Tell how a CSV is written, as far as it is not said, by its first line.

    The separator is the one of `SEPARATORS` that the first line holds most of outside quotes; in a
    file that ends in ``.tsv``, a tab where there is one.
    """
    with unpacked(path) as file:
        start = file.read(256)
    _check_is_text(start, path)
    encoding = _check_encoding(encoding or "utf-8")
    if encoding == "utf-8" and start.startswith(BYTE_ORDER_MARK):
        encoding = "utf-8-sig"
    with opened_text(path, encoding) as lines:
        header = _first_record(lines)
    line_end = "\r\n" if header.endswith("\r\n") else "\n"
    bare = re.sub('"[^"]*"', "", header)
    if sep is not None:
        separator = _check_separator(sep)
    elif ".tsv" in map(str.lower, Path(path).suffixes) and "\t" in bare:
        separator = "\t"
    else:
        separator = max(SEPARATORS, key=bare.count)
    return Form(separator, encoding, line_end)


def _first_record(lines: io.TextIOWrapper) -> str:
    """Read the first line, and on while a quote is open."""
    record = ""
    for line in lines:
        record += line
        if record.count('"') % 2 == 0:
            break
    return record


def _check_is_text(start: bytes, path: str | Path) -> None:
    if WEB_PAGE.match(start):
        raise ValueError(f"{path} is no CSV, but a web page: fetch the file behind it.")
    for beginning, what in BEGINNINGS.items():
        if start.startswith(beginning) and UNTYPED.search(start):
            raise ValueError(f"{path} is no CSV, but {what}.")


def _check_encoding(encoding: str) -> str:
    try:
        "".encode(encoding)
    except LookupError as error:
        raise ValueError(f"--encoding {encoding}: {error}, such as utf-8 or cp1252.") from error
    return "utf-8" if re.fullmatch("utf.?8([-_]sig)?", encoding, re.IGNORECASE) else encoding


def _check_separator(sep: str) -> str:
    separator = SEPARATORS_BY_NAME.get(sep, sep)
    if len(separator) != 1 or separator in '"\r\n':
        raise ValueError(f"--sep {sep!r} is no separator: give one character, or the word tab.")
    return separator


@contextmanager
def opened_text(path: str | Path, encoding: str) -> Iterator[io.TextIOWrapper]:
    """Open what is in a file as text, line ends as they are; what is no text is named."""
    try:
        with unpacked(path) as file, io.TextIOWrapper(file, encoding, newline="") as text:
            yield text
    except UnicodeError as error:
        cause = f"{error}"
        if isinstance(error, UnicodeDecodeError):
            cause = f"byte {error.object[error.start]:#04x} cannot be read"
        name = encoding.removesuffix("-sig").upper()
        raise ValueError(
            f"{path} is no CSV in {name}: {cause}. Save it as CSV in UTF-8, or name its encoding, "
            "such as --encoding cp1252 or utf-16."
        ) from error


def check_lines(path: str | Path, form: Form, *, separator_is_given: bool = False) -> int:
    """Compare the number of fields of each row with the header's; give the line of the last row.

    pandas fills a short row with missing values and says nothing, so this reads the file first.
    """
    line, end = 1, 0
    try:
        with opened_text(path, form.encoding) as file:
            blanks = form.separator == " "
            rows = csv.reader(file, delimiter=form.separator, skipinitialspace=blanks)
            header = next(rows, [])
            check_header(header, path)
            end = rows.line_num
            for row in rows:
                if line == 1 and len(header) == 1 and not separator_is_given:
                    _check_separates(header[0], form.separator.join(row), path)
                line, end = end + 1, rows.line_num
                if row and len(row) != len(header):
                    raise ValueError(
                        f"{path}, line {line}: {len(row)} fields where the header has "
                        f"{len(header)}. Mend or delete that row (a missing separator, or one "
                        "that needs quotes?)."
                    )
    except csv.Error as error:  # one field of more than 131,072 letters
        raise ValueError(
            f"{path}, line {end + 1}: {error}. Shorten that field, or close the quote that opens "
            "it."
        ) from error
    return line


def _check_separates(header: str, row: str, path: str | Path) -> None:
    """Refuse a header of one column that is parted by something else, as the row below it is."""
    for mark in OTHER_SEPARATORS:
        fields = [len(line.split(mark if mark != " " else None)) for line in (header, row)]
        if fields[0] == fields[1] > 1:
            raise ValueError(
                f"{path}: the header holds one column, {header!r}. Is the separator {mark!r}? "
                f"Give --sep '{mark}'."
            )


def check_header(names: list[Any], path: str | Path) -> None:
    """Refuse names of columns that are none."""
    if not names or names == [""]:
        raise ValueError(f"{path} is empty: the first line must name the columns.")
    if all(map(_is_number, names)):
        numbers = {float(name) for name in names}  # 0, 1, 2, say, may well be names
        if len(numbers) < len(names) or not all(number.is_integer() for number in numbers):
            raise ValueError(f"{path} has numbers alone in its first line. {name_them(names)}")
    try:
        check_unique(names, str(path))
    except ValueError as error:
        raise ValueError(f"{error} {name_them(names)}".strip()) from error


def name_them(names: list[Any]) -> str:
    """Say that there is no header, if names of columns look like values; otherwise nothing."""
    texts = [name for name in names if isinstance(name, str)]
    if 2 * sum(map(_is_number, texts)) < len(names) or not texts:
        return ""
    return (
        f"The first line must name the columns, but looks like a row of values "
        f"({', '.join(texts[:3])}, ...): put a line of names above it."
    )


def _is_number(name: Any) -> bool:
    try:
        float(name)
    except ValueError:
        return False
    return True
