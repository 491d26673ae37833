"""Long searches that Ctrl-C ends keep what they have found, and say so."""

import pytest

import neurosim as ns
from neurosim import analysis
from neurosim.errors import InterruptionWarning

NETWORK = ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(gain=0.5), 6, rng=0)


def interrupted_after(calls, function):
    """The same function, with one Ctrl-C after so many calls."""
    count = 0

    def counted(*arguments, **settings):
        nonlocal count
        count += 1
        if count == calls + 1:
            raise KeyboardInterrupt
        return function(*arguments, **settings)

    return counted


def test_twins_that_are_done_are_compared():
    twins = analysis.twins(NETWORK, ["initial", "shuffled"], count=5, rng=1)
    whole = twins.compare(lambda network: analysis.spectrum(network).radius)
    # one call is for the network itself
    measure = interrupted_after(8, lambda network: analysis.spectrum(network).radius)
    with pytest.warns(InterruptionWarning, match="stopped by Ctrl-C after 7 of 10 twins"):
        part = twins.compare(measure)
    assert (part.values["initial"] == whole.values["initial"]).all()
    assert (part.values["shuffled"] == whole.values["shuffled"][:2]).all()
    with pytest.raises(KeyboardInterrupt):
        twins.compare(interrupted_after(1, lambda network: analysis.spectrum(network).radius))
