"""Declarations as plain data: exact round trips, and errors that say where."""

import json

import numpy as np
import pytest

import neurosim as ns
from neurosim.connectivity import Explicit, GaussianLowRank, LowRank, RowBalanced, Sparse
from neurosim.errors import ParameterError, ShapeError, UnknownKeywordError, UnknownNameError
from neurosim.neurons import ThresholdPowerLaw
from neurosim.serialization import from_dict, to_dict
from neurosim.trainers import L2, Adam, CosineDecay, Curriculum

DECLARATIONS = [
    ns.LeakyCurrent("relu", tau=20.0),
    ns.LeakyRate(ThresholdPowerLaw(gain=1 / 3, exponent=1.5), tau=[1.0, 2.0]),
    ns.SynapticDepression(release=0.1 + 0.2),
    ns.Gaussian(gain=1.5, self_connections=False),
    ns.Gaussian(gain=2.0) + ns.Coherent(strength=[0.5, 1e-300]) - 0.1 * ns.Orthogonal(),
    0.5 * (ns.Gaussian() + GaussianLowRank(rank=2, overlap=np.diag([0.1, 0.2]))),
    RowBalanced(Sparse(density=0.1) + ns.Gaussian(), mode=np.arange(4)),
    LowRank(np.arange(3), np.ones(3)),
    Explicit(np.array([[0.0, 1 / 3], [1.0, 0.0]])),
    ns.WhiteNoise(density=0.1, target="input", shared=True),
    ns.OrnsteinUhlenbeck(std=[0.1, 0.2]),
    ns.tasks.FlipFlop(bits=2),
    ns.BPTT(
        optimizer=Adam(CosineDecay(1e-3)),
        penalties=(L2(1e-3, "recurrent"),),
        curriculum=Curriculum((ns.tasks.And(),)),
    ),
    ns.BPTT(clipping=None, noise=ns.WhiteNoise(density=0.1), train=("recurrent",)),
]


@pytest.mark.parametrize("declaration", DECLARATIONS, ids=repr)
def test_a_description_survives_json_and_makes_an_equal_declaration(declaration):
    text = json.dumps(to_dict(declaration))
    assert from_dict(declaration.kind, json.loads(text)) == declaration


def test_every_field_is_described_so_that_later_defaults_change_nothing():
    assert to_dict(ns.Gaussian()) == {"type": "Gaussian", "gain": 1.0, "self_connections": True}
    assert to_dict(ns.Coherent()) == {"type": "Coherent", "strength": 0.5}


def test_the_word_none_is_none_where_that_may_be():
    assert to_dict(ns.BPTT(clipping=None))["clipping"] == "none"
    assert from_dict("trainer", {"type": "BPTT", "clipping": "none", "truncate": "none"}).clipping is None
    assert from_dict("trainer", {"type": "BPTT", "checkpoint": "none"}).checkpoint == "none"


def test_a_list_of_connectivities_is_their_sum():
    terms = [{"type": "Gaussian", "gain": 2.0}, {"type": "Coherent"}]
    assert from_dict("connectivity", terms) == ns.Gaussian(gain=2.0) + ns.Coherent()
    assert from_dict("connectivity", {"type": "Sum", "terms": terms}) == ns.Gaussian(gain=2.0) + ns.Coherent()
    scaled = {"type": "Scaled", "factor": 2.0, "connectivity": terms}
    assert from_dict("connectivity", scaled) == 2.0 * (ns.Gaussian(gain=2.0) + ns.Coherent())


GAUSSIAN = {"type": "Gaussian"}


@pytest.mark.parametrize(
    ("kind", "description", "error", "message"),
    [
        (
            "neurons",
            {"type": "LeakyCurent"},
            UnknownNameError,
            "neuron.type = 'LeakyCurent' .* mean 'LeakyCurrent'",
        ),
        (
            "neurons",
            {"type": "LeakyRate", "taw": 1},
            UnknownKeywordError,
            "neuron.taw: .* Did you mean 'tau'",
        ),
        (
            "neurons",
            {"type": "LeakyRate", "tau": "x"},
            ParameterError,
            "neuron: LeakyRate.tau must be an array",
        ),
        ("neurons", {"type": "LeakyRate", "activation": "tahn"}, UnknownNameError, "neuron: .* mean 'tanh'"),
        ("neurons", {"tau": 1.0}, ParameterError, "neuron must name a class"),
        ("neurons", [], ParameterError, r"neuron must be a mapping \(got \[\]\)"),
        ("neurons", {"type": "Gaussian"}, UnknownNameError, "neuron.type = 'Gaussian' is unknown"),
        (
            "neurons",
            {"type": "LeakyRate", "activation": {"type": "ThresholdPowrLaw"}},
            UnknownNameError,
            "neuron.activation.type = 'ThresholdPowrLaw' is unknown. Did you mean 'ThresholdPowerLaw'",
        ),
        ("connectivity", "Gaussian", ParameterError, "connectivity must be a mapping or a list of mappings"),
        ("connectivity", [], ParameterError, r"connectivity must have at least one connectivity"),
        ("connectivity", [GAUSSIAN, "x"], ParameterError, r"connectivity\[1\] must name a class \(got 'x'\)"),
        ("connectivity", [GAUSSIAN, {"type": "Sparse"}], ParameterError, r"\[1\]: Sparse needs 'density'"),
        (
            "connectivity",
            {"type": "RowBalanced", "connectivity": [GAUSSIAN, {"type": "Gausian"}]},
            UnknownNameError,
            r"connectivity\.connectivity\[1\]\.type = 'Gausian' is unknown. Did you mean 'Gaussian'",
        ),
        (
            "connectivity",
            {"type": "RowBalanced", "connectivity": {"type": "LeakyRate"}},
            UnknownNameError,
            r"connectivity\.connectivity\.type = 'LeakyRate' is unknown",
        ),
        (
            "connectivity",
            [{"type": "LowRank", "left": [[1, 2]], "right": [1]}],
            ShapeError,
            r"connectivity\[0\]: LowRank.left and right must",
        ),
        ("wires", GAUSSIAN, UnknownNameError, "kind = 'wires' is unknown"),
    ],
)
def test_errors_say_where_and_what_to_write(kind, description, error, message):
    with pytest.raises(error, match=message):
        from_dict(kind, description)


@pytest.mark.parametrize(
    ("declaration", "message"),
    [
        (ns.LeakyCurrent(np.tanh), "LeakyCurrent.activation must be .*to be written as text"),
        (
            2.0 * Explicit(Sparse(density=0.1).build(8, np.random.default_rng(0))),
            "Scaled.connectivity.weights must be .*to be written as text .*Operator",
        ),
    ],
)
def test_values_without_a_text_form_are_refused_by_their_place(declaration, message):
    with pytest.raises(ParameterError, match=message):
        to_dict(declaration)
