"""Reports: results as one offline page of HTML, every sentence made from the results."""

from tajsim.report.page import report, write_report

__all__ = ["report", "write_report"]
