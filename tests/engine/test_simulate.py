"""The time loop against the same steps written in NumPy, and what must never change a result."""

import tracemalloc
from multiprocessing import get_all_start_methods, get_context

import numpy as np
import pytest

import neurosim as ns
from neurosim.engine import integrator, pace
from neurosim.errors import (
    InterruptionWarning,
    MemoryLimitError,
    ParameterError,
    ShapeError,
    StabilityError,
    StabilityWarning,
    UnknownKeywordError,
    UnknownNameError,
)
from neurosim.stepping import Stepping
from neurosim.time_constants import time_constants

SIZE = 40


def connectivities():
    """One of each combination of parts that an operator can have."""
    draw = np.random.default_rng(5)
    vectors = draw.normal(size=(SIZE, 3))
    low_rank = ns.LowRank(vectors[:, :2], vectors[:, 1:])
    return {
        "dense": ns.Gaussian(gain=1.5),
        "sparse": ns.Sparse(density=0.1, gain=1.5),
        "low rank": low_rank,
        "dense and low rank": ns.Gaussian(gain=1.2) + low_rank,
        "sparse and low rank": ns.Sparse(density=0.1, gain=1.2) + low_rank,
    }


def euler_in_numpy(network, start, dt, steps, drive=0.0):
    """States, shape (steps + 1, trials, units, variables), by the equations as they are in the docstrings."""
    weights = network.recurrent.dense().astype(np.float64)
    states = [np.asarray(start, np.float64)]
    for _ in range(steps):
        columns = np.moveaxis(states[-1], -1, 0)
        current = network.neuron.rate(*columns) @ weights.T + network.bias + drive
        drift = network.neuron.drift(*columns, current)
        slope = np.stack(drift, axis=-1) if len(columns) > 1 else drift[..., None]
        states.append(states[-1] + dt * slope)
    return np.array(states)


@pytest.mark.parametrize("trials", [1, 3, 4, 9])
@pytest.mark.parametrize("parts", connectivities())
def test_euler_equals_numpy_for_every_kind_of_weights(parts, trials):
    network = ns.Network(ns.LeakyCurrent("tanh"), connectivities()[parts], SIZE, rng=2)
    network = network.replace(bias=np.linspace(-0.5, 0.5, SIZE))
    run = ns.simulate(network, 2.0, 0.1, trials=trials, rng=0)
    expected = euler_in_numpy(network, run.states[:, 0, :, None], 0.1, 20)
    np.testing.assert_allclose(run.states, expected[..., 0].swapaxes(0, 1), atol=1e-12)


@pytest.mark.parametrize(
    "neuron",
    [
        ns.LeakyRate("relu", tau=np.linspace(0.5, 2.0, SIZE)),
        ns.LeakyCurrent(lambda x: x / (1 + np.abs(x)), tau=0.7),
        ns.Adaptive("tanh", strength=np.linspace(0.0, 1.0, SIZE)),
        ns.SynapticDepression("logistic"),
        ns.WilsonCowan(),
    ],
    ids=lambda neuron: type(neuron).__name__,
)
def test_euler_equals_numpy_for_every_neuron(neuron):
    network = ns.Network(neuron, ns.Gaussian(gain=1.5), SIZE, rng=2)
    variables = len(neuron.variables())
    start = np.random.default_rng(1).uniform(0.1, 0.9, (2, SIZE, variables))
    run = ns.simulate(network, 1.0, 0.05, trials=2, initial_state=start)
    expected = np.moveaxis(euler_in_numpy(network, start, 0.05, 20), 0, 1)
    states = run.states if variables > 1 else run.states[..., None]
    np.testing.assert_allclose(states, expected, atol=1e-12)
    np.testing.assert_allclose(run.rates, neuron.rate(*np.moveaxis(expected, -1, 0)), atol=1e-12)


