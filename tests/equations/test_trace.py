"""From methods to equations: names, nesting, derivatives by parameters, and errors that name the method."""

# ruff: noqa: ARG002, ARG005  (the arguments of drift and rate are the state variables, used or not)

from dataclasses import dataclass, field, make_dataclass

import numpy as np
import pytest
from numpy.testing import assert_allclose

from neurosim.declaration import Declaration, Parameter
from neurosim.equations import evaluate, formula, parameter_values, trace
from neurosim.equations.source import module_functions
from neurosim.errors import EquationError
from neurosim.neurons import LeakyCurrent, Neuron, ThresholdPowerLaw


@dataclass(frozen=True)
class Cubic(Neuron):
    """Two variables, with a constant that is not a parameter."""

    tau: float = 12.5
    leak: Parameter = 0.8
    degree: int = 3
    label: str = "cubic"

    def drift(self, v, w, u):
        return v - v**self.degree / 3 - w + u, (v - self.leak * w) / self.tau

    def rate(self, v, w):
        return np.where(v > 0.0, v * v, 0.0)


def test_names_and_order():
    equations = trace(Cubic())
    assert equations.variables == ("v", "w")
    assert equations.parameters == ("tau", "leak")
    assert equations.arguments == ("v", "w", "u", "tau", "leak")
    assert [formula(d) for d in equations.drift] == ["v - v**3 / 3 - w + u", "(v - leak * w) / tau"]


def test_all_derivatives_of_a_unit_with_two_variables():
    equations = trace(Cubic())
    values = {"v": 1.5, "w": -0.5, "u": 0.2, "tau": 2.0, "leak": 0.5}

    def numbers(entries):
        return [float(evaluate(entry, values)) for entry in entries]

    assert numbers(equations.drift_by_state[0]) == [1 - 1.5**2, -1.0]
    assert numbers(equations.drift_by_state[1]) == [0.5, -0.25]
    assert numbers(equations.drift_by_input) == [1.0, 0.0]
    assert numbers(equations.rate_by_state) == [3.0, 0.0]
    assert numbers(equations.drift_by_parameter[0]) == [0.0, 0.0]
    assert numbers(equations.drift_by_parameter[1]) == [-(1.5 + 0.25) / 4, 0.25]
    assert equations.rate_by_parameter == (0.0, 0.0)


def test_parameters_of_a_nested_declaration_are_parameters():
    neuron = LeakyCurrent(ThresholdPowerLaw(gain=0.04, threshold=np.array([1.0, 2.0])), tau=0.5)
    equations = trace(neuron)
    assert equations.parameters == ("activation_gain", "activation_exponent", "activation_threshold", "tau")
    values = parameter_values(neuron)
    assert tuple(values) == equations.parameters
    assert_allclose(values["activation_threshold"], [1.0, 2.0])
    assert evaluate(equations.rate_by_parameter[0], {**values, "x": 5.0}).tolist() == [16.0, 9.0]


def test_new_values_of_parameters_give_the_same_text():
    one, other = trace(Cubic(tau=1.0)), trace(Cubic(tau=7.0, leak=np.linspace(0.1, 1.0, 5)))
    assert module_functions(one) == module_functions(other)


def test_other_fields_are_constants_of_the_text():
    assert module_functions(trace(Cubic())) != module_functions(trace(Cubic(degree=5)))


@dataclass(frozen=True)
class Surrogate(Neuron):
    """Step whose slope is that of a smooth function, for training."""

    tau: float = 1.0

    def drift(self, x, u):
        return (-x + u) / self.tau

    def rate(self, x):
        return x > 0.0

    def rate_by_state(self, x):
        return 1.0 / (1.0 + np.abs(x)) ** 2


def test_a_derivative_that_the_author_wrote_is_used():
    equations = trace(Surrogate())
    assert formula(equations.rate) == "where(x > 0, 1, 0)"
    assert evaluate(equations.rate_by_state[0], {"x": np.array([-1.0, 3.0])}).tolist() == [0.25, 1 / 16]


@dataclass(frozen=True)
class OwnRows(Cubic):
    """All derivatives by the author."""

    def drift_by_state(self, v, w, u):
        return 11.0, 12.0, 21.0, v

    def drift_by_input(self, v, w, u):
        return [u, 0.0]


