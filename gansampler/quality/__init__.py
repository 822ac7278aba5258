"""What a generator has learnt, in one report."""

from .report import QualityReport, quality_report

__all__ = ["QualityReport", "quality_report"]
