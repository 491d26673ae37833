"""Tangent vectors against finite differences of the time loop itself."""

import dataclasses

import numpy as np
import pytest

import neurosim as ns
from neurosim.engine.inputs import Inputs
from neurosim.engine.noise_arrays import stationary_noise
from neurosim.engine.tangent import Drive, Tangent
from neurosim.schemes import SCHEMES

SIZE = 24
VECTORS = np.random.default_rng(5).normal(size=(SIZE, 2))
NETWORKS = {
    "dense": ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(1.5), SIZE, rng=0),
    "sparse and low rank": ns.Network(
        ns.LeakyRate("softplus"), ns.Sparse(0.1) + ns.LowRank(VECTORS, VECTORS), SIZE, rng=0
    ),
    "low rank": ns.Network(ns.LeakyCurrent("tanh"), ns.LowRank(VECTORS, VECTORS), SIZE, rng=0),
    "two variables": ns.Network(
        ns.Adaptive("tanh", tau=np.linspace(0.8, 1.2, SIZE)), ns.Gaussian(1.5), SIZE, rng=0
    ),
}


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", NETWORKS)
def test_tangent_is_the_derivative_of_the_discrete_flow(name, scheme, threads):
    network = NETWORKS[name].replace(bias=np.linspace(-0.3, 0.3, SIZE))
    draw = np.random.default_rng(1)
    variables = len(network.neuron.variables())
    start = draw.normal(size=(SIZE, variables))
    columns = draw.normal(size=(SIZE * variables, 8))
    tangent = Tangent(network, 8, 0.1, SCHEMES[scheme], threads)
    tangent.state, tangent.vectors = start, columns
    tangent.advance(7)

    def final(direction, size):
        moved = start + size * direction.reshape(variables, SIZE).T
        return ns.simulate(network, 0.7, 0.1, scheme, initial_state=moved).final_state[0].T.ravel()

    # central differences: error about size² in the third derivative, and 1e-16 / size in rounding
    expected = np.array([(final(v, 1e-5) - final(v, -1e-5)) / 2e-5 for v in columns.T]).T
    np.testing.assert_allclose(tangent.vectors, expected, atol=2e-8)
    np.testing.assert_allclose(tangent.state.T.ravel(), final(columns[:, 0], 0.0), atol=1e-13)


def test_several_tiles_give_the_product_with_the_jacobian():
    """One Euler step over 1300 units moves a vector by dt J v."""
    vectors = np.random.default_rng(0).normal(size=(1300, 1))
    network = ns.Network(
        ns.LeakyCurrent("tanh"), ns.Gaussian(1.5) + ns.LowRank(vectors, vectors), 1300, rng=0
    )
    state = np.random.default_rng(1).normal(size=(1300, 1))
    columns = np.random.default_rng(2).normal(size=(1300, 3))
    tangent = Tangent(network, 3, 0.1, SCHEMES["euler"], 1)
    tangent.state, tangent.vectors = state, columns
    tangent.advance(1)
    np.testing.assert_allclose(
        tangent.vectors, columns + 0.1 * network.jacobian(state[:, 0]) @ columns, atol=1e-12
    )


def test_vectors_come_back_as_they_were_given():
    tangent = Tangent(NETWORKS["two variables"], 7, 0.1, SCHEMES["rk4"], 3)
    columns = np.random.default_rng(2).normal(size=(2 * SIZE, 7))
    tangent.vectors = columns
    np.testing.assert_array_equal(tangent.vectors, columns)


@pytest.mark.parametrize("count", [1, 7, 60])
def test_orthonormalization_is_the_qr_decomposition(count):
    tangent = Tangent(ns.Network(ns.LeakyCurrent(), ns.Gaussian(), 60, rng=0), count, 0.1, SCHEMES["rk4"], 2)
    columns = np.random.default_rng(3).normal(size=(60, count))
    tangent.vectors = columns
    growth = tangent.orthonormalize()
    frame, triangle = np.linalg.qr(columns)
    signs = np.sign(np.diag(triangle))
    np.testing.assert_allclose(growth, np.abs(np.diag(triangle)), rtol=1e-11)
    np.testing.assert_allclose(tangent.vectors, frame * signs, atol=1e-10)


