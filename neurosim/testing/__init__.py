"""Conformance checks for plugins: what every neuron, connectivity, task and trainer must obey, run against yours."""

from neurosim.public_modules import list_public_names
from neurosim.testing.connectivity import check_connectivity
from neurosim.testing.derivatives import check_derivatives
from neurosim.testing.neuron import check_neuron
from neurosim.testing.plugin import check_plugin
from neurosim.testing.task import check_task
from neurosim.testing.trainer import check_trainer

__all__ = [
    "check_connectivity",
    "check_derivatives",
    "check_neuron",
    "check_plugin",
    "check_task",
    "check_trainer",
]

list_public_names(__name__)
