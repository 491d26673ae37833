"""Differentiable simulation: compiled forward and adjoint passes as one primitive of autograd."""

from __future__ import annotations

import functools
import logging
from collections.abc import Mapping
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd.core import VSpace
from autograd.extend import Box, defvjp, defvjp_argnums, primitive
from autograd.tracer import getval, isbox

from neurosim.engine.delay_line import delay_line
from neurosim.engine.differentiable.checkpointing import Segments, choose_segments
from neurosim.engine.differentiable.kernels import AdjointKernels
from neurosim.engine.differentiable.passes import Cotangents, ForwardPass
from neurosim.engine.differentiable.segmented_run import Workspaces
from neurosim.engine.differentiable.workspace import block_of, bytes_of_past, bytes_of_state, bytes_of_step
from neurosim.engine.stability import warn_of_long_steps
from neurosim.equations import parameter_units
from neurosim.errors import ParameterError, ShapeError, UnknownNameError, did_you_mean
from neurosim.kernels.runtime.threads import threads_available
from neurosim.network import Network
from neurosim.network_arguments import require_network
from neurosim.noise import Noise
from neurosim.parameters import NEURON, parameters_of
from neurosim.randomness import Seed, seed_sequence
from neurosim.readouts import differentiable_outputs
from neurosim.schemes import find_scheme
from neurosim.validation import as_array, positive, whole_number

__all__ = ["Rollout", "RolloutOutputs"]

log = logging.getLogger("neurosim")


class ForwardPassBox(Box):
    """Box of autograd that stands for a `ForwardPass` while gradients are traced."""

    __slots__ = ()


class CotangentSpace(VSpace):
    """Vector space of `Cotangents`, in which autograd adds those of several uses before one backward pass."""

    def __init__(self, value: Any) -> None:
        pass


ForwardPassBox.register(ForwardPass)
CotangentSpace.register(Cotangents)


@primitive
def _forward_pass(*arrays: np.ndarray, names: tuple[str, ...], run: Any) -> ForwardPass:
    return run(dict(zip(names, arrays, strict=True)))


def _forward_pass_vjp(argnums: Any, forward_pass: ForwardPass, _: Any, keywords: Any) -> Any:
    names = [keywords["names"][k] for k in argnums]

    def backward(cotangents: Cotangents) -> tuple[np.ndarray, ...]:
        gradients = forward_pass.gradients(cotangents)
        return tuple(gradients[name] for name in names)

    return backward


defvjp_argnums(_forward_pass, _forward_pass_vjp)


@primitive
def _outputs(forward_pass: ForwardPass) -> np.ndarray:
    return forward_pass.outputs


@primitive
def _rates(forward_pass: ForwardPass) -> np.ndarray:
    return forward_pass.rates


@primitive
def _states(forward_pass: ForwardPass) -> np.ndarray:
    return forward_pass.states


defvjp(_outputs, lambda _, __: lambda cotangent: Cotangents(outputs=cotangent))
defvjp(_rates, lambda _, __: lambda cotangent: Cotangents(rates=cotangent))
defvjp(_states, lambda _, __: lambda cotangent: Cotangents(states=cotangent))


class RolloutOutputs:
    """What a rollout shows; autograd's boxes where something that it depends on was one.

    Only what is asked for costs anything. All arrays are aligned with the targets of `Trials`: entry k belongs to the
    end of step k.

    Attributes
    ----------
    network : Network
        Whose structure it was.
    dt : float
    inputs : ndarray, shape (trials, steps, channels)
    parameters : dict of str to ndarray
        All numbers that were used; see `neurosim.parameters.parameters_of`.
    given : mapping of str to ndarray, optional
        Any of ``linear_outputs``, ``rates`` and ``states``, to be used in place of those of the forward pass.
    """

    def __init__(
        self,
        network: Network,
        dt: float,
        inputs: Any,
        parameters: dict[str, Any],
        forward_pass: Any = None,
        *,
        given: Mapping[str, Any] | None = None,
    ) -> None:
        self.network, self.dt, self.inputs, self.parameters = network, dt, inputs, parameters
        self._forward_pass, self._given = forward_pass, {} if given is None else given

    @functools.cached_property
    def linear_outputs(self) -> Any:
        """Outputs before the readout's function, shape (trials, steps, outputs)."""
        if "linear_outputs" in self._given:
            return self._given["linear_outputs"]
        return _outputs(self._forward_pass)

    @functools.cached_property
    def outputs(self) -> Any:
        """Outputs after every step, shape (trials, steps, outputs)."""
        return differentiable_outputs(self.network.readout, self.linear_outputs)

    @functools.cached_property
    def rates(self) -> Any:
        """Rates after every step, shape (trials, steps, units)."""
        return self._given["rates"] if "rates" in self._given else _rates(self._forward_pass)

    @functools.cached_property
    def states(self) -> Any:
        """States after every step, shape (trials, steps, units), and a last axis where units have several variables."""
        if "states" in self._given:
            return self._given["states"]
        states = _states(self._forward_pass)
        # a reshape, since autograd's derivative of an index adds number by number
        return anp.reshape(states, states.shape[:-1]) if states.shape[-1] == 1 else states

    @property
    def threads(self) -> int:
        """Largest number of threads that the passes use; 1 where everything is given."""
        return 1 if self._forward_pass is None else int(getval(self._forward_pass).threads)

    def adjoints(self, cotangents: Cotangents) -> np.ndarray:
        """Gradients with respect to the states before the first step and after every step.

        Parameters
        ----------
        cotangents : Cotangents
            Gradients of a loss with respect to outputs, rates and states.

        Returns
        -------
        ndarray, shape (trials, steps + 1, units, variables)
        """
        forward_pass = getval(self._forward_pass)
        trials, steps, size = forward_pass.shape
        adjoints = np.empty(
            (trials, steps + 1, size, len(self.network.neuron.variables())), self.network.dtype
        )
        forward_pass.gradients(cotangents, adjoints)
        return adjoints


