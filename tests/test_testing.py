"""The conformance checks pass what is right, and name the rule that a wrong plugin breaks."""

from dataclasses import dataclass, field

import numpy as np
import pytest

import neurosim as ns
from neurosim.connectivity import (
    Connectivity,
    Delayed,
    Explicit,
    FixedInDegree,
    FromPartners,
    GaussianGroups,
    GaussianMixtureLowRank,
    LowRank,
    Operator,
    RowBalanced,
    Sparse,
)
from neurosim.errors import EquationError, ParameterError, PluginError, UnknownNameError
from neurosim.registry import find, names
from neurosim.testing import (
    check_connectivity,
    check_derivatives,
    check_neuron,
    check_plugin,
    check_task,
    check_trainer,
    derivatives,
)
from neurosim.testing.neuron import DERIVATIVES
from neurosim.testing.rules import check_hooks

SIZE = 32
NEED_ARGUMENTS = {
    "GaussianGroups": GaussianGroups([[0.5, 1.0], [2.0, 0.0]]),
    "Delayed": Delayed(ns.Gaussian(), 2.0),
    "Explicit": Explicit(np.eye(SIZE)),
    "FromPartners": FromPartners(ns.Gaussian()),
    "GaussianMixtureLowRank": GaussianMixtureLowRank(
        [0.5, 0.5], np.zeros((2, 2)), [np.eye(2), 2.0 * np.eye(2)]
    ),
    "FixedInDegree": FixedInDegree(inputs=5),
    "LowRank": LowRank(np.arange(SIZE), np.ones(SIZE)),
    "RowBalanced": RowBalanced(ns.Gaussian()),
    "Scaled": -0.5 * ns.Orthogonal(),
    "Sparse": Sparse(density=0.1),
    "Sum": ns.Gaussian() + ns.Coherent(),
}


# blocks are between populations, which a number of units does not tell; see tests/connectivity/test_blocks.py
@pytest.mark.parametrize("name", [name for name in names("connectivity") if name != "Blocks"])
def test_every_shipped_or_installed_connectivity_obeys_the_rules(name):
    report = check_connectivity(NEED_ARGUMENTS.get(name, find("connectivity", name)), size=SIZE)
    assert report[0] == "a frozen dataclass with a docstring"
    assert report[-1] == "saved and loaded, it builds the same weights"


@pytest.mark.parametrize(
    "connectivity",
    [-ns.Gaussian(), ns.Gaussian(gain=0.0), Explicit(np.eye(SIZE, dtype=np.float32))],
    ids=repr,
)
def test_special_values_break_no_rule(connectivity):
    assert len(check_connectivity(connectivity, size=SIZE)) == 9


def wires(build, **members):
    """Connectivity class with this method."""
    members = {"__doc__": "Weights for a test.", "build": build, **members}
    return dataclass(frozen=True)(type("Wires", (Connectivity,), members))


def fixed(size, *_):
    return Operator(np.eye(size))


def with_state(self, size, rng):
    object.__setattr__(self, "gain", self.gain + 1.0)
    return Operator(rng.standard_normal((size, size)))


def with_global_numbers(_, size, __):
    return Operator(np.random.standard_normal((size, size)))  # noqa: NPY002


def with_unused_numbers(_, size, rng):
    rng.standard_normal(size)
    return fixed(size)


def by_identity(self, size, rng):  # noqa: ARG001
    return Operator(np.full((size, size), 1.0 + self.hidden))