def test_units_in_several_tiles_equal_numpy():
    """1300 units have more than one tile; their sums over tiles must come out as one sum."""
    vectors = np.random.default_rng(0).normal(size=(1300, 2))
    network = ns.Network(
        ns.LeakyCurrent("tanh"), ns.Gaussian(1.5) + ns.LowRank(vectors, vectors), 1300, rng=0
    )
    network = network.replace(readout_weights=np.ones((1, 1300)) / 1300)
    run = ns.simulate(network, 1.0, 0.1, rng=0)
    expected = euler_in_numpy(network, run.states[:, 0, :, None], 0.1, 10)[:, 0, :, 0]
    np.testing.assert_allclose(run.states[0], expected, atol=1e-12)
    np.testing.assert_allclose(run.outputs[0, :, 0], np.tanh(expected).mean(axis=1), atol=1e-13)


def test_float32_follows_float64_to_its_own_rounding():
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=0.9), SIZE, rng=0)
    single = ns.simulate(network.astype("float32"), 5.0, 0.1, "rk4", rng=1)
    double = ns.simulate(network, 5.0, 0.1, "rk4", rng=1)
    assert single.states.dtype == np.float32
    # 50 steps, contracting dynamics: a few roundings of numbers near one
    np.testing.assert_allclose(single.states, double.states, atol=3e-6)


def _big_endian(array):
    return array.astype(">f8")


def _strided(array):
    """View of every second and every third number of a larger array."""
    wide = np.full((*array.shape[:-2], 2 * array.shape[-2], 3 * array.shape[-1]), np.nan)
    wide[..., ::2, ::3] = array
    return wide[..., ::2, ::3]


def _reversed(array):
    """View with negative strides."""
    return array[::-1, ..., ::-1].copy()[::-1, ..., ::-1]


def _read_only(array):
    locked = array.copy()
    locked.setflags(write=False)
    return locked


@pytest.mark.parametrize("scheme", ["euler", "heun", "rk4"])
def test_one_unit_is_a_scalar_equation(scheme):
    """-x + w x + b has the factor of each scheme, its Taylor polynomial of (w - 1) dt."""
    w, b, dt = 0.4, 0.3, 0.1
    network = ns.Network(ns.LeakyCurrent("linear"), ns.Explicit([[w]]), 1, outputs=1, rng=0).replace(bias=[b])
    run = ns.simulate(network, 5.0, dt, scheme, trials=2, initial_state=[2.0])
    z = (w - 1.0) * dt
    order = {"euler": 1, "heun": 2, "rk4": 4}[scheme]
    factor = 1.0 + sum(z**k / np.prod(np.arange(1, k + 1)) for k in range(1, order + 1))
    rest = b / (1.0 - w)
    expected = rest + (2.0 - rest) * factor ** np.arange(51)
    assert run.states.shape == (2, 51, 1)
    # 50 steps, each rounded to 2e-16
    np.testing.assert_allclose(run.states[..., 0], [expected] * 2, rtol=1e-13)
    np.testing.assert_allclose(
        run.outputs, run.rates * network.readout_weights[0, 0] + network.readout_bias, rtol=1e-14
    )


