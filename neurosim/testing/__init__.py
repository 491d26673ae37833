"""Conformance checks for plugins: what every neuron and connectivity must obey, run against yours."""

from neurosim.testing.connectivity import check_connectivity
from neurosim.testing.neuron import check_neuron
from neurosim.testing.plugin import check_plugin

__all__ = ["check_connectivity", "check_neuron", "check_plugin"]
