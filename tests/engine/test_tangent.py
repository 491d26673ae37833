"""Tangent vectors against finite differences of the time loop itself."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.engine.schemes import SCHEMES
from neurosim.engine.tangent import Tangent

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
def test_orthonormalisation_is_the_qr_decomposition(count):
    tangent = Tangent(ns.Network(ns.LeakyCurrent(), ns.Gaussian(), 60, rng=0), count, 0.1, SCHEMES["rk4"], 2)
    columns = np.random.default_rng(3).normal(size=(60, count))
    tangent.vectors = columns
    growth = tangent.orthonormalise()
    frame, triangle = np.linalg.qr(columns)
    signs = np.sign(np.diag(triangle))
    np.testing.assert_allclose(growth, np.abs(np.diag(triangle)), rtol=1e-11)
    np.testing.assert_allclose(tangent.vectors, frame * signs, atol=1e-10)