class TestInputs:
    network = ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(0.8), SIZE, inputs=["left", "right"], rng=0)

    def test_array_is_held_during_each_step(self):
        inputs = np.random.default_rng(0).normal(size=(3, 10, 2))
        run = ns.simulate(self.network, 1.0, 0.1, inputs=inputs, trials=3, rng=1)
        state = run.states[:, 0]
        for step in range(10):
            drive = inputs[:, step] @ self.network.input_weights.T
            state = state + 0.1 * (-state + np.tanh(state @ self.network.recurrent.dense().T + drive))
        np.testing.assert_allclose(run.states[:, -1], state, atol=1e-13)
        np.testing.assert_array_equal(run.inputs[:, :10], inputs)

    @pytest.mark.parametrize("scheme", ["euler", "heun", "rk4"])
    def test_constant_in_every_form_is_the_same(self, scheme):
        constant = np.array([0.5, -1.0])
        forms = [constant, np.tile(constant, (20, 1)), np.tile(constant, (5, 20, 1)), lambda _: constant]
        runs = [ns.simulate(self.network, 2.0, 0.1, scheme, inputs=f, trials=5, rng=1) for f in forms]
        for run in runs[1:]:
            np.testing.assert_allclose(run.states, runs[0].states, atol=1e-13)

    def test_arrays_of_any_memory_layout_mean_their_numbers(self):
        values = np.random.default_rng(0).normal(size=(3, 10, 2))
        start = np.random.default_rng(1).normal(size=(3, SIZE))
        expected = ns.simulate(self.network, 1.0, 0.1, inputs=values, trials=3, initial_state=start)
        for given in (_big_endian, _strided, _reversed, np.asfortranarray, _read_only):
            run = ns.simulate(
                self.network, 1.0, 0.1, inputs=given(values), trials=3, initial_state=given(start)
            )
            np.testing.assert_array_equal(run.states, expected.states, err_msg=given.__name__)

    def test_trials_may_differ_in_a_single_step(self):
        values = np.random.default_rng(2).normal(size=(3, 1, 2))
        start = np.full(SIZE, 0.3)
        run = ns.simulate(self.network, 0.1, 0.1, inputs=values, trials=3, initial_state=start)
        for trial, own in zip(run.states, values, strict=True):
            alone = ns.simulate(self.network, 0.1, 0.1, inputs=own, initial_state=start)
            np.testing.assert_allclose(trial, alone.states[0], rtol=1e-13)

    def test_function_may_differ_between_trials(self):
        by_trial = np.array([[1.0, 0.0], [0.0, 1.0]])
        run = ns.simulate(self.network, 1.0, 0.1, inputs=lambda t: by_trial * t, trials=2, rng=1)
        np.testing.assert_allclose(run.inputs[:, -1], by_trial, atol=1e-12)
        assert np.abs(run.states[0, -1] - run.states[1, -1]).max() > 0.01

    @pytest.mark.parametrize(
        ("inputs", "message"),
        [
            (
                np.zeros((10, 3)),
                r"inputs must have shape \(2,\), .* for each of left, right \(got \(10, 3\)\)",
            ),
            (np.zeros((7, 2)), r"one sample for each of the 10 steps of the simulation \(got 7\)"),
            # a sample for the end of the last step would not be used
            (np.zeros((11, 2)), r"one sample for each of the 10 steps of the simulation \(got 11\)"),
            (np.zeros((4, 10, 2)), r"as many trials as the simulation, 3, .*\(got 4\)"),
            (lambda _: np.zeros(3), r"inputs\(0\) must have shape .*\(got \(3,\)\)"),
        ],
    )
    def test_wrong_shapes_are_named(self, inputs, message):
        with pytest.raises(ShapeError, match=message):
            ns.simulate(self.network, 1.0, 0.1, inputs=inputs, trials=3, rng=1)

    @pytest.mark.parametrize("inputs", [np.full((10, 2), np.nan), lambda _: np.array([np.inf, 0.0])])
    def test_values_that_are_not_finite_are_named(self, inputs):
        with pytest.raises(ParameterError, match=r"inputs(\[0, 0\]|\(0\)) must be finite \(got"):
            ns.simulate(self.network, 1.0, 0.1, inputs=inputs, rng=1)

    def test_network_without_channels_takes_none(self):
        network = ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(0.8), 5, rng=0)
        with pytest.raises(ShapeError, match=r"no input channel; declare Network\(\.\.\., inputs=1\)"):
            ns.simulate(network, 1.0, 0.1, inputs=np.zeros((10, 1)))


