"""Networks as their authors published them, by the function and by the method of Network."""

import pytest

import neurosim as ns
from neurosim.errors import ParameterError, UnknownKeywordError
from neurosim.published_networks import network_for_task


def test_the_method_of_network_is_this_function():
    task = ns.tasks.Xor()
    network = network_for_task(task, rng=3)
    assert network.equals(ns.Network.for_task(task, rng=3))
    assert network.input_names == tuple(task.inputs)


def test_changes_replace_published_settings():
    assert network_for_task(ns.tasks.Xor(), rng=0, size=12).size == 12
    with pytest.raises(UnknownKeywordError, match=r"sise.*Did you mean 'size'"):
        network_for_task(ns.tasks.Xor(), rng=0, sise=12)


def test_a_task_without_published_networks_is_named():
    with pytest.raises(ParameterError, match="PeriodicPattern"):
        network_for_task(ns.tasks.PeriodicPattern(), rng=0)
