"""The report: words, tables and figures of a result, on one page."""
