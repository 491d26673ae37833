"""Vector fields: the time derivative F(s) of a network or a system under a constant input, and its Jacobian."""

from __future__ import annotations

import copy
import functools
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

import numpy as np

from neurosim.analysis.lyapunov.system_tangent import SystemTangent
from neurosim.analysis.system import System
from neurosim.engine.simulate import simulate
from neurosim.engine.tangent import Tangent
from neurosim.equations import evaluate, trace, unit_values
from neurosim.equations.local import LocalDerivatives
from neurosim.errors import ParameterError, ShapeError
from neurosim.kernels.linalg.newton import newton_steps
from neurosim.network import Network
from neurosim.network_arguments import require_undelayed
from neurosim.randomness import child
from neurosim.readouts import outputs_of
from neurosim.schemes import Tableau
from neurosim.state_layout import variables_last
from neurosim.time_constants import TimeConstants, map_step_or, stepping_or, time_constants
from neurosim.validation import finite

__all__ = ["NetworkField", "SystemField", "VectorField", "as_network", "norms", "solve_each"]

CHUNK = 64
"""States whose Jacobians are in memory at the same time."""
TRIALS = 100
"""Trajectories from which starts are drawn: enough to end in each of many basins."""
DURATION = 50.0
"""Duration of these trajectories in slowest time constants: transients included."""
MOST_STEPS = 20_000


class VectorField(ABC):
    """Flow ds/dt = F(s) of `units` units with some variables each, `size` in all, under a constant input.

    States are arrays (variables, states, units) inside the analyses, and (states, units) or
    (states, units, variables) in their arguments and results.

    Attributes
    ----------
    units, variables : int
    inputs : ndarray, shape (channels,)
        The constant input.
    precision : float
        Relative rounding error of F.
    map_step : float or None
        Step of the Euler map as which the system is stepped; None: it is a flow.
    """

    map_step: float | None
    units: int
    variables: int
    inputs: np.ndarray
    precision: float = float(np.finfo(np.float64).eps)

    @property
    def size(self) -> int:
        """Dimension of the state."""
        return self.units * self.variables

    @abstractmethod
    def speeds(self, states: np.ndarray) -> np.ndarray:
        """Time derivative F, of the shape of the states."""

    @abstractmethod
    def jacobians(self, states: np.ndarray) -> np.ndarray:
        """Jacobians, shape (states, size, size), ordered by variable, then by unit."""

    @abstractmethod
    def outputs(self, states: np.ndarray) -> np.ndarray:
        """Outputs of the readout, shape (states, outputs)."""

    @abstractmethod
    def newton_steps(self, states: np.ndarray, speeds: np.ndarray, threads: int) -> np.ndarray:
        """Steps that solve J step = -F, of the shape of the states; infinite or NaN where J is singular."""

    @abstractmethod
    def rounding(self, states: np.ndarray) -> np.ndarray:
        """Rounding error of the norm of F, shape (states,)."""

    @abstractmethod
    def lipschitz(self, states: np.ndarray, step: float) -> np.ndarray:
        """Estimate of the Lipschitz constant of J around each state, from differences over `step`, shape (states,)."""

    @abstractmethod
    def time_constants(self, states: np.ndarray) -> TimeConstants:
        """Time constants of the units; of a system those of its Jacobian at the first of the states."""

    @abstractmethod
    def visit(self, count: int, seed: Any) -> np.ndarray:
        """States drawn from trajectories, shape (variables, count, units)."""

    @abstractmethod
    def tangent(self, count: int, dt: float, scheme: Tableau, threads: int) -> Tangent | SystemTangent:
        """Trajectory of this flow with `count` tangent vectors."""

    def inside(self, states: Any) -> np.ndarray:
        """States of an argument as (variables, states, units), checked."""
        array = finite("states", states, np.float64)
        full = (self.units, self.variables)
        if array.shape[-1:] == full[:1] and self.variables == 1:
            array = array[..., None]
        if array.shape[-2:] != full or array.ndim > 3 or not array.size:
            shape = f"(states, {full[0]}{'' if full[1] == 1 else f', {full[1]}'})"
            raise ShapeError(
                f"states must have shape {shape}, with at least one state (got {np.shape(states)})."
            )
        return np.ascontiguousarray(np.moveaxis(array.reshape(-1, *full), -1, 0))

    def outside(self, states: np.ndarray) -> np.ndarray:
        """States as (states, units), with a last axis for the variable where a unit has several."""
        return variables_last(states).copy()

    def map_jacobians(self, function: Callable[[np.ndarray], np.ndarray], states: np.ndarray) -> np.ndarray:
        """Apply a function to Jacobians (states, size, size), `CHUNK` states at a time; states along the first axis."""
        # an empty part too, so that no states give an array of the right shape
        parts = range(0, max(states.shape[1], 1), CHUNK)
        return np.concatenate([function(self.jacobians(states[:, k : k + CHUNK])) for k in parts])


