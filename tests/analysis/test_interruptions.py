"""Long searches that Ctrl-C ends keep what they have found, and say so."""

import sys

import numpy as np
import pytest

import neurosim as ns
from neurosim import analysis
from neurosim.analysis import limit_cycles
from neurosim.engine import integrator, pace
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


RING = ns.Network(ns.LeakyRate("tanh"), ns.Explicit(-4.0 * np.eye(3)[[2, 0, 1]]), size=3, rng=0)
STARTS = np.array([[0.5, 0.0, -0.5], [0.1, 0.3, -0.5]])


def interrupt_the_simulator(monkeypatch, pieces, steps):
    """Advance by so many steps at once, and send one Ctrl-C after so many pieces."""
    advance, calls = integrator.Integrator.advance, []

    def interrupted(self, some):
        advance(self, some)
        calls.append(some)
        if len(calls) == pieces:
            raise KeyboardInterrupt

    monkeypatch.setattr(integrator.Integrator, "advance", interrupted)
    monkeypatch.setattr(pace.Pace, "choose", lambda _self, left: (min(left, steps), False))


def test_attractors_whose_settling_was_cut_short_are_marked(monkeypatch):
    whole = analysis.attractors(RING, starts=STARTS)
    assert whole.complete
    interrupt_the_simulator(monkeypatch, pieces=5, steps=100)
    with pytest.warns(InterruptionWarning, match="stopped by Ctrl-C at step 500 of 5000"):
        part = analysis.attractors(RING, starts=STARTS)
    assert not part.complete
    assert (part.duration, part.window) == (pytest.approx(50.0), whole.window)
    assert [each.kind for each in part.found] == ["limit cycle"]
    assert part[0].period == pytest.approx(whole[0].period, rel=1e-6)


def test_attractors_whose_window_was_cut_short_are_marked(monkeypatch):
    interrupt_the_simulator(monkeypatch, pieces=53, steps=100)
    with pytest.warns(InterruptionWarning, match="stopped by Ctrl-C at step 300 of 2000"):
        part = analysis.attractors(RING, starts=STARTS)
    assert not part.complete
    assert (part.duration, part.window) == (pytest.approx(500.0), pytest.approx(30.0))
    assert part[0].kind == "limit cycle"


def test_interruption_before_a_usable_window_returns_no_result(monkeypatch):
    interrupt_the_simulator(monkeypatch, pieces=501, steps=10)
    with pytest.warns(InterruptionWarning), pytest.raises(KeyboardInterrupt):
        analysis.attractors(RING, starts=STARTS)


def test_limit_cycles_that_are_done_are_kept(monkeypatch):
    """Two rings that a switch holds apart have one cycle each."""
    weights = np.zeros((4, 4))
    weights[:3, :3], weights[3, 3], weights[0, 3] = RING.recurrent.dense(), 2.0, 0.2
    both = ns.Network(ns.LeakyRate("tanh"), ns.Explicit(weights), size=4, rng=0)
    starts = np.array([[0.5, 0.0, -0.5, 1.0], [0.5, 0.0, -0.5, -1.0]])
    assert len(limit_cycles(both, starts=starts)) == 2
    module = sys.modules["neurosim.analysis.attractors.limit_cycles"]
    monkeypatch.setattr(module, "limit_cycle", interrupted_after(1, module.limit_cycle))
    with pytest.warns(InterruptionWarning, match="after 1 of 2 limit cycles"):
        (kept,) = limit_cycles(both, starts=starts)
    assert kept.converged
    monkeypatch.setattr(module, "limit_cycle", interrupted_after(0, module.limit_cycle))
    with pytest.raises(KeyboardInterrupt):
        limit_cycles(both, starts=starts)


def test_refining_cycles_shows_a_bar(capsys):
    limit_cycles(RING, starts=STARTS, progress=True)
    assert "limit cycles" in capsys.readouterr().err


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
