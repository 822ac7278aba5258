"""What a generator has learnt, in one report."""

from .judging import quality_report
from .report import QualityReport

__all__ = ["QualityReport", "quality_report"]