class TestRecording:
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(1.5), SIZE, outputs=3, rng=0)

    def test_samples_start_with_the_initial_state(self):
        start = np.linspace(-1, 1, SIZE)
        run = ns.simulate(self.network, 1.0, 0.1, initial_state=start)
        np.testing.assert_array_equal(run.states[0, 0], start)
        np.testing.assert_allclose(run.times, np.arange(11) * 0.1)

    @pytest.mark.parametrize("every", [1, 3, 7])
    def test_every_keeps_those_steps(self, every):
        whole = ns.simulate(self.network, 2.0, 0.1, trials=5, rng=1)
        some = ns.simulate(self.network, 2.0, 0.1, trials=5, rng=1, every=every)
        np.testing.assert_array_equal(some.states, whole.states[:, ::every])
        np.testing.assert_array_equal(some.outputs, whole.outputs[:, ::every])
        np.testing.assert_allclose(some.times, whole.times[::every])

    def test_units_keeps_those_units(self):
        whole = ns.simulate(self.network, 2.0, 0.1, rng=1)
        some = ns.simulate(self.network, 2.0, 0.1, rng=1, units=[7, 3])
        np.testing.assert_array_equal(some.states, whole.states[:, :, [7, 3]])
        np.testing.assert_array_equal(some.rates, whole.rates[:, :, [7, 3]])
        np.testing.assert_array_equal(some.outputs, whole.outputs)

    def test_parameters_of_recorded_units_go_with_them(self):
        neuron = ns.LeakyCurrent(ns.neurons.ThresholdPowerLaw(gain=np.arange(1.0, SIZE + 1)))
        network = ns.Network(neuron, ns.Gaussian(0.01), SIZE, rng=0)
        some = ns.simulate(network, 0.5, 0.1, rng=1, units=[9])
        np.testing.assert_allclose(some.rates, 10.0 * np.maximum(some.states, 0.0) ** 2, rtol=1e-14)

    def test_rates_take_no_more_memory_than_they_hold(self):
        run = ns.simulate(self.network, 200.0, 0.1, rng=1)
        _ = ns.simulate(self.network, 1.0, 0.1, rng=1).rates  # compiles
        tracemalloc.start()
        rates = run.rates
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert peak < 1.2 * rates.nbytes

    @pytest.mark.parametrize("readout", ["linear", "logistic", "softmax"])
    def test_outputs_are_the_readout_of_the_rates(self, readout):
        network = self.network.replace(readout=readout, readout_bias=np.array([0.1, 0.0, -0.1]))
        run = ns.simulate(network, 1.0, 0.1, trials=6, rng=1)
        weighted = run.rates @ network.readout_weights.T + network.readout_bias
        exponential = np.exp(weighted)
        expected = {
            "linear": weighted,
            "logistic": 1 / (1 + 1 / exponential),
            "softmax": exponential / exponential.sum(axis=-1, keepdims=True),
        }
        np.testing.assert_allclose(run.outputs, expected[readout], atol=1e-13)

    def test_what_was_not_recorded_is_an_error_that_says_how(self):
        run = ns.simulate(self.network, 1.0, 0.1, rng=1, record="outputs")
        with pytest.raises(
            ParameterError, match=r"states were not recorded .* simulate with 'states' in record="
        ):
            _ = run.states
        with pytest.raises(ParameterError, match="rates were not recorded"):
            _ = run.rates
        assert run.outputs.shape == (1, 11, 3)

    def test_recording_that_cannot_fit_says_its_size_before_it_starts(self):
        with pytest.raises(MemoryLimitError, match=r"recording .* samples would take .* GB; .* every="):
            ns.simulate(self.network, 1e12, 0.1)


def noisy_states():
    """States of nine trials in two threads, for another process to compute."""
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(1.5), 200, rng=0)
    noise = ns.OrnsteinUhlenbeck(0.3, tau_noise=0.5)
    return ns.simulate(network, 2.0, 0.1, "heun", trials=9, noise=noise, rng=1, threads=2).states


