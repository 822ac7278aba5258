"""Text that stands for numbers or dates: told, doubted, and read where somebody asks for it."""

from __future__ import annotations

import re
from collections.abc import Callable
from shlex import quote

import numpy as np
import pandas as pd

from .columns import kind_of

# What may stand around a number: signs of money, percent, spaces, apostrophes between thousands.
AROUND_NUMBERS = re.compile(r"[\s'\u2019€$£¥%]")
NUMBER = r"\(?[-+]?[0-9]+(?:[.,][0-9]+)*(?:[eE][-+]?[0-9]+)?\)?"
THOUSANDS = r"\(?[-+]?[0-9]{1,3}(?:%s[0-9]{3})+\)?"
ISO_DATE = r"[0-9]{4}-[01][0-9]-[0-3][0-9](?:[T ][0-2][0-9]:[0-5][0-9].*)?"
DATE = rf"(?:{ISO_DATE}|[0-9]{{1,4}}([./-])[0-9]{{1,2}}\1[0-9]{{1,4}}(?:[T ,].*)?)"
# Text is said to be mostly numbers or dates from this share of its values on.
MOSTLY = 0.9
# Of a long column a part tells what it looks like.
LOOKED_AT = 2_000
# In fewer rows than this, different values are no wonder.
FEWEST_ROWS_OF_IDS = 100


def are_iso_dates(column: pd.Series) -> bool:
    """Tell whether a column is text, and every value a date as ISO 8601 writes it."""
    return _share_like(_some(column), ISO_DATE) == 1 == _share_like(column, ISO_DATE)


def _share_like(column: pd.Series, pattern: str) -> float:
    """Give the share of values that look like a pattern; 0 where not all of them are text."""
    values = column.dropna()
    if pd.api.types.infer_dtype(values) != "string":
        return 0.0
    return float(values.astype(str).str.strip().str.fullmatch(pattern).mean())


def _some(column: pd.Series) -> pd.Series:
    """Take at most `LOOKED_AT` values that are present, evenly from the whole column."""
    present = np.flatnonzero(column.notna())
    places = np.linspace(0, len(present) - 1, min(LOOKED_AT, len(present))).astype(int)
    return column.iloc[present[places]]


def doubts(X: pd.DataFrame) -> list[str]:
    """Say of each column that looks as if it were read wrong what is odd, and the way out."""
    said = [_doubt(column, is_first=place == 0) for place, (_, column) in enumerate(X.items())]
    return [each for each in said if each]


def _doubt(column: pd.Series, *, is_first: bool) -> str:
    name = column.name
    whole = pd.api.types.is_integer_dtype(column.dtype)
    nameless = re.fullmatch(r"\s*|Unnamed: [0-9]+", str(name)) is not None
    if is_first and nameless and whole and (column.diff().iloc[1:] == 1).all():
        return (
            f"The first column {name!r} has no name and counts the rows (an index, written with "
            f"the table?): leave it out by --drop {quote(str(name))}."
        )
    some = _some(column)
    for pattern, kind in ((DATE, "date"), (NUMBER, "number")):
        if _share_like(_bare(some) if kind == "number" else some, pattern) >= MOSTLY:
            return (
                f"The column {name!r} is text that is mostly {kind}s, such as "
                f"{column.dropna().iloc[0]!r}, so each value is a category of its own: read it by "
                f"--read {quote(f'{name}={kind}')}."
            )
    many = len(column) >= FEWEST_ROWS_OF_IDS
    if many and (whole or kind_of(column) == "category") and column.is_unique:
        return (
            f"Each value of the column {name!r} is different: if it is an id, leave it out by "
            f"--drop {quote(str(name))}."
        )
    return ""


def _bare(column: pd.Series) -> pd.Series:
    """Take away what may stand around a number, of text."""
    return column.map(lambda each: AROUND_NUMBERS.sub("", each) if isinstance(each, str) else each)


def read_as(column: pd.Series, how: str) -> pd.Series:
    """Read a column as "number", "date" or "category", whatever it looks like."""
    return READINGS[how](column)


def _as_number(column: pd.Series) -> pd.Series:
    if kind_of(column) != "category":
        return column
    text = _bare(column).astype(object).where(column.notna())
    text = text.map(lambda value: value if pd.isna(value) else str(value))
    text = text.str.replace(r"^\((.*)\)$", r"-\1", regex=True)
    return _converted(column, lambda: pd.to_numeric(_with_points(text)), "number")


def _with_points(text: pd.Series) -> pd.Series:
    """Write numbers (n,) with a decimal point alone, by what marks thousands among them."""
    commas = text.str.contains(",", regex=False, na=False).astype(bool)
    points = text.str.contains(".", regex=False, na=False).astype(bool)
    both = text[commas & points]
    if len(both):  # the mark that comes last is the decimal one
        decimal = "," if (both.str.rfind(",") > both.str.rfind(".")).all() else "."
    else:
        decimal = "," if not _all_thousands(text[commas], ",") else "."
        if _all_thousands(text[points], "\\.", at_least=2):
            decimal = ","
    thousands = "." if decimal == "," else ","
    text = text.str.replace(thousands, "", regex=False)
    return text.str.replace(decimal, ".", regex=False)


def _all_thousands(text: pd.Series, mark: str, at_least: int = 1) -> bool:
    """Tell whether a mark parts thousands in all texts, and more than once in some if so asked."""
    parted = text.str.fullmatch(THOUSANDS % mark).all()
    return bool(parted and (at_least == 1 or text.str.count(mark).max() >= at_least))


def _as_date(column: pd.Series) -> pd.Series:
    if kind_of(column) == "date":
        return column
    text = column.astype(object).where(column.notna())
    text = text.map(lambda value: value if pd.isna(value) else str(value).strip())

    def convert() -> pd.Series:
        if are_iso_dates(text):
            return _iso_dates(text)
        first = pd.to_numeric(text.str.extract(r"^(\d+)[./-]")[0])
        day_first = bool(text.str.contains(r"^\d+\.").any() or (first.between(13, 31)).any())
        return pd.to_datetime(text, format="mixed", dayfirst=day_first)

    return _converted(column, convert, "date")


def _iso_dates(text: pd.Series) -> pd.Series:
    zoned = bool(text.str.contains(r":[0-9.]+(?:Z|[-+][0-9:]+)$", na=False).any())
    try:
        return pd.to_datetime(text, format="ISO8601", utc=zoned)
    except pd.errors.OutOfBoundsDatetime:  # beyond 1677 to 2262, where nanoseconds do not fit
        return text.astype("datetime64[us, UTC]" if zoned else "datetime64[us]")


def _converted(column: pd.Series, convert: Callable[[], pd.Series], kind: str) -> pd.Series:
    try:
        return convert()
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"The column {column.name!r} cannot be read as a {kind}: {error}. Mend that value, or "
            f"read the column as category, or drop it."
        ) from error


READINGS: dict[str, Callable[[pd.Series], pd.Series]] = {
    "number": _as_number,
    "date": _as_date,
    "category": lambda column: column.astype("category"),
}
