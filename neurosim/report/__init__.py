"""Reports on networks: what kind of dynamics one has, and what training changed."""

from neurosim.public_modules import list_public_names
from neurosim.report.files import file_labels, load_network, load_tasks
from neurosim.report.make import analyze, compare
from neurosim.results import Report

__all__ = ["Report", "analyze", "compare", "file_labels", "load_network", "load_tasks"]

list_public_names(__name__)