class TestSameBits:
    """Nothing but the seed decides the numbers."""

    noise = pytest.mark.parametrize(
        "noise",
        [None, ns.WhiteNoise(0.3), ns.OrnsteinUhlenbeck(0.3, tau_noise=0.5)],
        ids=["none", "white", "colored"],
    )

    @noise
    def test_threads_do_not_change_the_result_of_many_trials(self, noise):
        network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(1.5), 800, outputs=1, rng=0)
        runs = [
            ns.simulate(network, 4.0, 0.1, "heun", trials=9, noise=noise, rng=1, threads=k) for k in (1, 2)
        ]
        np.testing.assert_array_equal(runs[0].states, runs[1].states)
        np.testing.assert_array_equal(runs[0].outputs, runs[1].outputs)

    @noise
    @pytest.mark.parametrize("scheme", ["euler", "rk4"])
    @pytest.mark.parametrize("size", [450, 600, 1300])
    def test_one_trial_on_several_threads_has_the_same_bits(self, noise, scheme, size, monkeypatch):
        network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(1.5), size, outputs=1, rng=0)
        kernels = []

        def run(*, divided):
            def choose(pace, remaining):
                kernels.append((divided, pace.may_divide))
                return min(remaining, 30), divided

            monkeypatch.setattr(pace.Pace, "choose", choose)
            return ns.simulate(network, 6.0, 0.1, scheme, noise=noise, rng=1, threads=2)

        alone, together = run(divided=False), run(divided=True)
        assert kernels == [(False, True)] * 2 + [(True, True)] * 2
        np.testing.assert_array_equal(alone.states, together.states)
        np.testing.assert_array_equal(alone.outputs, together.outputs)

    @pytest.mark.parametrize("size", [10, 449])
    def test_a_network_of_one_tile_runs_on_one_thread(self, size, monkeypatch):
        monkeypatch.setattr(pace, "WORTH_SECONDS", 0.0)
        monkeypatch.setattr(pace, "CHUNK_SECONDS", 1e-9)
        asked = []
        choose = pace.Pace.choose
        monkeypatch.setattr(pace.Pace, "choose", lambda *its: asked.append(choose(*its)) or asked[-1])
        ns.simulate(ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(1.5), size, rng=0), 1.0, 0.1, threads=2)
        assert asked == [(1, False)] * 10

    @noise
    @pytest.mark.parametrize("every", [1, 3, 4, 7])
    def test_resumed_run_equals_the_uninterrupted_one(self, noise, every):
        network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(1.5), SIZE, outputs=2, rng=0)
        arguments = {"trials": 5, "noise": noise, "every": every, "rng": 1}
        whole = ns.simulate(network, 6.0, 0.1, "rk4", **arguments)
        parts = ns.resume(ns.resume(ns.simulate(network, 1.3, 0.1, "rk4", **arguments), 2.0), 6.0)
        np.testing.assert_array_equal(parts.states, whole.states)
        np.testing.assert_array_equal(parts.outputs, whole.outputs)
        np.testing.assert_array_equal(parts.times, whole.times)

    @noise
    def test_chunks_do_not_change_the_result(self, noise, monkeypatch):
        network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(1.5), SIZE, inputs=1, rng=0)
        arguments = {"noise": noise, "rng": 1, "inputs": lambda t: np.array([np.sin(t)])}
        whole = ns.simulate(network, 5.0, 0.1, **arguments)
        monkeypatch.setattr(pace, "CHUNK_SECONDS", 0.0)
        steps = ns.simulate(network, 5.0, 0.1, **arguments)
        np.testing.assert_array_equal(steps.states, whole.states)

    @pytest.mark.parametrize("method", [m for m in ("spawn", "fork") if m in get_all_start_methods()])
    @pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
    def test_another_process_finds_the_same_bits(self, method):
        here = noisy_states()  # the threads of this process run by now, which a forked child does not have
        with get_context(method).Pool(1) as pool:
            there = pool.apply_async(noisy_states).get(timeout=300)
        np.testing.assert_array_equal(there, here)

    def test_same_seed_same_bits_another_seed_others(self):
        network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(1.5), SIZE, rng=0)
        first, again, other = (
            ns.simulate(network, 1.0, 0.1, noise=ns.WhiteNoise(), rng=k) for k in (1, 1, 2)
        )
        np.testing.assert_array_equal(first.states, again.states)
        assert not np.any(first.states == other.states)

    def test_a_trial_does_not_depend_on_how_many_there_are(self):
        network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(0.9), SIZE, rng=0)
        few, many = (ns.simulate(network, 2.0, 0.1, noise=ns.WhiteNoise(), trials=n, rng=1) for n in (2, 6))
        np.testing.assert_allclose(few.states, many.states[:2], atol=1e-13)


