"""Every analysis gives the same dimensionless numbers in seconds and in milliseconds, with its default times.

A millisecond is taken as 1/1024 s here: with a power of two both networks round alike, so that even chaotic
activity is the same in both, and numbers agree to rounding instead of statistically.
"""

import inspect

import numpy as np
import pytest

import neurosim as ns
from neurosim import analysis
from neurosim.connectivity import Delayed

MILLISECONDS, SECONDS = 16.0, 16.0 / 1024.0
"""The same time constant in both units."""
RING = -4.0 * np.eye(3)[[2, 0, 1]]


def chaotic(tau, **more):
    return ns.Network(ns.LeakyCurrent("tanh", tau=tau), ns.Gaussian(gain=1.8), size=24, rng=3, **more)


def ring(tau):
    return ns.Network(ns.LeakyRate("tanh", tau=tau), ns.Explicit(RING), size=3, rng=0)


def adaptive(tau):
    neuron = ns.Adaptive("tanh", tau=tau, tau_adaptation=4.0 * tau, strength=0.5)
    return ns.Network(neuron, ns.Gaussian(gain=1.2), size=12, rng=0)


def delayed(tau):
    connectivity = Delayed(ns.Gaussian(gain=3.0), 0.75 * tau)
    return ns.Network(ns.LeakyCurrent("tanh", tau=tau), connectivity, size=8, rng=3)


def delayed_exponents(tau):
    found = analysis.lyapunov_spectrum(delayed(tau), 2, 24.0 * tau, discard=6.0 * tau, rng=1)
    return {"values": found.values * tau, "dt": found.dt / tau, "dimensions": found.dimensions}


def switch(tau):
    unit = ns.Network(ns.LeakyCurrent("tanh", tau=tau), ns.Explicit([[2.0]]), size=1, inputs=1, rng=0)
    return unit.replace(input_weights=np.ones((1, 1)))


def run(tau):
    return ns.simulate(chaotic(tau), 60.0 * tau, tau / 8.0, "rk4", trials=3, rng=1)


def run_of_populations(tau):
    fast, slow = (ns.Population(ns.LeakyCurrent("tanh", tau=t), size=12) for t in (tau, 2.0 * tau))
    network = ns.Network(ns.Populations(A=fast, B=slow), ns.Gaussian(gain=1.8), rng=3)
    return ns.simulate(network, 60.0 * tau, tau / 8.0, "rk4", trials=3, rng=1)


def decoded(tau):
    rates = np.concatenate([run(tau).rates, run(tau).rates[:, ::-1]])
    labels, step = np.arange(6) % 2, tau / 8.0
    found = analysis.decoding(rates, labels, dt=step, discard=10.0 * tau, folds=3, every=50, rng=0)
    return {"times": found.times / tau, "accuracy": found.accuracy, "information": found.information}


def points(found, tau):
    return {
        "states": found.states,
        "eigenvalues": found.eigenvalues * tau,
        "radii": found.radii,
        "counts": found.counts,
        "slow": found.slow.states,
        "slow speeds": found.slow.speeds * tau,
        "kinds": found.kinds,
    }


def rectified(tau):
    return ns.Network(ns.LeakyCurrent("relu", tau=tau), ns.Explicit(RING), size=3, rng=0).replace(
        bias=np.ones(3)
    )


def rectified_points(tau):
    return analysis.fixed_points(rectified(tau), starts=np.ones((1, 3)))


def regions(found, tau):
    return {"states": found.states, "eigenvalues": found.eigenvalues * tau, "kinds": found.kinds}


def exponents(network, tau, **settings):
    found = analysis.lyapunov_spectrum(network, 4, rng=1, threads=1, **settings)
    return {
        "values": found.values * tau,
        "errors": found.standard_errors * tau,
        "times": np.array([found.duration, found.discard, found.interval, found.dt]) / tau,
        "status": found.status,
        "chaotic": found.chaotic,
    }


def settled(network, tau):
    found = analysis.attractors(network, starts=6, rng=1)
    return {
        "kinds": [each.kind for each in found],
        "periods": np.array([each.period for each in found]) / tau,
        "means": found[0].mean,
        "times": np.array([found.duration, found.window, found.dt]) / tau,
    }


def cycles(tau):
    (found,) = analysis.limit_cycles(ring(tau), starts=6, rng=1)
    return {
        "period": found.period / tau,
        "multipliers": found.multipliers,
        "exponents": found.exponents * tau,
    }


def branch(tau):
    found = analysis.continue_along_input(switch(tau), np.array([-2.9]), inputs=([-1.0], [1.0]))
    return {
        "parameter": found.parameter,
        "folds": [each.parameter for each in found.bifurcations],
        "kinds": [each.kind for each in found.bifurcations],
        "eigenvalues": found.eigenvalues * tau,
    }


