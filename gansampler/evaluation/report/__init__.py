"""The report: words, tables and figures of a result, on one page."""

from .page import SECTIONS, render_report, summary, write_report
from .sections import Section, Table

__all__ = ["SECTIONS", "Section", "Table", "render_report", "summary", "write_report"]