class TestInterruption:
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(1.5), SIZE, outputs=1, rng=0)

    @pytest.mark.parametrize("noise", [None, ns.OrnsteinUhlenbeck(0.3)])
    def test_ctrl_c_keeps_what_was_done_and_resume_finishes_it(self, noise, monkeypatch):
        whole = ns.simulate(self.network, 500.0, 0.1, noise=noise, rng=1, trials=9)
        advance, calls = integrator.Integrator.advance, []

        def interrupted(self, steps):
            advance(self, steps)
            calls.append(steps)
            if len(calls) == 2:
                raise KeyboardInterrupt

        monkeypatch.setattr(integrator.Integrator, "advance", interrupted)
        monkeypatch.setattr(pace, "CHUNK_SECONDS", 0.0)
        with pytest.warns(
            InterruptionWarning, match=r"stopped by Ctrl-C at step 2 of 5000; ns\.resume\(run\)"
        ):
            part = ns.simulate(self.network, 500.0, 0.1, noise=noise, rng=1, trials=9)
        assert not part.complete
        assert part.times[-1] == pytest.approx(0.2)
        np.testing.assert_array_equal(part.states, whole.states[:, :3])
        monkeypatch.undo()
        finished = ns.resume(part)
        np.testing.assert_array_equal(finished.states, whole.states)
        np.testing.assert_array_equal(finished.outputs, whole.outputs)
        assert finished.complete

    def test_resume_into_the_past_is_refused(self):
        run = ns.simulate(self.network, 2.0, 0.1, rng=1)
        with pytest.raises(
            ParameterError, match=r"duration must be at least that of the run, 2 \(got 1\.0\)"
        ):
            ns.resume(run, 1.0)


class TestInitialState:
    network = ns.Network(ns.Adaptive(), ns.Gaussian(1.5), SIZE, rng=0)

    def test_drawn_first_variable_is_standard_normal_and_the_others_rest(self):
        run = ns.simulate(self.network, 0.1, 0.1, trials=400, rng=1)
        drawn = run.states[:, 0, :, 0]
        # 16,000 numbers: standard errors of mean and deviation are 0.008 and 0.006
        assert abs(drawn.mean()) < 0.04
        assert abs(drawn.std() - 1.0) < 0.03
        assert not run.states[:, 0, :, 1].any()

    def test_network_may_have_its_own(self):
        start = np.random.default_rng(0).normal(size=(SIZE, 2))
        run = ns.simulate(self.network.replace(initial_state=start), 0.1, 0.1, trials=3)
        np.testing.assert_array_equal(run.states[:, 0], np.stack([start] * 3))

    def test_resting_variables_start_at_rest(self):
        network = ns.Network(ns.SynapticDepression(), ns.Gaussian(0.5), 5, rng=0)
        assert (ns.simulate(network, 0.1, 0.1, rng=0).states[0, 0, :, 1] == 1.0).all()

    @pytest.mark.parametrize("shape", [(SIZE,), (3, SIZE), (SIZE + 1, 2), (4, SIZE, 2)])
    def test_wrong_shape_is_named(self, shape):
        with pytest.raises(ShapeError, match=r"initial_state must have shape \(40, 2\) or \(3, 40, 2\)"):
            ns.simulate(self.network, 0.1, 0.1, trials=3, initial_state=np.zeros(shape))

    def test_nan_is_named(self):
        start = np.zeros((SIZE, 2))
        start[4, 1] = np.nan
        with pytest.raises(ParameterError, match=r"initial_state\[4, 1\] must be finite \(got nan\)"):
            ns.simulate(self.network, 0.1, 0.1, initial_state=start)