BREACHES = {
    "no docstring": (
        wires(lambda _, size, __: fixed(size), __doc__=None),
        "it has a docstring — state the equation",
    ),
    "matrix": (
        wires(lambda _, size, __: np.eye(size)),
        r"build\(\) returns an Operator \(got ndarray\) — write",
    ),
    "size": (wires(lambda _, size, __: fixed(size + 1)), r"gives `size` units \(got 33 for 32\)"),
    "nan": (
        wires(lambda _, size, __: Operator(np.full((size, size), np.nan))),
        "builds weights .* must be finite",
    ),
    "error": (
        wires(lambda _, size, __: fixed(size // 0)),
        r"builds weights for 32 units \(ZeroDivisionError",
    ),
    "state": (
        wires(with_state, gain=1.0, __annotations__={"gain": float}),
        r"build\(\) changes nothing in self — keep",
    ),
    "global numbers": (
        wires(with_global_numbers),
        "same generator state gives the same weights, bit for bit — draw",
    ),
    "unused numbers": (wires(with_unused_numbers), "another seed gives other weights — use what is drawn"),
    "not stored": (
        wires(
            lambda self, size, _: fixed(size) * self.profile(1.0),
            profile=np.cos,
            __annotations__={"profile": object},
        ),
        r"it is saved and loaded \(profile = .* is a function, .*\) — make its fields numbers",
    ),
    "hidden": (
        wires(
            by_identity,
            hidden=field(init=False, default=0.0, repr=False),
            __annotations__={"hidden": object},
            __post_init__=lambda self: object.__setattr__(self, "hidden", next(COUNTER)),
        ),
        "a copy by replace.. is equal to the original",
    ),
}
COUNTER = iter(range(1000))


@pytest.mark.parametrize(("cls", "message"), BREACHES.values(), ids=BREACHES)
def test_a_breach_is_named_with_its_remedy(cls, message):
    with pytest.raises(PluginError, match=f"Wires breaks a rule of its kind: .*{message}"):
        check_connectivity(cls)


def test_a_class_that_is_not_frozen_is_named():
    class Loose(Connectivity):
        """No dataclass."""

        def build(self, size, rng):  # noqa: ARG002
            return fixed(size)

    with pytest.raises(PluginError, match=r"Loose breaks .* frozen dataclass — write @dataclass"):
        check_connectivity(Loose)
    with pytest.raises(
        PluginError, match=r"LeakyRate breaks .* connectivity is a subclass of neurosim\.Connectivity"
    ):
        check_connectivity(ns.LeakyRate())


def test_a_class_that_needs_arguments_wants_an_instance():
    with pytest.raises(
        ParameterError, match=r"Sparse cannot be made without .*check_connectivity\(Sparse\(\.\.\."
    ):
        check_connectivity(Sparse)


def test_a_plugin_is_checked_by_name():
    assert check_plugin("Gaussian") == {"Gaussian": check_connectivity(ns.Gaussian)}
    assert list(check_plugin("LeakyRate")) == ["LeakyRate"]
    with pytest.raises(UnknownNameError, match=r"plugin 'Gausian' is unknown\. Did you mean 'Gaussian'"):
        check_plugin("Gausian")


class TestDerivatives:
    @pytest.mark.parametrize(
        "function",
        [
            lambda x: np.tanh(x),
            lambda x: np.maximum(x, 0.0) ** 2,
            lambda x, gain: gain * np.log1p(np.exp(x)) / (1 + x**2),
            lambda x: np.where(x > 0, np.sin(x), x),
        ],
    )
    def test_smooth_functions_agree(self, function):
        report = check_derivatives(function)
        assert "by x: agrees" in report
        assert "by x and x: agrees" in report

    def test_a_wrong_rule_is_found(self, monkeypatch):
        monkeypatch.setattr(derivatives, "derivative", lambda expression, _: 1.1 * expression)
        with pytest.raises(EquationError, match=r"the derivative by x at x = .* by finite differences"):
            check_derivatives(lambda x: np.exp(x))

    def test_a_function_that_jumps_everywhere_is_refused(self):
        with pytest.raises(EquationError, match=r"write the function without jumps"):
            check_derivatives(lambda x: np.where(np.sin(157_080.0 * x) > 0, 1.0, -1.0))

    def test_functions_that_cannot_be_traced_are_refused(self):
        with pytest.raises(EquationError, match=r"np\.where"):
            check_derivatives(lambda x: x if x > 0 else 0.0)


def test_a_misnamed_hook_is_found():
    @dataclass(frozen=True)
    class Sleepy(ns.Neuron):
        """Leaky unit that should start at 1, and would start at 0."""

        def drift(self, x, u):
            return -x + u

        def rate(self, x):
            return np.tanh(x)

        def resting(self):
            return {"x": 1.0}

    with pytest.raises(PluginError, match=r"got resting, which is never called\) — write resting_state, or"):
        check_neuron(Sleepy)


@pytest.mark.parametrize(
    ("base", "name", "meant"),
    [
        (ns.Neuron, "rate_by_states", "rate_by_state"),
        (ns.Connectivity, "builds", "build"),
        (ns.Task, "accuracys", "accuracy"),
        (ns.Trainer, "fitt", "fit"),
    ],
)
def test_misspelled_methods_of_all_kinds_are_found(base, name, meant):
    cls = type("Broken", (base,), {name: lambda _: None})
    with pytest.raises(PluginError, match=rf"got {name}, which.*write {meant}, or"):
        check_hooks(cls, base, DERIVATIVES)


def broken(base, **members):
    """Class of this kind with further members."""
    return dataclass(frozen=True)(type("Broken", (base,), {"__doc__": "For a test.", **members}))


@pytest.mark.parametrize(
    ("check", "cls", "message"),
    [
        (
            check_neuron,
            broken(ns.LeakyCurrent, resting=lambda _: 1.0),
            "got resting, .* write resting_state,",
        ),
        (
            check_neuron,
            broken(ns.Neuron, drift=lambda *_: 0.0, rates=lambda *_: 0.0),
            "got rates, .* write rate,",
        ),
        (check_neuron, broken(ns.Neuron, drift=lambda *_: 0.0), r"\(missing: rate\) — write rate"),
        (check_connectivity, broken(ns.Gaussian, builds=lambda *_: 0.0), "got builds, .* write build,"),
        (
            check_connectivity,
            broken(ns.Connectivity, make=lambda *_: 0.0),
            r"\(missing: build\) — write build",
        ),
        (check_task, broken(ns.tasks.And, acuracy=lambda *_: 1.0), "got acuracy, .* write accuracy,"),
        (check_task, broken(ns.tasks.And, setting=property(lambda _: {})), "got setting, .* write settings,"),
        (check_task, broken(ns.Task, trial=lambda *_: None), "got trial, .* write trials,"),
        (check_task, broken(ns.Task, accuracy=lambda *_: 1.0), r"\(missing: inputs, outputs, trials\)"),
        (
            check_trainer,
            broken(ns.trainers.Ridge, steppings=lambda *_: 1),
            "got steppings, .* write stepping,",
        ),
        (check_trainer, broken(ns.Trainer, fits=lambda *_: None), "got fits, .* write fit,"),
    ],
)
def test_each_check_finds_a_misnamed_or_missing_method_of_its_kind(check, cls, message):
    """Before it makes an instance, which would say that a class is abstract, or that it needs arguments."""
    with pytest.raises(PluginError, match=rf"^Broken breaks a rule of its kind: .*{message}"):
        check(cls)


def test_a_helper_with_a_name_of_its_own_is_allowed():
    cls = type("Fine", (ns.LeakyCurrent,), {"gating": lambda _: None, "_resting": lambda _: None})
    check_hooks(cls, ns.Neuron)