class Rollout:
    r"""Differentiable simulation of a network on trials of a task.

    The gradient is that of the discrete steps, exact to rounding: with Euler the adjoint step is

    .. math:: \lambda \leftarrow \lambda + dt\,A^T\lambda + C^T(W^T dt\,B^T\lambda + \partial L/\partial r),

    with the local derivatives A, B of the drift and C of the rate (see `neurosim.equations.trace`); the other schemes
    go through their stages in the same way. It is available with respect to all parameters of the network (see
    `neurosim.parameters.parameters_of`) and to the inputs, for every neuron, scheme and operator.

    Parameters
    ----------
    network : Network
        Gives the structure, and the values of parameters that are not arguments of the call. Trials start at its
        initial state, or else at the resting state of its neuron.
    dt : float
    scheme : {"euler", "heun", "rk4"}, optional
    noise : WhiteNoise or OrnsteinUhlenbeck, optional
    memory : float, optional
        MB that may be saved of one run for its gradient. A run that needs more saves checkpoints, about the square root
        of its steps, and is computed twice; the logger "neurosim" reports the choice once.
    truncate : int, optional
        Stop gradients at the steps whose numbers are multiples of this (truncated backpropagation through time).
    threads : int, optional
        Largest number of threads. The result does not depend on it, not even in rounding.

    Raises
    ------
    MemoryLimitError
        On a call whose checkpoints do not fit into `memory`.

    Notes
    -----
    Cost: forward one product with W per step and stage, backward one with its transpose and one outer product.
    Memory: the rates and the local derivatives that depend on the state are saved, 16 bytes per unit, step and trial
    for `LeakyCurrent` in float64.

    Weights of connections that do not exist are 0, whatever is given, and so are their gradients. Pairs of populations
    without connections cost nothing.

    Delays: gradients go back through them, to the steps at which the rates left. Rates before the first step are those
    of the initial state. A checkpoint holds the rates of the longest delay; truncation cuts what arrives from before.

    Examples
    --------
    >>> import autograd.numpy as np
    >>> import neurosim as ns
    >>> from neurosim.engine import Rollout, value_and_gradient
    >>> network = ns.Network(ns.LeakyRate("tanh"), ns.Orthogonal(), size=20, inputs=1, outputs=1, rng=0)
    >>> rollout = Rollout(network, dt=1.0)
    >>> drive = np.ones((5, 30, 1))
    >>> loss = lambda weights: np.mean(rollout(drive, weights).outputs ** 2)
    >>> value, gradient = value_and_gradient(loss, {"recurrent": network.recurrent.dense()})
    >>> gradient["recurrent"].shape
    (20, 20)
    """

    def __init__(
        self,
        network: Network,
        dt: float,
        scheme: str = "euler",
        *,
        noise: Noise | None = None,
        memory: float = 500.0,
        truncate: int | None = None,
        threads: int | None = None,
    ) -> None:
        require_network(network)
        self.network, self.dt, self.noise = network, positive("dt", dt), noise
        self.scheme, self.memory = find_scheme(scheme), positive("memory", memory)
        self.truncate = None if truncate is None else whole_number("truncate", truncate)
        self.threads = threads_available(threads)
        self.values = parameters_of(network)
        self._line = delay_line(network.recurrent, self.dt, self.scheme)
        self._own = [name for name in self.values if name.startswith(NEURON)]
        warn_of_long_steps(network, self.dt)
        self._programs: dict[Any, AdjointKernels] = {}
        self._segments: dict[Any, Segments] = {}
        self._workspaces = Workspaces()

    def __call__(
        self, inputs: Any, parameters: Mapping[str, Any] | None = None, rng: Seed = None
    ) -> RolloutOutputs:
        """Run trials.

        Parameters
        ----------
        inputs : ndarray, shape (trials, steps, channels)
            Held during each step; channels may be 0.
        parameters : mapping of str to ndarray, optional
            Parameters to use instead of those of the network.
        rng : int, SeedSequence, Generator or None, optional
            Seed of the noise.

        Raises
        ------
        ShapeError, UnknownNameError
            For arrays that do not fit; the message names them.
        """
        given = {} if parameters is None else parameters
        inputs = inputs if isbox(inputs) else as_array("inputs", inputs)
        self._check(given, inputs)
        values = {**self.values, **given}
        boxed = [name for name, value in given.items() if isbox(value)]
        if isbox(inputs):
            boxed.append("inputs")
        unitwise = tuple(name.removeprefix(NEURON) for name in self._own if values[name].ndim)
        kernels = self._program(unitwise, frozenset(boxed))
        fixed = {**values, "inputs": inputs}

        def run(given: dict[str, np.ndarray]) -> ForwardPass:
            return self._run(kernels, {**fixed, **given}, rng)

        forward_pass = _forward_pass(*(fixed[name] for name in boxed), names=tuple(boxed), run=run)
        if not boxed:
            # nothing is differentiated, and the caller may change these arrays before results are read
            forward_pass.run()
        return RolloutOutputs(self.network, self.dt, inputs, values, forward_pass)

    def _check(self, parameters: Mapping[str, Any], inputs: Any) -> None:
        for name, value in parameters.items():
            if name not in self.values:
                raise UnknownNameError(
                    f"{name!r} is not a parameter of the network. {did_you_mean(name, self.values)}"
                )
            if isbox(value) and name.removeprefix(NEURON) in self.network.neuron.channels():
                raise ParameterError(
                    f"{name!r} follows an input channel and cannot be trained; train the strength."
                )
            shape = value.shape
            if shape != self.values[name].shape and not (name in self._own and shape == self._per_unit(name)):
                raise ShapeError(f"{name} must have shape {self.values[name].shape} (got {shape}).")
        shape, channels = np.shape(inputs), self.network.inputs
        if len(shape) != 3 or shape[2] != channels or 0 in shape[:2]:
            raise ShapeError(f"inputs must have shape (trials, steps, {channels}) (got {shape}).")

    def _per_unit(self, name: str) -> tuple[int]:
        """Shape of a parameter of the neuron with one value per unit."""
        units = parameter_units(self.network.neuron, self.network.size)[name.removeprefix(NEURON)]
        return (units.stop - units.start,)

    def _program(self, unitwise: tuple[str, ...], wanted: frozenset[str]) -> AdjointKernels:
        key = unitwise, wanted
        if key not in self._programs:
            self._programs[key] = AdjointKernels(
                self.network, self.scheme, self.noise, unitwise=unitwise, wanted=wanted, line=self._line
            )
        return self._programs[key]

    def _run(self, kernels: AdjointKernels, values: dict[str, np.ndarray], rng: Seed) -> ForwardPass:
        kind = self.network.dtype
        inputs = np.ascontiguousarray(values.pop("inputs"), kind)
        return ForwardPass(
            kernels,
            {name: np.asarray(value, kind, order="C") for name, value in values.items()},
            inputs,
            dt=self.dt,
            segments=self._choose_segments(kernels, *inputs.shape[:2]),
            seed=None if self.noise is None else seed_sequence(rng),
            threads=self.threads,
            workspaces=self._workspaces,
        )

    def _choose_segments(self, kernels: AdjointKernels, trials: int, steps: int) -> Segments:
        key = kernels, trials, steps
        if key not in self._segments:
            self._segments[key] = choose_segments(
                steps,
                saved=bytes_of_step(kernels, trials),
                state=bytes_of_state(kernels, trials),
                held=2.0 * bytes_of_past(kernels, trials),
                memory=self.memory * 1e6,
                block=block_of(kernels, trials),
                truncate=self.truncate,
            )
            log.info("gradient of %d trials: %s", trials, self._segments[key])
        return self._segments[key]