def correlation(tau):
    found = analysis.autocorrelation(run(tau))
    return {"lags": found.lags / tau, "values": found.values, "half": analysis.half_width(found) / tau}


def timescales(tau):
    found = analysis.timescales(analysis.autocorrelation(run(tau)))
    times = [found.half_width, found.decay, found.integral, *found.standard_errors.values()]
    return {"times": np.array(times) / tau}


def modes(tau):
    found = analysis.modes(chaotic(tau))
    return {"growth": found.growth * tau, "frequencies": found.frequencies * tau}


def delay(tau):
    found = analysis.delay_activity(run(tau))
    return {
        "label": found.label,
        "frequency": found.peak_frequency * tau,
        "ramp": found.ramp_index,
        "times": found.times / tau,
    }


def sequence(tau):
    found = analysis.sequentiality(np.abs(run(tau).rates), dt=tau / 8.0)
    return {"index": found.index, "peaks": found.peak_times / tau}


def line(tau):
    m = np.array([[1.0], [0.5], [-1.5], [0.75]])
    vectors = ns.LowRank(m, m * 4.0 / (m**2).sum())
    found = analysis.line_attractor(
        ns.Network(ns.LeakyCurrent("tanh", tau=tau), vectors, 4, rng=0), state=np.zeros(4)
    )
    return {"states": found.states, "drift": found.drift * tau, "eigenvalues": found.eigenvalues * tau}


def selection(tau):
    m = np.array([[1.0], [0.5], [-1.5], [0.75]])
    network = ns.Network(
        ns.LeakyCurrent("tanh", tau=tau), ns.LowRank(m, m * 4.0 / (m**2).sum()), 4, inputs=2, rng=0
    )
    contexts = {"off": [0.0, 0.0], "on": [0.0, 0.5]}
    found = analysis.context_selection(
        network, contexts, {"a": [1.0, 0.0]}, states=dict.fromkeys(contexts, np.zeros(4)), separation=1.2
    )
    return {"effects": found.effects * tau, "direct": found.direct * tau, "fractions": found.fractions[:, :2]}


def responses(tau):
    found = analysis.transfer_function(switch(tau), [0.05 / tau], 0.01, trials=2, rng=1)
    return {"frequencies": found.frequencies * tau, "values": found.values}


def counts(tau):
    networks = [
        ns.Network(ns.LeakyCurrent("tanh", tau=tau), ns.Gaussian(gain=1.8), size=6, rng=k) for k in (0, 1)
    ]
    found = analysis.fixed_point_counts(networks, 40, rng=1)
    return {"counts": found.counts, "exponents": found.exponents * tau}


def loop(tau):
    """Exponents of a readout fed back, and whether two starts of the driven network meet."""
    given = chaotic(tau, inputs=1, outputs=1)
    closed = exponents(analysis.closed_loop(given), tau)
    met = analysis.echo_states(given, inputs=[0.5], rng=1, progress=False)
    return {**closed, "conditional exponent": met.exponent * tau}


def along_trials(tau):
    """Exponents over trials of 60 steps of an eighth of a time constant, in windows of the default length."""
    given, shape = chaotic(tau, inputs=1, outputs=1), (60, 1)
    inputs = [np.full(shape, level) for level in (0.2, -0.3, 0.5)]
    trials = ns.tasks.Trials.from_ragged(ns.tasks.SineGenerator(), tau / 8.0, inputs, [np.zeros(shape)] * 3)
    found = analysis.finite_time_exponents(given, trials, 3, rng=1, progress=False)
    return {
        "growth": found.growth * tau,
        "values": found.values * tau,
        "confidence": found.confidence * tau,
        "times": np.append(found.times, found.interval) / tau,
    }


