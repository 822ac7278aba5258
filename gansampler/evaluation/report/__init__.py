"""The report: words, tables and figures of a result, on one page."""

from .page import render_report, write_report

__all__ = ["render_report", "write_report"]