def test_rows_that_the_author_wrote_are_used():
    equations = trace(OwnRows())
    assert [[formula(e) for e in row] for row in equations.drift_by_state] == [["11", "12"], ["21", "v"]]
    assert [formula(e) for e in equations.drift_by_input] == ["u", "0"]


def test_explain_shows_the_equations_and_the_generated_functions():
    text = LeakyCurrent("softplus").explain()
    assert "dx/dt = (-x + u) / tau" in text
    assert "rate = softplus(x)" in text
    for name in ("drift", "rate", "drift_by_state", "drift_by_input", "rate_by_state"):
        assert f"def {name}(x, u, tau):" in text
    assert "return logistic(x)" in text


def neuron_with(drift=None, rate=None, **fields):
    """Neuron of a class called Broken, of which one method is given."""
    methods = {
        "drift": drift or (lambda self, x, u: (-x + u) / self.tau),
        "rate": rate or (lambda self, x: np.tanh(x)),
    }
    parameters = [(name, float, value) for name, value in {"tau": 1.0, **fields}.items()]
    return make_dataclass("Broken", parameters, bases=(Neuron,), namespace=methods, frozen=True)()


BROKEN = {
    "branch": (
        {"rate": lambda self, x: x if x > 0 else 0.0},
        r"Broken\.rate: the truth of x > 0 .* np\.where",
    ),
    "unknown": ({"rate": lambda self, x: np.sinc(x)}, r"Broken\.rate: np\.sinc is not available .* tanh"),
    "sum": ({"drift": lambda self, x, u: np.sum(x) + u}, r"Broken\.drift: np\.sum is not available"),
    "none": ({"drift": lambda self, x, u: None}, r"Broken\.drift returned None; it must return 1 number"),
    "too many": (
        {"drift": lambda self, x, u: (x, u)},
        r"Broken\.drift returned 2 value\(s\); it must return 1",
    ),
    "two rates": ({"rate": lambda self, x: (x, x)}, r"Broken\.rate returned 2 value\(s\)"),
    "array": (
        {"rate": lambda self, x: x * np.ones(3)},
        r"Broken\.rate: .* contains an array of shape \(3,\)",
    ),
    "returns an array": (
        {"rate": lambda self, x: np.ones(3)},
        r"Broken\.rate: .* contains an array of shape",
    ),
    "text": ({"rate": lambda self, x: "x"}, r"Broken\.rate: the equation contains 'x'"),
    "other error": (
        {"rate": lambda self, x: x + undefined},  # noqa: F821
        r"Broken\.rate cannot be called with symbols \(NameError: name 'undefined'",
    ),
    "reserved name": ({"exp": 2.0}, r"Broken must not have a variable or parameter 'exp'"),
    "parameter called u": ({"u": 2.0}, r"Broken must not have a variable or parameter 'u'"),
    "name twice": ({"x": 2.0}, r"Broken uses the name 'x' twice \(variables: x; parameters: tau, x\)"),
    "arguments": ({"rate": lambda self, y: y}, r"Broken\.drift takes \(x, u\) and rate takes \(y\)"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_errors_name_the_class_and_the_method(name):
    definition, message = BROKEN[name]
    neuron = neuron_with(**definition)
    with pytest.raises(EquationError, match=message):
        trace(neuron)


def test_one_value_for_two_variables_is_an_error():
    @dataclass(frozen=True)
    class Short(Cubic):
        """Forgets a variable."""

        def drift(self, v, w, u):
            return -v + u

    with pytest.raises(
        EquationError, match=r"Short\.drift returned 1 value.* 2, a tuple in the order of v, w"
    ):
        trace(Short())


def test_a_clash_of_a_nested_name_is_an_error():
    @dataclass(frozen=True)
    class Inner(Declaration):
        """One number."""

        gain: float = 1.0

    @dataclass(frozen=True)
    class Outer(Neuron):
        """Two parameters of one name."""

        inner_gain: float = 1.0
        inner: Inner = field(default_factory=Inner)

        def drift(self, x, u):
            return -x + u

        def rate(self, x):
            return self.inner.gain * self.inner_gain * x

    with pytest.raises(EquationError, match=r"Outer uses the name 'inner_gain' twice"):
        trace(Outer())


def test_the_original_is_not_touched_by_the_trace():
    neuron = LeakyCurrent(ThresholdPowerLaw(gain=0.5))
    before = repr(neuron)
    trace(neuron)
    assert repr(neuron) == before
    assert isinstance(neuron.tau, float)
    assert isinstance(neuron.activation.gain, float)
