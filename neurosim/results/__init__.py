"""Results: their base class, how they print, and the folders that they are written to."""

from neurosim.results.folders import (
    default_folder,
    file_name,
    growing_folder,
    new_folder,
    versions,
    write_report,
)
from neurosim.results.report import Report
from neurosim.results.result import Result

__all__ = [
    "Report",
    "Result",
    "default_folder",
    "file_name",
    "growing_folder",
    "new_folder",
    "versions",
    "write_report",
]