class NetworkField(VectorField):
    r"""Vector field :math:`F(s) = drift(s, W r + W_{in} y + b)` of a network under a constant input y.

    Parameters
    ----------
    network : Network
    inputs : ndarray, shape (channels,), or None
    """

    def __init__(self, network: Network, inputs: Any = None) -> None:
        self.network = self._declared = as_network(network)
        self.map_step = map_step_or(self.network.stepping, None)
        self.variables = len(network.neuron.variables())
        self.units = network.size
        self._equations = _trace(network.neuron)
        self._hold(inputs)

    def with_inputs(self, inputs: Any) -> NetworkField:
        """The same network under another input, without tracing it again."""
        other = copy.copy(self)
        other._hold(inputs)
        return other

    def _hold(self, inputs: Any) -> None:
        network = self.network = self._declared
        self.inputs = _constant_input(network, inputs)
        self._constant = network.bias + network.input_weights @ self.inputs
        if inputs is not None and network.neuron.channels():
            held = dict(zip(network.input_names, self.inputs, strict=True))
            self.network = network.replace(neuron=network.neuron.held_at(held))
        self._values = unit_values(self.network.neuron, self.units)

    @functools.cached_property
    def weights(self) -> np.ndarray:
        """Recurrent weights W, shape (units, units)."""
        return self.network.recurrent.dense()

    def currents(self, states: np.ndarray) -> np.ndarray:
        """Input currents u, shape (states, units)."""
        return (self.network.recurrent @ self._evaluate(self._equations.rate, states).T).T + self._constant

    def speeds(self, states: np.ndarray) -> np.ndarray:
        """Time derivative F, of the shape of the states."""
        u = self.currents(states)
        return np.array([self._evaluate(drift, states, u) for drift in self._equations.drift])

    def local(self, states: np.ndarray) -> LocalDerivatives:
        """Local derivatives A (variables, variables, states, units), B and C (variables, states, units)."""
        return self.local_at(states, self.currents(states))

    def local_at(self, states: np.ndarray, currents: np.ndarray) -> LocalDerivatives:
        """Local derivatives at given currents, which need not be those that the states cause."""
        known = self._equations

        def values(expressions: Any) -> np.ndarray:
            return np.array([self._evaluate(expression, states, currents) for expression in expressions])

        by_state = np.array([values(row) for row in known.drift_by_state])
        return LocalDerivatives(by_state, values(known.drift_by_input), values(known.rate_by_state))

    def jacobians(self, states: np.ndarray) -> np.ndarray:
        """Jacobians, shape (states, size, size), ordered by variable, then by unit."""
        by_state, by_input, by_rate = self.local(states)
        result = np.einsum("vqi,ij,wqj->qviwj", by_input, self.weights, by_rate, optimize=True)
        units = np.arange(self.network.size)
        result[:, :, units, :, units] += by_state.transpose(3, 2, 0, 1)
        return result.reshape(states.shape[1], self.size, self.size)

    def outputs(self, states: np.ndarray) -> np.ndarray:
        """Outputs of the readout, shape (states, outputs)."""
        network, rates = self.network, self._evaluate(self._equations.rate, states)
        return outputs_of(network.readout, rates @ network.readout_weights.T + network.readout_bias)

    def newton_steps(self, states: np.ndarray, speeds: np.ndarray, threads: int) -> np.ndarray:
        """Steps that solve J step = -F, of the shape of the states; infinite or NaN where J is singular."""
        return newton_steps(self.weights, *self.local(states), speeds, threads)

    def rounding(self, states: np.ndarray) -> np.ndarray:
        """Rounding error of the sums in u and of the terms of drift, shape (states,)."""
        rates = self._evaluate(self._equations.rate, states)
        by_state, by_input, _ = self.local(states)
        scale = self.network.recurrent.frobenius() * norms(rates[None]) + np.linalg.norm(self._constant)
        terms = np.abs(by_input).max(axis=(0, 2)) * scale
        terms += np.abs(by_state).max(axis=(0, 1, 3)) * norms(states)
        return 4.0 * self.precision * terms

    def lipschitz(self, states: np.ndarray, step: float) -> np.ndarray:
        """Estimate of the Lipschitz constant of J, from changes of the local derivatives in J = A + B W C."""
        local = self.local(states)
        weights = float(np.linalg.norm(self.weights, 2))
        # a displacement of the states of length one moves the currents by at most this
        reach = weights * _largest(local.rate_by_state)
        gain = _largest(local.drift_by_input)
        arguments = np.concatenate([states, self.currents(states)[None]])
        total = np.zeros(states.shape[1])
        for k in range(len(arguments)):
            a, b, c = self._local_change(arguments, local, k, step)
            length = reach if k == len(states) else 1.0
            total += length * (a + b * reach) + gain * weights * c
        return total

    def _local_change(
        self, arguments: np.ndarray, local: LocalDerivatives, k: int, step: float
    ) -> list[np.ndarray]:
        """Largest rate of change of A, B and C along one of their arguments, the states and the current."""
        changes = [np.zeros(arguments.shape[1])] * 3
        for sign in (1.0, -1.0):
            moved = arguments.copy()
            moved[k] += sign * step
            there = self.local_at(moved[:-1], moved[-1])
            found = [_largest(after - before) / step for after, before in zip(there, local, strict=True)]
            changes = [np.maximum(old, new) for old, new in zip(changes, found, strict=True)]
        return changes

    def time_constants(self, states: np.ndarray) -> TimeConstants:
        """Time constants of the units by themselves, wherever the states are."""
        del states
        return time_constants(self.network)

    def visit(self, count: int, seed: Any) -> np.ndarray:
        """States drawn from trajectories under this input, shape (variables, count, units)."""
        constants = time_constants(self.network)
        dt, scheme = stepping_or(self.network.stepping, None, None, constants)
        steps = min(MOST_STEPS, int(np.ceil(DURATION * constants.slowest / dt)))
        run = simulate(
            self.network.replace(initial_state=None),
            steps * dt,
            dt,
            scheme.name,
            noise=None,
            inputs=self.inputs if self.inputs.size else None,
            trials=min(count, TRIALS),
            record="states",
            every=max(1, steps // 1000),
            rng=child(seed, "trajectories"),
            progress=False,
        )
        draw = np.random.default_rng(child(seed, "starts"))
        # saddles are passed on the way, and late samples often stand still: a third of the times are in the first tenth
        samples = (draw.random(count) ** 2 * run.states.shape[1]).astype(np.intp)
        return self.inside(run.states[np.arange(count) % len(run.states), samples])

    def tangent(self, count: int, dt: float, scheme: Tableau, threads: int) -> Tangent:
        """Trajectory of the network under this input with `count` tangent vectors."""
        return Tangent(self.network.replace(bias=self._constant), count, dt, scheme, threads)

    def _evaluate(self, expression: Any, states: np.ndarray, current: Any = 0.0) -> np.ndarray:
        values = {**dict(zip(self._equations.variables, states, strict=True)), "u": current, **self._values}
        return np.broadcast_to(evaluate(expression, values), states.shape[1:]).astype(np.float64)


class SystemField(VectorField):
    """Vector field of a `System`, evaluated at one state after the other.

    Its precision is that of the array that the functions return, at the state where the Jacobian is first used.

    Parameters
    ----------
    system : System
    """

    def __init__(self, system: System) -> None:
        self.system, self.units, self.variables, self.inputs = system, system.size, 1, np.zeros(0)
        self.map_step = system.step

    def inside(self, states: Any) -> np.ndarray:
        """States as (1, states, size), checked; the first tells the precision and whether the Jacobian is right."""
        result = super().inside(states)
        first = result[0, 0]
        self.precision = self.system.precision_at(first)
        self.system.require_jacobian(first)
        return result

    def speeds(self, states: np.ndarray) -> np.ndarray:
        """Time derivative F, of the shape of the states."""
        return np.array([self.system.speed_at(state) for state in states[0]]).reshape(states.shape)

    def jacobians(self, states: np.ndarray) -> np.ndarray:
        """Jacobians, shape (states, size, size)."""
        each = [self.system.jacobian_at(state) for state in states[0]]
        return np.array(each).reshape(-1, self.size, self.size)

    def outputs(self, states: np.ndarray) -> np.ndarray:
        """Outputs of a system: none, shape (states, 0)."""
        return np.zeros((states.shape[1], 0))

    def newton_steps(self, states: np.ndarray, speeds: np.ndarray, threads: int) -> np.ndarray:
        """Steps that solve J step = -F; NaN where J is singular."""
        del threads
        return solve_each(self.jacobians(states), speeds)

    def rounding(self, states: np.ndarray) -> np.ndarray:
        """Rounding error of F: of the state, and of terms as large as those of J s."""
        jacobians = self.jacobians(states)
        scale = np.linalg.norm(jacobians, axis=(1, 2))
        if self.system.step is not None:
            # F is a difference of the image and the state, whose rounding a small J does not show
            scale += np.linalg.norm(jacobians + np.eye(self.size) / self.system.step, axis=(1, 2))
        return 4.0 * self.precision * scale * norms(states)

    def lipschitz(self, states: np.ndarray, step: float) -> np.ndarray:
        """Estimate of the Lipschitz constant of J, from its change along each variable."""
        here, total = self.jacobians(states), np.zeros(states.shape[1])
        for k in range(self.size):
            changes = []
            for sign in (1.0, -1.0):
                moved = states.copy()
                moved[0, :, k] += sign * step
                changes.append(np.linalg.norm(self.jacobians(moved) - here, axis=(1, 2)) / step)
            total += np.maximum(*changes) ** 2
        return np.sqrt(total)

    def time_constants(self, states: np.ndarray) -> TimeConstants:
        """Time constants of the Jacobian at the first of the states."""
        return self.system.time_constants(states[0, 0])

    def visit(self, count: int, seed: Any) -> np.ndarray:
        """Raise: a system has no initial state to begin from."""
        del seed
        raise ParameterError(
            f"starts must be states (starts, {self.size}) for a System, which has no initial state (got {count})."
        )

    def tangent(self, count: int, dt: float, scheme: Tableau, threads: int) -> SystemTangent:
        """Trajectory of the system with `count` tangent vectors."""
        del threads
        return SystemTangent(self.system, count, dt, scheme)


def as_network(network: Any) -> Network:
    """Return the network in double precision, in which every search is done."""
    return require_undelayed(network, "fixed points and their stability").astype("float64")


def solve_each(jacobians: np.ndarray, speeds: np.ndarray) -> np.ndarray:
    """Steps (1, states, size) that solve J step = -F, one state after the other; NaN where J is singular."""
    steps = np.full(speeds.shape, np.nan)
    for k, jacobian in enumerate(jacobians):
        try:
            steps[0, k] = np.linalg.solve(jacobian, -speeds[0, k])
        except np.linalg.LinAlgError:
            continue
    return steps


def norms(states: np.ndarray) -> np.ndarray:
    """Euclidean norm of each state, shape (states,)."""
    return np.sqrt(np.einsum("vqi,vqi->q", states, states))


# a curve needs hundreds of fields of the same neuron
_trace = functools.lru_cache(maxsize=32)(trace)


def _largest(derivatives: np.ndarray) -> np.ndarray:
    """Largest norm over units of a block of local derivatives, for each state: (..., states, units) to (states,)."""
    return np.sqrt((derivatives**2).sum(axis=tuple(range(derivatives.ndim - 2)))).max(axis=-1)


def _constant_input(network: Network, inputs: Any) -> np.ndarray:
    channels = network.inputs
    if inputs is None:
        return np.zeros(channels)
    constant = np.atleast_1d(finite("inputs", inputs, np.float64))
    if not channels:
        raise ShapeError("inputs must be None, the network has no input channel; try Network(..., inputs=1).")
    if constant.shape != (channels,):
        raise ShapeError(
            f"inputs must have shape ({channels},), one constant value for each of {', '.join(network.input_names)} "
            f"(got {constant.shape})."
        )
    return constant
