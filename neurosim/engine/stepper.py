"""A network that goes on by single Euler steps while its weights change between them."""

from __future__ import annotations

from typing import Any

import numpy as np

from neurosim.connectivity.operator import Operator
from neurosim.engine.codegen.time_loop import body_of, call_of, indent, opening
from neurosim.engine.kernel_spec import KernelSpec
from neurosim.equations import parameter_values, trace
from neurosim.kernels.runtime.compilation import compile_kernel, fingerprint
from neurosim.network import Network

__all__ = ["Stepper"]

CURRENTS = {
    "dense": ["for i in range(size):", "    u[i] += overlap(weights[i], r)"],
    "sparse": ["add_sparse(starts, sources, weights, rates, currents, 0, 1)"],
    "none": [],
}
LOW_RANK = [
    "for k in range(right.shape[0]):",
    "    overlaps[k] = overlap(right[k], r)",
    "add_low_rank(left, overlaps, u)",
]


def _text(spec: KernelSpec) -> str:
    """Text of the module that holds ``advance``: one Euler step for each row of the drive."""
    scalars = [name for name in spec.equations.parameters if name not in spec.unitwise]
    slopes = ", ".join(f"d{v}" for v in spec.variables)
    step = [
        "for i in range(size):",
        "    u[i] = drive[step, i]",
        *CURRENTS[spec.base],
        *(LOW_RANK if spec.low_rank else []),
        "for i in range(size):",
        f"    {slopes} = {call_of(spec, 'drift', 'y', 'u[i]')}",
        *(f"    y{v}[i] += dt * d{v}" for v in spec.variables),
        "for i in range(size):",
        f"    r[i] = {call_of(spec, 'rate', 'y', 'zero')}",
        "for i in range(size):",
        "    recorded[step, i] = r[i]",
        "if first_variable.shape[0]:",
        "    for i in range(size):",
        "        first_variable[step, i] = y0[i]",
    ]
    body = [
        *(f"the_{name} = scalars[{k}]" for k, name in enumerate(scalars)),
        *(f"own_{name} = unitwise[{k}]" for k, name in enumerate(spec.unitwise)),
        *(f"y{v} = state[{v}]" for v in spec.variables),
        "u, r, size = currents[0], rates[0], rates.shape[1]",
        "for step in range(drive.shape[0]):",
        *indent(step, 1),
    ]
    return "\n".join(
        [
            opening(spec, fingerprint()),
            f"\n\n@kernel\ndef advance({', '.join(_arguments(spec))}):",
            *indent(body_of(body), 1),
            "",
        ]
    )


def _arguments(spec: KernelSpec) -> list[str]:
    groups = {
        "drive recorded first_variable dt state rates currents scalars unitwise": True,
        "weights": spec.base != "none",
        "starts sources": spec.base == "sparse",
        "left right overlaps": spec.low_rank,
    }
    return [name for group, needed in groups.items() if needed for name in group.split()]


class Stepper:
    """One trial of a network, in steps that the caller counts and with weights that the caller may change.

    Float64, whatever the network has. The sums do not depend on the threads of the linear algebra library.

    Parameters
    ----------
    network : Network
    dt : float

    Attributes
    ----------
    base : ndarray, shape (units, units) or (weights,), or None
        Full-rank part: dense, or the weights of a sparse matrix in CSR order. Change it in place.
    left, right : ndarray, shape (rank, units), or None
        Low-rank factors, a row for each rank. Change them in place.
    """

    def __init__(self, network: Network, dt: float) -> None:
        operator, values = network.recurrent, parameter_values(network.neuron)
        unitwise = tuple(name for name, value in values.items() if np.ndim(value))
        self.network = network
        spec = KernelSpec(
            title=f"single steps of {type(network.neuron).__name__}",
            equations=trace(network.neuron),
            unitwise=unitwise,
            base=operator.kind_of_base,
            low_rank=operator.left is not None,
        )
        self._kernel = compile_kernel(_text(spec))
        self._names = _arguments(spec)[3:]
        self._arrays: dict[str, Any] = {
            "dt": float(dt),
            "state": np.zeros((len(spec.variables), network.size)),
            "rates": np.zeros((1, network.size)),
            "currents": np.zeros((1, network.size)),
            "scalars": np.array(
                [value for name, value in values.items() if name not in unitwise], np.float64
            ),
            "unitwise": np.array([values[name] for name in unitwise]).reshape(len(unitwise), network.size),
            **_parts(operator),
        }
        self.base: Any = self._arrays.get("weights")
        self.left: Any = self._arrays.get("left")
        self.right: Any = self._arrays.get("right")

    def start(self, states: np.ndarray) -> None:
        """Put the network into a state, shape (units,) or (units, variables)."""
        self._arrays["state"][:] = states.reshape(self.network.size, -1).T
        self._arrays["rates"][0] = self.network.neuron.values(*self._arrays["state"])

    @property
    def rates(self) -> np.ndarray:
        """Present rates, shape (units,); a view."""
        return self._arrays["rates"][0]

    @property
    def currents(self) -> np.ndarray:
        """Currents of the last step, shape (units,); a view."""
        return self._arrays["currents"][0]

    @property
    def state(self) -> np.ndarray:
        """Copy of the present state, shape (units,) or (units, variables)."""
        state = self._arrays["state"].T.copy()
        return state[:, 0] if state.shape[1] == 1 else state

    def advance(self, drive: np.ndarray, rates: np.ndarray, states: np.ndarray | None = None) -> None:
        """Do one step for each row of the drive.

        Parameters
        ----------
        drive : ndarray, shape (steps, units)
            Input currents besides those of the recurrent weights, held during each step.
        rates : ndarray, shape (steps, units)
            Filled with the rates after each step.
        states : ndarray, shape (steps, units), optional
            Filled with the first variable after each step.
        """
        kept = rates[:0] if states is None else states
        self._kernel(drive, rates, kept, *(self._arrays[name] for name in self._names))

    def operator(self) -> Operator:
        """Recurrent weights as they are now."""
        weights = {"base": None if self.base is None else self.base.copy()}
        if self.left is not None:
            weights |= {"left": self.left.T.copy(), "right": self.right.T.copy()}
        return self.network.recurrent.with_weights(**weights)


def _parts(operator: Operator) -> dict[str, np.ndarray]:
    """Arrays of the recurrent weights by the names that the kernel gives them, as copies."""
    arrays: dict[str, np.ndarray] = {}
    base: Any = operator.base
    if operator.kind_of_base == "dense":
        arrays["weights"] = np.array(base, np.float64)
    elif operator.kind_of_base == "sparse":
        arrays["weights"] = np.array(base.data, np.float64)
        arrays |= {"starts": base.indptr.astype(np.uint64), "sources": base.indices.astype(np.uint32)}
        arrays["sparse_weights"] = arrays["weights"]
    if operator.left is not None and operator.right is not None:
        arrays["left"] = np.array(operator.left.T, np.float64, order="C")
        arrays["right"] = np.array(operator.right.T, np.float64, order="C")
        arrays["overlaps"] = np.zeros(operator.rank)
    return arrays
