"""Every shipped neuron obeys the rules, and every broken rule is found."""

from dataclasses import dataclass, make_dataclass
from typing import ClassVar

import numpy as np
import pytest

import neurosim as ns
from neurosim.errors import PluginError
from neurosim.neurons import DepressingSynapse, DynamicSynapse, ThresholdPowerLaw, activation_names
from neurosim.testing import check_neuron
from plugins.fitzhugh_nagumo import FitzHughNagumo
from plugins.hopf import Hopf

NON_NEGATIVE = ["logistic", "rectified_tanh", "relu", "softplus", "threshold_power_law"]
NEURONS = [
    *(form(name) for form in (ns.LeakyCurrent, ns.LeakyRate, ns.Adaptive) for name in activation_names()),
    *(ns.SynapticDepression(name) for name in NON_NEGATIVE),
    ns.LeakyCurrent(ThresholdPowerLaw(0.04, 1.5, np.linspace(-1, 1, 5)), tau=np.linspace(0.5, 2.0, 5)),
    ns.LeakyRate(ThresholdPowerLaw(exponent=1.0)),
    DepressingSynapse,
    DynamicSynapse(sign="inhibitory", tau=np.linspace(1.0, 2.0, 4)),
    ns.WilsonCowan,
    ns.neurons.Modulated(ns.LeakyRate("softplus"), "arousal", gain=0.8, held=0.3),
    ns.WilsonCowan(refractory=0.0),
    FitzHughNagumo,
    FitzHughNagumo(a=np.linspace(0.0, 0.9, 4), tau_w=20.0),
    Hopf,
    Hopf(mu=-0.5, omega=np.linspace(1, 2, 3)),
]


@pytest.mark.parametrize("neuron", NEURONS, ids=repr)
def test_shipped_neurons_conform(neuron):
    report = check_neuron(neuron, rng=3)
    assert len(report) == 11
    assert "finite at rest, derivatives included" in report


class Plain(ns.Neuron):
    """No dataclass."""

    def drift(self, x, u):
        return -x + u

    def rate(self, x):
        return x


@dataclass(frozen=True)
class Undocumented(Plain):
    tau: float = 1.0


@dataclass(frozen=True)
class NoDefault(Plain):
    """A field without a default."""

    tau: float


@dataclass(frozen=True)
class EqualToAll(Plain):
    """Compares wrongly."""

    tau: float = 1.0

    def __eq__(self, other):
        return True

    __hash__ = ns.Neuron.__hash__


@dataclass(frozen=True)
class Branching(Plain):
    """An if on the state."""

    def rate(self, x):
        return x if x > 0 else 0.0


@dataclass(frozen=True)
class Forgetful(Plain):
    """Gives another answer at each call."""

    calls: ClassVar[list] = []

    def rate(self, x):
        self.calls.append(1)
        return x * len(self.calls)


@dataclass(frozen=True)
class Mixing(Plain):
    """A parameter that mixes units."""

    tau: float = 2.0

    def drift(self, x, u):
        return (-x + u) / self.tau

    def rate(self, x):
        return x if isinstance(self.tau, float) or not isinstance(self.tau, np.ndarray) else 2.0 * x


@dataclass(frozen=True)
class ScalarOnly(Plain):
    """A check that fails for arrays."""

    gain: float = 1.0

    def __post_init__(self):
        super().__post_init__()
        if self.gain < 0:
            raise ValueError

    def rate(self, x):
        return self.gain * x


@dataclass(frozen=True)
class Infinite(Plain):
    """Infinite slope at rest."""

    def rate(self, x):
        return np.sqrt(np.abs(x))


@dataclass(frozen=True)
class WrongRest(Plain):
    """Rest of a variable that does not exist."""

    def resting_state(self):
        return {"y": 1.0}


@dataclass(frozen=True)
class Jagged(Plain):
    """Faster than any finite difference."""

    def rate(self, x):
        return np.sin(1e9 * x)


BROKEN = {
    "no neuron": (dict, r"dict breaks a rule of its kind: a neuron is a subclass of neurosim\.Neuron"),
    "no dataclass": (Plain, r"Plain .* frozen dataclass — write @dataclass\(frozen=True\)"),
    "no docstring": (Undocumented, r"Undocumented .* it has a docstring — state the equation"),
    "no default": (NoDefault, r"NoDefault .* without arguments .* give every field a default"),
    "equality": (EqualToAll, r"EqualToAll .* another tau makes another neuron"),
    "branch": (Branching, r"Branching .* can be traced \(Branching\.rate: the truth of x > 0"),
    "another answer": (Forgetful, r"Forgetful .* same with symbols as with arrays"),
    "mixing": (Mixing, r"Mixing .* one number per unit gives what one number gives"),
    "scalar only": (ScalarOnly, r"ScalarOnly .* each parameter may be one number per unit"),
    "infinite": (Infinite, r"Infinite .* everything is finite at rest"),
    "wrong rest": (WrongRest, r"WrongRest .* names state variables \(got y\) — use the names x"),
    "jagged": (Jagged, r"Jagged .* is smooth in x nearly everywhere"),
}


@pytest.mark.parametrize("rule", BROKEN)
def test_broken_rules_are_found(rule):
    cls, message = BROKEN[rule]
    with pytest.raises(PluginError, match=message):
        check_neuron(cls)


def test_a_wrong_derivative_is_found(monkeypatch):
    from neurosim.equations.rules import RULES

    wrong = RULES["tanh"]._replace(partials=(lambda y, _: 1.0 - y,))
    monkeypatch.setitem(RULES, "tanh", wrong)
    with pytest.raises(PluginError, match=r"the derivative of tanh\(x\) by x agrees with finite differences"):
        check_neuron(ns.LeakyCurrent("tanh"))


def test_a_derivative_of_the_author_is_reported_and_not_compared():
    surrogate = make_dataclass(
        "Surrogate", [], bases=(Plain,), namespace={"rate_by_state": lambda _, x: 2.0 + x}, frozen=True
    )
    surrogate.__doc__ = "A slope of its own."
    assert "rate_by_state is the author's own and is not compared" in check_neuron(surrogate)