class TestStability:
    @pytest.mark.parametrize("scheme", ["euler", "rk4"])
    def test_divergence_names_step_trial_and_unit(self, scheme):
        """The rate overflows; only the third unit of the second trial starts there."""
        network = ns.Network(ns.LeakyCurrent(lambda x: x**3), ns.Explicit(5.0 * np.eye(4)), 4, rng=0)
        start = np.zeros((2, 4))
        start[1, 2] = 3.0
        with pytest.raises(
            StabilityError, match=r"at step \d+ \(t = .*\), trial 1, unit 2; take a smaller dt"
        ) as caught:
            ns.simulate(network, 100.0, 0.1, scheme, trials=2, initial_state=start)
        step = int(str(caught.value).split("at step ")[1].split()[0])
        until = ns.simulate(network, (step - 1) * 0.1, 0.1, scheme, trials=2, initial_state=start)
        assert np.isfinite(until.states).all()

    def test_step_longer_than_tau_is_a_warning_that_says_why(self):
        network = ns.Network(ns.LeakyCurrent("tanh", tau=0.5), ns.Gaussian(0.5), 5, rng=0)
        with pytest.warns(
            StabilityWarning, match=r"dt = 0\.8 is longer than the fastest time constant .*, 0\.5"
        ):
            ns.simulate(network, 4.0, 0.8, rng=0)


class TestBadArguments:
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(1.0), 5, rng=0)

    @pytest.mark.parametrize("name", ["duration", "dt"])
    @pytest.mark.parametrize("value", [0.0, -1.0, np.nan, np.inf, "long"])
    def test_duration_and_dt_are_positive_numbers(self, name, value):
        arguments = {"duration": 1.0, "dt": 0.1, name: value}
        with pytest.raises(ParameterError, match=rf"{name} must be (positive|finite|a real number) \(got"):
            ns.simulate(self.network, **arguments)

    @pytest.mark.parametrize("name", ["trials", "every"])
    @pytest.mark.parametrize("value", [0, -1, 1.5, True])
    def test_counts_are_whole(self, name, value):
        with pytest.raises(ParameterError, match=rf"{name} must be .*\(got {value}\)"):
            ns.simulate(self.network, 1.0, 0.1, **{name: value})

    @pytest.mark.parametrize(
        ("arguments", "error", "message"),
        [
            (
                {"duration": 1.05},
                ParameterError,
                r"duration must be a whole number of steps of dt = 0\.1 \(got 1\.05\)",
            ),
            ({"record": "spikes"}, UnknownNameError, r"record = 'spikes' is unknown"),
            ({"record": ["state"]}, UnknownNameError, r"Did you mean 'states'"),
            (
                {"units": [5]},
                ParameterError,
                r"units must be indices from 0 to 4 \(got \[5\]\)",
            ),
            ({"units": [0.5]}, ParameterError, r"units must be indices of units \(got \[0\.5\]\)"),
            (
                {"noise": 0.1},
                ParameterError,
                r"noise must be a WhiteNoise or .*\(got 0\.1\); try ns\.WhiteNoise",
            ),
            ({"rng": -1}, ParameterError, r"rng must be an int of at least 0.*got -1"),
            ({"threads": 0}, ParameterError, r"threads must be at least 1 \(got 0\)"),
            (
                {"schem": "rk4"},
                UnknownKeywordError,
                r"simulate\(\) takes no keyword 'schem'\. Did you mean 'scheme'",
            ),
        ],
    )
    def test_each_names_argument_value_and_remedy(self, arguments, error, message):
        with pytest.raises(error, match=message):
            ns.simulate(self.network, **{"duration": 1.0, "dt": 0.1, **arguments})

    def test_something_else_than_a_network(self):
        with pytest.raises(ParameterError, match=r"network must be a Network \(got a str\)"):
            ns.simulate("net", 1.0, 0.1)