ANALYSES = {
    "lyapunov_spectrum": lambda tau: exponents(chaotic(tau), tau),
    "lyapunov_spectrum of two variables": lambda tau: exponents(adaptive(tau), tau),
    "lyapunov_spectrum with delays": delayed_exponents,
    "fixed_points with delays": lambda tau: points(
        analysis.fixed_points(delayed(tau), starts=20, rng=1), tau
    ),
    "fixed_points": lambda tau: points(analysis.fixed_points(chaotic(tau), starts=60, rng=1), tau),
    "fixed_points of two variables": lambda tau: points(
        analysis.fixed_points(adaptive(tau), starts=20, rng=1), tau
    ),
    "fixed_points near a ghost": lambda tau: points(
        analysis.fixed_points(switch(tau), [0.5328 + 1e-3], starts=np.linspace(-1, -0.8, 9)[:, None]), tau
    ),
    "fixed_points_by_input": lambda tau: points(
        analysis.fixed_points_by_input(switch(tau), np.array([[0.1], [0.3]]), starts=20, rng=1)[1], tau
    ),
    "all_fixed_points": lambda tau: regions(analysis.all_fixed_points(rectified(tau)), tau),
    "search_linear_regions": lambda tau: regions(
        analysis.search_linear_regions(rectified(tau), starts=30, rng=1), tau
    ),
    "map_cycles": lambda tau: {
        "states": analysis.map_cycles(rectified(tau), 2, dt=tau, starts=30, rng=1).states,
    },
    "invariant_manifold": lambda tau: {
        "states": analysis.invariant_manifold(
            rectified_points(tau), 0, 0.2, "stable", branches=2, steps=9, rng=1
        ).states,
    },
    "basins": lambda tau: {"shares": analysis.basins(switch(tau), -1.0, 2.0, [0.0], samples=9, rng=1).shares},
    "attractors": lambda tau: settled(ring(tau), tau),
    "attractors that are points": lambda tau: settled(switch(tau), tau),
    "limit_cycles": cycles,
    "line_attractor": line,
    "context_selection": selection,
    "continue_along_input": branch,
    "autocorrelation": correlation,
    "timescales": timescales,
    "modes": modes,
    "delay_activity": delay,
    "sequentiality": sequence,
    "jacobian_spectrum": lambda tau: {
        "values": analysis.jacobian_spectrum(chaotic(tau)).eigenvalues * tau,
    },
    "characteristic_roots": lambda tau: {
        "values": analysis.characteristic_roots(
            analysis.DelayedLinearSystem(-np.eye(3) / tau, [0.5 * tau], [RING / tau]), count=5
        ).values
        * tau,
    },
    "covariance": lambda tau: {"cross": analysis.covariance(run(tau), lags=[tau / 4.0]).cross},
    "closed_loop and echo_states": loop,
    "finite_time_exponents": along_trials,
    "covariant_vectors": lambda tau: {
        "growth": analysis.covariant_vectors(chaotic(tau), 2, rng=1, progress=False).growth * tau
    },
    "tangling": lambda tau: {"values": analysis.tangling(run(tau)).values * tau**2},
    "jpca": lambda tau: {"frequencies": analysis.jpca(run(tau), 4).frequencies * tau},
    "transfer_function": responses,
    "fixed_point_counts": counts,
    "participation_ratio": lambda tau: {"value": analysis.participation_ratio(run(tau)).participation_ratio},
    "population_statistics": lambda tau: {
        "means": analysis.population_statistics(run_of_populations(tau), discard=10.0 * tau).means
    },
    "decoding": decoded,
    "communication": lambda tau: {
        "potent": analysis.communication(run_of_populations(tau), "A", "B", discard=10.0 * tau).potent_shares
    },
    "currents": lambda tau: {"means": analysis.currents(run_of_populations(tau), discard=10.0 * tau).means},
    "variance": lambda tau: {"value": analysis.variance(run(tau))},
    "regime": lambda tau: {"label": analysis.regime(chaotic(tau), run(tau)).label},
}
"""Analysis -> its dimensionless numbers, of a network whose time constant is tau. A new analysis is added by a line."""


TIMES = {"dt", "duration", "discard", "interval", "lag", "longest", "time", "until"}
"""Names of arguments that are times."""


def public_functions():
    for room in (ns, ns.analysis, ns.plotting, ns.theory, ns.trainers):
        for name in room.__all__:
            thing = getattr(room, name)
            if callable(thing):
                yield pytest.param(thing, id=f"{room.__name__.split('.')[-1]}.{name}")


@pytest.mark.parametrize("function", list(public_functions()))
def test_no_public_function_has_a_time_in_a_certain_unit_as_its_default(function):
    """None is resolved from time constants, 0 is the same in any unit."""
    try:
        parameters = inspect.signature(function).parameters
    except ValueError:  # builtins
        return
    for name in TIMES & set(parameters):
        default = parameters[name].default
        assert not isinstance(default, (int, float)) or default == 0, f"{name} = {default}"


@pytest.mark.parametrize("name", ANALYSES)
def test_seconds_and_milliseconds_give_the_same_dimensionless_numbers(name):
    seconds, milliseconds = (ANALYSES[name](tau) for tau in (SECONDS, MILLISECONDS))
    for key, value in seconds.items():
        if np.asarray(value).dtype.kind in "fc":
            np.testing.assert_allclose(value, milliseconds[key], rtol=1e-7, atol=1e-13, err_msg=key)
        else:
            assert np.array_equal(value, milliseconds[key]), key
