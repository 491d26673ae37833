"""Text of a new plugin: one file that works, and its tests."""

from __future__ import annotations

import keyword
import re
import sys
from os import PathLike
from pathlib import Path
from string import Template

from neurosim.errors import PluginError, did_you_mean
from neurosim.registry import family_of, names

__all__ = ["new_plugin"]

# a file of this name, in the folder where Python runs, would be imported in place of the package
_IMPORTED = ("autograd", "matplotlib", "neurosim", "numba", "numpy", "pytest", "scipy", "tqdm")

_NEURON = '''"""$Class: one sentence on what this unit does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.declaration import Parameter
from neurosim.neurons import Neuron

__all__ = ["$Class"]


@dataclass(frozen=True)
class $Class(Neuron):
    r"""Leaky unit whose rate is a power of its current.

    .. math:: \\tau \\, dx/dt = -x + u, \\qquad r = gain \\, \\max(x, 0)^2

    Parameters
    ----------
    tau : float or ndarray, shape (units,)
        Time constant, above 0; its unit is the unit of all times.
    gain : float or ndarray, shape (units,)
        Rate at a current of 1.
    """

    tau: Parameter = 1.0
    gain: Parameter = 0.04

    def drift(self, x: Any, u: Any) -> Any:
        """Return dx/dt for the input current u."""
        return (-x + u) / self.tau

    def rate(self, x: Any) -> Any:
        """Return the rate; its arguments are the state variables."""
        return self.gain * np.maximum(x, 0.0) ** 2
'''

_NEURON_TEST = '''"""Checks of $name.py; run them with  python -m pytest test_$name.py."""

from pathlib import Path

import numpy as np

import neurosim as ns
from neurosim.testing import check_neuron

($Class,) = ns.load_plugin(Path(__file__).with_name("$name.py"))


def test_obeys_the_rules_of_neurons():
    assert check_neuron($Class)


def test_rate_at_known_currents():
    np.testing.assert_allclose($Class(gain=0.5).rate(np.array([-1.0, 0.0, 2.0])), [0.0, 0.0, 2.0])


def test_decays_exponentially_without_input():
    network = ns.Network($Class(tau=2.0), ns.Explicit(np.zeros((1, 1))), size=1)
    run = ns.simulate(network, duration=1.0, dt=0.01, scheme="rk4", initial_state=[3.0])
    # the error of the scheme is of the order (dt / tau)**4 = 6e-10
    np.testing.assert_allclose(run.states[0, :, 0], 3.0 * np.exp(-run.times / 2.0), rtol=1e-9)
'''

_CONNECTIVITY = '''"""$Class: one sentence on who talks to whom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.connectivity import Connectivity, Operator
from neurosim.validation import non_negative, whole_number

__all__ = ["$Class"]


@dataclass(frozen=True)
class $Class(Connectivity):
    r"""Independent weights, uniform between :math:`\\pm g \\sqrt{3 / N}`: of variance :math:`g^2 / N`.

    Parameters
    ----------
    gain : float
        g, at least 0; the radius of the disc of eigenvalues at large N.
    """

    gain: float = 1.0

    def __post_init__(self) -> None:
        super().__post_init__()
        non_negative("$Class.gain", self.gain)

    def build(self, size: int, rng: np.random.Generator) -> Operator:
        """Dense operator; draws size² numbers."""
        size = whole_number("size", size)
        limit = np.sqrt(3.0 / size)
        return Operator(self.gain * rng.uniform(-limit, limit, (size, size)))
'''

_CONNECTIVITY_TEST = '''"""Checks of $name.py; run them with  python -m pytest test_$name.py."""

from pathlib import Path

import numpy as np

import neurosim as ns
from neurosim.testing import check_connectivity

($Class,) = ns.load_plugin(Path(__file__).with_name("$name.py"))


def test_obeys_the_rules_of_connectivities():
    assert check_connectivity($Class)


def test_variance_of_the_weights():
    weights = $Class(gain=1.5).build(300, np.random.default_rng(0)).dense()
    # x**2 of a uniform x has the relative spread sqrt(4 / 5), which is 0.003 over 90,000 weights
    np.testing.assert_allclose(300 * np.mean(weights**2), 1.5**2, rtol=0.015)


def test_silence_is_stable_below_a_gain_of_one():
    network = ns.Network(ns.LeakyCurrent("tanh"), $Class(gain=0.5), size=200, rng=0)
    assert np.linalg.eigvals(network.jacobian(np.zeros(200))).real.max() < 0.0
'''

_TEMPLATES = {
    "neurons": (_NEURON, _NEURON_TEST),
    "connectivity": (_CONNECTIVITY, _CONNECTIVITY_TEST),
}


def new_plugin(kind: str, name: str, folder: str | PathLike[str] = ".") -> tuple[Path, Path]:
    """Write a working plugin and its tests, to be changed into what is wanted.

    Parameters
    ----------
    kind : str
        ``"neuron"`` or ``"connectivity"``.
    name : str
        Name of the file, in small letters such as ``"my_unit"``; the class is then ``MyUnit``.
    folder : path, optional
        Where to write; made if it is not there.

    Returns
    -------
    tuple of Path
        ``my_unit.py`` and ``test_my_unit.py``.

    Raises
    ------
    PluginError
        If the kind or the name cannot be, or a file is there already; nothing is written then.
    """
    family = family_of(kind)
    if family.kind not in _TEMPLATES:
        raise PluginError(f"kind = {kind!r} has no template. {did_you_mean(kind, _TEMPLATES)}")
    words = {"name": _checked_name(name), "Class": "".join(word.capitalize() for word in name.split("_"))}
    if words["Class"] in names(family.kind):
        raise PluginError(f"name = {name!r} would make another {words['Class']}; choose a name that is free.")
    folder = Path(folder)
    paths = folder / f"{name}.py", folder / f"test_{name}.py"
    for path in paths:
        if path.exists():
            raise PluginError(f"{path} is there already; choose another name or folder, or move it away.")
    folder.mkdir(parents=True, exist_ok=True)
    for path, template in zip(paths, _TEMPLATES[family.kind], strict=True):
        path.write_text(Template(template).substitute(words), encoding="utf-8")
    return paths


def _checked_name(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", name) or keyword.iskeyword(name):
        raise PluginError(f"name = {name!r} cannot name a module; write small letters such as my_unit.")
    if name in _IMPORTED or name in sys.stdlib_module_names:
        raise PluginError(f"name = {name!r} would hide the module of that name; choose another one.")
    return name