def test_a_number_is_the_input_of_a_single_channel():
    network = ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(0.8), SIZE, inputs=1, rng=0)
    runs = [ns.simulate(network, 1.0, 0.1, inputs=given, rng=1) for given in (5.0, np.full((10, 1), 5.0))]
    np.testing.assert_allclose(runs[0].states, runs[1].states, atol=1e-13)


class TestDefaults:
    """What `simulate` takes from the network when it is not told."""

    bare = ns.Network(ns.Adaptive(tau=2.0, tau_adaptation=50.0), ns.Gaussian(1.5), SIZE, inputs=1, rng=0)
    map = ns.Network(
        ns.LeakyRate("tanh"),
        ns.Gaussian(1.5),
        SIZE,
        stepping=Stepping(dt=1.0, noise=ns.WhiteNoise(0.1)),
        rng=0,
    )

    def test_dt_is_a_tenth_of_the_fastest_time_constant_and_the_result_says_so(self):
        run = ns.simulate(self.bare, 10.0, rng=1)
        longest = time_constants(self.bare).fastest / 10
        assert 0.5 * longest < run.settings.dt <= longest
        assert run.times[-1] == pytest.approx(10.0)
        assert run.settings.dt_source == "a tenth of the fastest time constant"
        assert "(a tenth of the fastest time constant)" in repr(run)

    def test_dt_divides_any_duration(self):
        for duration in (0.01, 0.2, 0.37, 7.77):
            run = ns.simulate(self.bare, duration, rng=1)
            assert run.times[-1] == pytest.approx(duration, rel=1e-12)

    def test_a_given_dt_is_not_announced(self):
        run = ns.simulate(self.bare, 1.0, 0.1, rng=1)
        assert run.settings.dt_source == "given"
        assert "dt" not in repr(run)

    def test_stepping_of_the_network_is_the_default(self):
        run, told = (
            ns.simulate(self.map, 20.0, rng=1),
            ns.simulate(self.map, 20.0, 1.0, "euler", noise=ns.WhiteNoise(0.1), rng=1),
        )
        np.testing.assert_array_equal(run.states, told.states)
        assert run.settings.dt_source == "Network.stepping"

    def test_noise_none_is_without_noise(self):
        run = ns.simulate(self.map, 20.0, noise=None, rng=1)
        bare = ns.simulate(self.map.replace(stepping=None), 20.0, 1.0, rng=1)
        np.testing.assert_array_equal(run.states, bare.states)

    @pytest.mark.parametrize(
        ("arguments", "trials"),
        [
            ({"inputs": np.ones((3, 10, 1))}, 3),
            ({"inputs": np.ones((10, 1))}, 1),
            ({"initial_state": np.zeros((4, SIZE, 2))}, 4),
            ({"initial_state": np.zeros((SIZE, 2))}, 1),
            ({}, 1),
        ],
    )
    def test_trials_are_as_many_as_inputs_or_states_have(self, arguments, trials):
        assert len(ns.simulate(self.bare, 1.0, 0.1, **arguments).states) == trials

    def test_inputs_of_another_number_of_trials_are_refused(self):
        with pytest.raises(ShapeError, match=r"as many trials as the simulation, 2, .*\(got 3\)"):
            ns.simulate(self.bare, 1.0, 0.1, inputs=np.ones((3, 10, 1)), trials=2)

    def test_trials_of_different_length_are_refused_with_a_remedy(self):
        ragged = [np.ones((10, 1)), np.ones((7, 1))]
        with pytest.raises(ShapeError, match=r"got 7 to 10\); pad to one length and give a mask"):
            ns.simulate(self.bare, 1.0, 0.1, inputs=ragged)
        with pytest.raises(ShapeError, match=r"got 7 to 10\); pad to one length and give a mask"):
            ns.simulate(self.bare, 1.0, 0.1, inputs=ragged, trials=2)
