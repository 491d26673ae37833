"""Growth without bound, transient growth and bounded activity, from norms along a run."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.analysis.attractors.boundedness import boundedness
from neurosim.analysis.fixed_points.mixed_field import as_field
from neurosim.schemes import EULER, RK4
from plugins.fitzhugh_nagumo import FitzHughNagumo


def status(network, sizes, last, scheme=RK4, dt=0.1, **settings):
    field = as_field(network)
    return boundedness(
        field, np.asarray(sizes), field.inside(last), duration=100.0, dt=dt, scheme=scheme, **settings
    )


def unit(activation, weight):
    return ns.Network(ns.LeakyCurrent(activation), ns.Explicit(np.array([[weight]])), 1, rng=0)


TIMES = np.linspace(0.0, 100.0, 200)


@pytest.mark.parametrize("rate", [1e-4, 1e-2, 0.5])
def test_growing_norms_are_unbounded_where_the_flow_does_not_return(rate):
    sizes = np.exp(rate * TIMES)
    assert status(unit("linear", 1.0 + rate), sizes, [sizes[-1]], exponent=rate) == "unbounded"


def test_growing_norms_are_a_transient_where_it_does():
    sizes = 1e-10 * np.exp(0.1 * TIMES)
    assert status(unit("tanh", 1.1), sizes, [sizes[-1]], exponent=0.1) == "growing"


def test_norms_that_grow_much_more_slowly_than_displacements_are_bounded():
    """A largest exponent of 0.1 would have made the norm grow by e^10; it fluctuates by a third."""
    sizes = 1.0 + 0.3 * np.sin(TIMES)
    assert status(unit("linear", 1.1), sizes, [1.0], exponent=0.1) == "bounded"


def test_without_an_exponent_every_part_must_exceed_the_one_before():
    rising, wavy = 1.0 + TIMES / 1000.0, 1.0 + 0.1 * np.sin(TIMES / 30.0)
    assert status(unit("linear", 1.0), rising, [1.0]) == "unbounded"
    assert status(unit("linear", 1.0), wavy, [1.0]) == "bounded"


def test_non_finite_norms_are_unbounded():
    assert status(unit("tanh", 1.0), [1.0, np.inf], [1.0]) == "unbounded"


def test_a_stiff_return_is_seen_although_a_step_cannot_resolve_it():
    """Far away the cubic of FitzHugh–Nagumo pulls back 10^12 times faster than a step; the numerical step diverges."""
    network = ns.Network(FitzHughNagumo(), ns.Explicit(np.zeros((1, 1))), 1, rng=0)
    sizes = np.exp(0.01 * TIMES)
    assert status(network, sizes, [[1.0, 0.5]], exponent=0.01) == "growing"


def test_the_scheme_decides():
    """Rotation by 1.1: an Euler step of one time constant enlarges, the flow shrinks."""
    turn = ns.Explicit(1.1 * np.array([[0.0, -1.0], [1.0, 0.0]]))
    network = ns.Network(ns.LeakyRate("linear"), turn, 2, rng=0)
    sizes = np.exp(0.01 * TIMES)
    assert status(network, sizes, [1.0, 1.0], EULER, dt=1.0, exponent=0.01) == "unbounded"
    assert status(network, sizes, [1.0, 1.0], RK4, dt=0.1, exponent=0.01) == "growing"
