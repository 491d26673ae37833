"""How a network is meant to be stepped: checked, kept by replace and astype, saved, and compared."""

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import ParameterError, ShapeError, UnknownNameError
from neurosim.stepping import Stepping

NOISY = Stepping(dt=20.0, scheme="heun", noise=ns.WhiteNoise(density=0.1, target="input"))


def network(stepping, size=5):
    return ns.Network(ns.LeakyRate("tanh", tau=100.0), ns.Gaussian(), size, stepping=stepping, rng=0)


def test_stepping_is_kept_by_replace_and_astype_and_can_be_changed():
    made = network(NOISY)
    assert made.stepping == NOISY
    assert made.replace(bias=np.ones(5)).stepping == made.astype("float32").stepping == NOISY
    assert made.replace(stepping=None).stepping is None
    assert network(None).replace(stepping=NOISY).equals(made)


def test_stepping_is_part_of_what_makes_two_networks_equal():
    assert not network(NOISY).equals(network(NOISY.replace(dt=10.0)))
    assert not network(NOISY).equals(network(None))


def test_stepping_survives_saving_and_loading(tmp_path):
    made = network(NOISY)
    made.save(tmp_path / "network.npz")
    loaded = ns.load(tmp_path / "network.npz")
    assert loaded.stepping == NOISY
    assert loaded.equals(made)


def test_repr_says_how_a_network_is_stepped():
    assert repr(network(Stepping(dt=1.0))).endswith("size=5, stepping=Stepping(dt=1.0))")
    assert "stepping" not in repr(network(None))


@pytest.mark.parametrize(
    ("fields", "error", "message"),
    [
        ({"dt": 0.0}, ParameterError, r"Stepping.dt must be positive \(got 0.0\)"),
        (
            {"dt": 0.1, "scheme": "rk5"},
            UnknownNameError,
            "Stepping.scheme = 'rk5' is unknown. Did you mean 'rk4'",
        ),
        ({"dt": 0.1, "noise": 0.3}, ParameterError, r"Stepping.noise must be a Noise or None \(got 0.3\)"),
    ],
)
def test_impossible_stepping_is_refused_by_name(fields, error, message):
    with pytest.raises(error, match=message):
        Stepping(**fields)


def test_network_refuses_a_stepping_that_does_not_fit():
    with pytest.raises(ParameterError, match=r"stepping must be a Stepping or None \(got 0.1\)"):
        network(0.1)
    noise = ns.WhiteNoise(density=np.ones(4))
    with pytest.raises(ShapeError, match=r"stepping.noise.density must be .*\(5,\) \(got shape \(4,\)\)"):
        network(Stepping(dt=1.0, noise=noise))
