"""Reports on networks: what kind of dynamics one has, and what training changed."""

from neurosim.report.building import Report, analyse, compare
from neurosim.report.naming import labels_of, network_in, tasks_named

__all__ = ["Report", "analyse", "compare", "labels_of", "network_in", "tasks_named"]
