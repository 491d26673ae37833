"""A branch that Ctrl-C ends keeps the points so far."""

import numpy as np

import neurosim as ns
from neurosim import analysis


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


def test_a_branch_ends_where_it_was_interrupted():
    def unit(gain):
        return ns.Network(ns.LeakyCurrent("tanh"), ns.Explicit(np.array([[gain]])), size=1, rng=0)

    whole = analysis.continue_along_parameter(unit, np.array([0.0]), span=(0.5, 1.5))
    part = analysis.continue_along_parameter(interrupted_after(40, unit), np.array([0.0]), span=(0.5, 1.5))
    assert whole.complete
    assert not part.complete
    assert part.end.startswith("stopped by Ctrl-C at ")
    assert 2 <= len(part) < len(whole)
    assert np.array_equal(part.parameter, whole.parameter[: len(part)])
