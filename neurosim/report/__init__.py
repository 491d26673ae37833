"""Reports on networks: what kind of dynamics one has, and what training changed."""

from neurosim.report.naming import labels_of, network_in, tasks_named
from neurosim.report.report import Report, analyze, compare

__all__ = ["Report", "analyze", "compare", "labels_of", "network_in", "tasks_named"]
