"""What is reported: the figures, as a frame, as text and as HTML."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd

from .figures import FIGURES

COLUMNS_SHOWN = 5
FEW_ROWS = 100
STYLE = """
.quality { font-family: sans-serif; max-width: 60em; }
.quality table { border-collapse: collapse; }
.quality th, .quality td { padding: .2em .8em; text-align: right; border-bottom: 1px solid #ccc; }
.quality th:first-child, .quality .figures td:last-child { text-align: left; }
.quality .alarm { font-weight: bold; border: 2px solid; padding: .4em .8em; }
"""


@dataclass(frozen=True, repr=False)
class QualityReport:
    """What `quality_report` finds; a notebook shows it, and ``print`` does.

    Attributes
    ----------
    frame : DataFrame of shape (ways, figures)
        The figures, named as the functions of `gansampler.metrics`: of the generated rows first,
        then of duplicates, SMOTE and real held-out rows. NaN where a figure could not be found.
    by_column : DataFrame of shape (columns, ways)
        How far the values of each column are from real ones, between 0 and 1: Kolmogorov-Smirnov
        of quantities, total variation of categories.
    label : object
        The class.
    n_training, n_held_out : int
        Rows of the class that were learnt from, and that were not.
    n_rows : int
        Generated rows that were looked at.
    collapsed : bool or None
        Whether the generator collapsed, by the training history; None where that says nothing.
    """

    frame: pd.DataFrame
    by_column: pd.DataFrame
    label: Any
    n_training: int
    n_held_out: int
    n_rows: int
    collapsed: bool | None

    def __str__(self) -> str:
        return text(self)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        return fragment(self)

    def to_html(self) -> str:
        """Give the report as a page of HTML that needs nothing beside it."""
        return page(self)


def sentences(report: QualityReport) -> list[str]:
    """Say what was compared with what, and what the training history says of a collapse."""
    way = report.frame.index[0]
    rough = " So few rows make the figures rough." if report.n_rows < FEW_ROWS else ""
    return [
        f"{report.n_rows} rows of class {report.label!r}: {way}.",
        _compared(report) + rough,
        _collapse(report),
    ]


def _compared(report: QualityReport) -> str:
    learnt = f"{report.n_training} rows of the class to learn from"
    if report.n_held_out:
        return (
            f"{learnt}, and {report.n_held_out} that were held out: one half of these to compare "
            "with, the other in the place of generated ones, as a perfect generator would be."
        )
    return (
        f"{learnt}, and none held out: rows are compared with these, so copies look better than "
        "they are. Give rows that were never seen as held_out, or a sampler that is not fitted."
    )


def _collapse(report: QualityReport) -> str:
    if report.collapsed:
        return (
            "COLLAPSED: by its training history the generator gives rows that are nearly alike. Do "
            "not use them; try another loss or penalty, a lower learning rate, or more steps."
        )
    if report.collapsed is None:
        return "There is no training history that says whether a generator collapsed."
    return "By its training history the generator did not collapse."


def figures_table(report: QualityReport) -> pd.DataFrame:
    """Give the figures as text, a row for each, with the value of a perfect generator."""
    table = _rounded(report.frame.T)
    table["perfect"] = [FIGURES[name].perfect for name in table.index]
    return table.set_axis([FIGURES[name].title for name in table.index])


def farthest_columns(report: QualityReport) -> pd.DataFrame:
    """Give the gaps, as text, of the columns whose values are farthest from real ones."""
    way = report.by_column.columns[0]
    order = report.by_column[way].argsort().to_numpy()[::-1][:COLUMNS_SHOWN]
    table = _rounded(report.by_column.iloc[order])
    return table.set_axis([str(name) for name in table.index])


def _rounded(table: pd.DataFrame) -> pd.DataFrame:
    return table.map(lambda value: "-" if pd.isna(value) else f"{value:.3f}").astype(object)


def meanings() -> list[tuple[str, str]]:
    """Give what is said of each figure, under its title."""
    return [
        (figure.title, f"{figure.meaning}. Perfect: {figure.perfect}.")
        for figure in FIGURES.values()
    ]


def text(report: QualityReport) -> str:
    """Write the report for a terminal."""
    return "\n".join(
        [
            *sentences(report),
            "",
            figures_table(report).to_string(),
            "",
            "Columns farthest from real ones (0 is perfect):",
            farthest_columns(report).to_string(),
            "",
            *(f"{title}: {meaning}" for title, meaning in meanings()),
        ]
    )


def fragment(report: QualityReport) -> str:
    """Write the report for a notebook."""
    head, compared, collapse = map(escape, sentences(report))
    alarm = ' class="alarm"' if report.collapsed else ""
    said = "".join(
        f"<dt>{escape(title)}</dt><dd>{escape(meaning)}</dd>" for title, meaning in meanings()
    )
    return (
        f'<div class="quality"><style>{STYLE}</style><h2>{head}</h2><p>{compared}</p>'
        f"<p{alarm}>{collapse}</p>{figures_table(report).to_html(border=0, classes='figures')}"
        f"<h3>Columns farthest from real ones (0 is perfect)</h3>"
        f"{farthest_columns(report).to_html(border=0)}"
        f"<h3>What the figures mean</h3><dl>{said}</dl></div>"
    )


def page(report: QualityReport) -> str:
    """Write the report as a whole page."""
    title = escape(f"Quality of rows of class {report.label!r}")
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{title}</title></head><body>{fragment(report)}</body></html>\n"
    )