NOISES = {
    "white on the state": ns.WhiteNoise(0.3),
    "white in the input": ns.WhiteNoise(0.3, target="input", shared=True),
    "colored": ns.OrnsteinUhlenbeck(0.5, tau_noise=0.7),
}


def driven(name, inputs, noise):
    network = NETWORKS[name].replace(input_weights=np.random.default_rng(8).normal(size=(SIZE, 2)))
    start = np.random.default_rng(1).normal(size=(SIZE, len(network.neuron.variables())))
    return network, start, {"inputs": inputs, "noise": noise, "rng": 3}


@pytest.mark.parametrize(
    ("name", "noise", "scheme"),
    [
        ("dense", "colored", "rk4"),
        ("sparse and low rank", "white in the input", "euler"),
        ("two variables", "white on the state", "heun"),
    ],
)
def test_a_driven_trajectory_is_the_simulated_one_and_its_tangent_the_derivative(name, scheme, noise):
    """Inputs and noise of a simulation are frozen: the same for every displaced start."""
    samples = np.random.default_rng(2).normal(size=(12, 2))
    network, start, drive = driven(name, samples, NOISES[noise])
    variables = len(network.neuron.variables())
    columns = np.random.default_rng(4).normal(size=(SIZE * variables, 8))

    def simulated(moved, steps):
        return ns.simulate(network, 0.1 * steps, 0.1, scheme, initial_state=moved, **drive)

    drive["inputs"] = samples[:5]
    before = simulated(start, 5)
    drive["inputs"] = samples
    seed = ns.randomness.seed_sequence(3)
    tangent = Tangent(
        network,
        8,
        0.1,
        SCHEMES[scheme],
        2,
        drive=Drive(Inputs(samples, network, 1, 0.1, 12), NOISES[noise], seed),
    )
    tangent.state, tangent.step = before.final_state[0], before.step
    if before.final_noise is not None:
        tangent.colored_noise = before.final_noise[0]
    tangent.vectors = columns
    tangent.advance(3)
    tangent.advance(4)
    assert tangent.step == 12
    np.testing.assert_allclose(tangent.state, simulated(start, 12).final_state[0], atol=1e-13)

    def final(direction, size):
        moved = before.final_state[0] + size * direction.reshape(variables, SIZE).T
        copy = dataclasses.replace(before, final_state=moved[None])
        return ns.resume(copy, 1.2, inputs=samples).final_state[0].T.ravel()

    expected = np.array([(final(v, 1e-5) - final(v, -1e-5)) / 2e-5 for v in columns.T]).T
    np.testing.assert_allclose(tangent.vectors, expected, atol=2e-8)


def test_inputs_as_a_function_are_taken_at_every_stage():
    network, start, _ = driven("dense", None, None)

    def inputs(time):
        return [np.sin(5.0 * time), np.cos(3.0 * time)]

    seed = ns.randomness.seed_sequence(3)
    drive = Drive(Inputs(inputs, network, 1, 0.1, 20), NOISES["colored"], seed)
    tangent = Tangent(network, 1, 0.1, SCHEMES["rk4"], 1, drive=drive)
    tangent.state = start
    tangent.colored_noise = stationary_noise(NOISES["colored"], seed, 1, SIZE)[0]
    tangent.advance(20)
    run = ns.simulate(network, 2.0, 0.1, "rk4", inputs, initial_state=start, noise=NOISES["colored"], rng=3)
    np.testing.assert_allclose(tangent.state, run.final_state[0], atol=1e-13)


def test_a_constant_input_over_several_tiles():
    network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(1.5), 1300, inputs=1, rng=0)
    start = np.random.default_rng(1).normal(size=(1300, 1))
    noise, seed = ns.WhiteNoise(0.2, target="input"), ns.randomness.seed_sequence(3)
    tangent = Tangent(
        network, 1, 0.1, SCHEMES["heun"], 1, drive=Drive(Inputs(0.4, network, 1, 0.1, 6), noise, seed)
    )
    tangent.state = start
    tangent.advance(6)
    run = ns.simulate(network, 0.6, 0.1, "heun", 0.4, initial_state=start, noise=noise, rng=3)
    np.testing.assert_allclose(tangent.state, run.final_state[0], atol=1e-13)
