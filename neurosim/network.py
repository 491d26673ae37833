"""Networks: an immutable declaration of the neuron, the recurrent weights, the inputs and the readout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.connectivity.base import Connectivity
from neurosim.connectivity.operator import Operator
from neurosim.conveniences import convenience
from neurosim.errors import ParameterError, ShapeError, UnknownKeywordError, did_you_mean, kind_of
from neurosim.neurons.base import Neuron
from neurosim.noise import require_noise_of_size
from neurosim.notebook import HtmlTable
from neurosim.randomness import Seed, child, seed_sequence
from neurosim.readouts import READOUTS
from neurosim.state_layout import state_columns
from neurosim.stepping import Stepping
from neurosim.validation import array_of_shape, check_keywords, finite, one_of, whole_number

if TYPE_CHECKING:
    from os import PathLike

    from numpy.random import SeedSequence

__all__ = ["Network", "require_network"]

STARTS = ("normal", "standard_normal", "glorot", "small_positive")


def _channels(name: str, channels: int | Sequence[str]) -> tuple[str, ...]:
    if isinstance(channels, (int, np.integer)) and not isinstance(channels, bool):
        return tuple(f"{name}_{k}" for k in range(whole_number(f"{name}s", channels, minimum=0)))
    names = list(channels) if isinstance(channels, (list, tuple)) else [None]
    if any(not isinstance(channel, str) for channel in names) or len(set(names)) < len(names):
        raise ParameterError(
            f"{name}s must be a number of channels or a list of distinct names (got {channels!r})."
        )
    return tuple(str(channel) for channel in names)


def _draw_weights(name: str, start: Any, shape: tuple[int, int], seed: SeedSequence) -> Any:
    """Initial weights of this shape, drawn from a named distribution, or the array itself."""
    if not isinstance(start, str):
        return start
    draw = np.random.default_rng(seed)
    if one_of(name, start, STARTS) in ("normal", "standard_normal"):
        return draw.standard_normal(shape) / (np.sqrt(max(shape[1], 1)) if start == "normal" else 1.0)
    edge = np.sqrt(6.0 / sum(shape))
    return draw.uniform(-edge, edge, shape) if start == "glorot" else draw.uniform(0.0, 0.1, shape)


def _read_only(array: np.ndarray, dtype: np.dtype) -> np.ndarray:
    array = np.array(array, dtype=dtype, order="C")
    array.setflags(write=False)
    return array


@dataclass(frozen=True, eq=False, init=False, repr=False)
class Network(HtmlTable):
    r"""Rate recurrent neural network of `size` units.

    .. math:: ds/dt = drift(s, u), \quad r = rate(s), \quad u = W r + W_{in} y + b, \quad
              z = readout(W_{out} r + b_{out}).

    A network is immutable: `replace` and training return new ones. `neurosim.simulate` runs it.

    Parameters
    ----------
    neuron : Neuron
        Equation of a unit.
    connectivity : Connectivity or Operator
        Recurrent weights: a declaration from which they are drawn, with the stream "weights" of `rng`, or the weights
        themselves.
    size : int
        Number of units.
    inputs, outputs : int or sequence of str, optional
        Input and output channels: how many, or their names.
    readout : {"linear", "logistic", "softmax"}, optional
        Function of the weighted rates; see `neurosim.readouts.outputs_of`.
    input_weights, readout_weights : {"normal", "standard_normal", "glorot", "small_positive"} or ndarray, optional
        Their distribution: "normal" is N(0, 1 / channels) for the input and N(0, 1 / size) for the readout;
        "standard_normal" is N(0, 1); "glorot" is uniform between :math:`\pm\sqrt{6/(size + channels)}` (Glorot & Bengio
        2010), as in Keras; "small_positive" is uniform from 0 to 0.1 (Song et al. 2016). Or the weights themselves.
    dtype : {"float64", "float32"}, optional
        Precision of all arrays and of every simulation of this network.
    stepping : Stepping, optional
        Time step, scheme and noise that the network is meant to be run with, the default of everything that runs it.
    rng : int, SeedSequence, Generator or None, optional
        Seed of all weights. The same seed gives the same weights.

    Attributes
    ----------
    recurrent : Operator
        The weights W; ``recurrent.dense()[i, j]`` is the weight from unit j to unit i.
    input_weights : ndarray, shape (size, inputs)
    bias : ndarray, shape (size,)
    readout_weights : ndarray, shape (outputs, size)
    readout_bias : ndarray, shape (outputs,)
    initial_state : ndarray, shape (size,) or (size, variables), or None
        State in which simulations start; None: drawn for each trial (see `simulate`).
    stepping : Stepping or None
        How the network is meant to be stepped through time; None: this is left open.
    seed : SeedSequence
        Seed of the weights.

    Notes
    -----
    Precision: the recurrent weights decide. All other arrays are converted to their dtype, also by
    ``replace(recurrent=...)``. Arrays of integers, booleans and half precision become float64 wherever they are given.

    Examples
    --------
    >>> import neurosim as ns
    >>> chaotic = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=1.5), size=100, rng=0)
    >>> chaotic.recurrent.dense().shape
    (100, 100)
    """

    neuron: Neuron
    recurrent: Operator
    input_weights: np.ndarray
    bias: np.ndarray
    readout_weights: np.ndarray
    readout_bias: np.ndarray
    readout: str
    input_names: tuple[str, ...]
    output_names: tuple[str, ...]
    initial_state: np.ndarray | None
    connectivity: Connectivity | None
    stepping: Stepping | None
    seed: SeedSequence

    @check_keywords
    def __init__(
        self,
        neuron: Neuron,
        connectivity: Connectivity | Operator,
        size: int,
        *,
        inputs: int | Sequence[str] = 0,
        outputs: int | Sequence[str] = 0,
        readout: str = "linear",
        input_weights: str | np.ndarray = "normal",
        readout_weights: str | np.ndarray = "normal",
        dtype: str = "float64",
        stepping: Stepping | None = None,
        rng: Seed = None,
    ) -> None:
        size = whole_number("size", size)
        kind = np.dtype(one_of("dtype", np.dtype(dtype).name, ("float64", "float32")))
        seed = seed_sequence(rng)
        declaration = connectivity if isinstance(connectivity, Connectivity) else None
        if declaration is not None:
            operator = declaration.build(size, np.random.default_rng(child(seed, "weights")))
        elif isinstance(connectivity, Operator):
            operator = connectivity
        else:
            raise ParameterError(
                f"connectivity must be a Connectivity or an Operator (got {kind_of(connectivity)}); "
                f"wrap a matrix as ns.Explicit(matrix)."
            )
        if operator.size != size:
            raise ShapeError(f"size must be that of the connectivity, {operator.size} (got {size}).")
        input_names, output_names = _channels("input", inputs), _channels("output", outputs)
        ways = {"input_weights": (input_weights, (size, len(input_names)))}
        ways["readout_weights"] = (readout_weights, (len(output_names), size))
        self._fill(
            neuron=neuron,
            recurrent=operator.astype(kind),
            bias=np.zeros(size),
            **{
                name: _draw_weights(name, *way, child(seed, name.replace("_", " ")))
                for name, way in ways.items()
            },
            readout_bias=np.zeros(len(output_names)),
            readout=readout,
            input_names=input_names,
            output_names=output_names,
            initial_state=None,
            connectivity=declaration,
            stepping=stepping,
            seed=seed,
        )

    @staticmethod
    def for_task(task: Any, *, rng: Seed = None, **changes: Any) -> Network:
        """Network as the authors of a task built it; see `neurosim.published_networks.network_for_task`."""
        return convenience("Network.for_task")(task, rng, **changes)

    def _fill(self, **parts: Any) -> None:
        """Check that the parts fit each other and set all attributes."""
        neuron, operator = parts["neuron"], parts["recurrent"]
        if not isinstance(neuron, Neuron):
            raise ParameterError(f"neuron must be a Neuron (got {neuron!r}); try ns.LeakyCurrent('tanh').")
        if not isinstance(operator, Operator):
            raise ParameterError(
                f"recurrent must be an Operator (got {kind_of(operator)}); wrap a matrix: ns.Operator(matrix)."
            )
        size, kind = operator.size, operator.dtype
        _check_parameters(neuron, size)
        shapes = {
            "input_weights": (size, len(parts["input_names"])),
            "bias": (size,),
            "readout_weights": (len(parts["output_names"]), size),
            "readout_bias": (len(parts["output_names"]),),
        }
        for name, shape in shapes.items():
            parts[name] = _read_only(
                array_of_shape(name, parts[name], shape, f"The network has {size} units."), kind
            )
        if parts["initial_state"] is not None:
            parts["initial_state"] = _read_only(_as_state(parts["initial_state"], neuron, size), kind)
        one_of("readout", parts["readout"], READOUTS)
        _check_stepping(parts["stepping"], size)
        for field in fields(self):
            object.__setattr__(self, field.name, parts[field.name])

    @property
    def size(self) -> int:
        """Number of units."""
        return self.recurrent.size

    @property
    def inputs(self) -> int:
        """Number of input channels; their names are `input_names`."""
        return len(self.input_names)

    @property
    def outputs(self) -> int:
        """Number of output channels; their names are `output_names`."""
        return len(self.output_names)

    @property
    def dtype(self) -> np.dtype:
        """Precision of all arrays and of simulations: that of the recurrent weights."""
        return self.recurrent.dtype

    def replace(self, **changes: Any) -> Network:
        """Copy with some attributes changed, for instance ``replace(recurrent=operator, bias=bias)``.

        Input or readout weights with another number of channels give these default names, unless ``input_names`` or
        ``output_names`` are given too. New recurrent weights set `connectivity` to None, unless it is given.
        """
        parts = {field.name: getattr(self, field.name) for field in fields(self)}
        for name in changes:
            if name not in parts:
                raise UnknownKeywordError(f"Network.replace takes no {name!r}. {did_you_mean(name, parts)}")
        if "recurrent" in changes and "connectivity" not in changes:
            changes["connectivity"] = None
        for weights, names, axis in (("input", "input_names", 1), ("readout", "output_names", 0)):
            given = changes.get(f"{weights}_weights")
            if given is not None and names not in changes and np.ndim(given) == 2:
                count = np.shape(given)[axis]
                if count != len(parts[names]):
                    changes[names] = _channels(names.split("_")[0], count)
                    if axis == 0:
                        changes.setdefault("readout_bias", np.zeros(count))
        changed = object.__new__(Network)
        changed._fill(**{**parts, **changes})
        return changed

    def astype(self, dtype: str) -> Network:
        """Copy in another precision, "float64" or "float32"."""
        kind = one_of("dtype", np.dtype(dtype).name, ("float64", "float32"))
        return self.replace(recurrent=self.recurrent.astype(np.dtype(kind)), connectivity=self.connectivity)

    def resting_state(self) -> np.ndarray:
        """State of rest: each variable at the value that the neuron gives it, zero by default.

        Returns
        -------
        ndarray, shape (units,) or (units, variables)
            A new array, in the precision of the network.
        """
        variables, rest = self.neuron.variables(), self.neuron.resting_state()
        state = np.zeros((self.size, len(variables)), self.dtype)
        for k, name in enumerate(variables):
            state[:, k] = rest.get(name, 0.0)
        return state[:, 0] if len(variables) == 1 else state

    def starting_state(self) -> np.ndarray:
        """State in which trials of training start: `initial_state`, or `resting_state()` where that is None."""
        return self.resting_state() if self.initial_state is None else np.array(self.initial_state)

    def jacobian(self, state: np.ndarray, inputs: np.ndarray | None = None) -> np.ndarray:
        r"""Jacobian :math:`J = A + B W C` of the flow at one state, in 1/time.

        Parameters
        ----------
        state : ndarray, shape (units,) or (units, variables)
        inputs : ndarray, shape (channels,), optional
            Constant input; default: zero.

        Returns
        -------
        ndarray, shape (units * variables, units * variables)
            All units of the first variable, then all of the second, and so on. Takes units² variables² numbers.
        """
        from neurosim.equations.local import local_derivatives

        columns = state_columns(_as_state(state, self.neuron, self.size), self.size)
        current = self.recurrent @ self.neuron.values(*columns) + self.bias
        if inputs is not None:
            current = current + self.input_weights @ array_of_shape("inputs", inputs, (self.inputs,))
        by_state, by_input, rate_by_state = local_derivatives(self.neuron, columns, current)
        weights, count = self.recurrent.dense(), len(columns)
        blocks = [
            [
                np.diag(by_state[i][j]) + by_input[i][:, None] * weights * rate_by_state[j][None, :]
                for j in range(count)
            ]
            for i in range(count)
        ]
        return np.block(blocks)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the network to an ``.npz`` file, to be read by `neurosim.load`; see `neurosim.storage.save`."""
        convenience("Network.save")(self, path)

    def equals(self, other: Network) -> bool:
        """Whether the other network has the same neuron, readout, stepping and, bit for bit, the same weights."""
        arrays = ("input_weights", "bias", "readout_weights", "readout_bias")
        start, other_start = self.initial_state, other.initial_state
        return (
            self.neuron == other.neuron
            and self.readout == other.readout
            and self.stepping == other.stepping
            and self.recurrent.equals(other.recurrent)
            and all(np.array_equal(getattr(self, name), getattr(other, name)) for name in arrays)
            and (start is other_start is None or _both_equal(start, other_start))
        )

    def _html_rows(self) -> Mapping[str, Any]:
        return {
            "neuron": self.neuron,
            "recurrent weights": self.recurrent if self.connectivity is None else self.connectivity,
            "size": self.size,
            "inputs": ", ".join(self.input_names) or "none",
            "outputs": ", ".join(self.output_names) or "none",
            "readout": self.readout,
            "stepping": "open" if self.stepping is None else self.stepping,
            "dtype": self.dtype.name,
        }

    def __repr__(self) -> str:
        source = self.connectivity if self.connectivity is not None else self.recurrent
        channels = f", inputs={self.inputs}, outputs={self.outputs}"
        stepping = "" if self.stepping is None else f", stepping={self.stepping!r}"
        return (
            f"Network({self.neuron!r}, {source!r}, size={self.size}"
            f"{channels if self.input_names or self.output_names else ''}{stepping})"
        )


def require_network(value: Any, name: str = "network") -> Network:
    """Return the value, which must be a `Network`; the error says what it is instead."""
    if not isinstance(value, Network):
        held = ".network" if isinstance(getattr(value, "network", None), Network) else ""
        remedy = f"give {name}{held}" if held else "make one with ns.Network(...) or ns.load(path)"
        raise ParameterError(f"{name} must be a Network (got {kind_of(value)}); {remedy}.")
    return value


def _both_equal(a: np.ndarray | None, b: np.ndarray | None) -> bool:
    return a is not None and b is not None and np.array_equal(a, b)


def _check_parameters(neuron: Neuron, size: int) -> None:
    from neurosim.equations import parameter_values

    for name, value in parameter_values(neuron).items():
        if np.ndim(value) and np.shape(value) != (size,):
            raise ShapeError(
                f"{type(neuron).__name__}.{name} must be one number, or one per unit with shape ({size},) "
                f"(got shape {np.shape(value)})."
            )


def _check_stepping(stepping: Any, size: int) -> None:
    if stepping is None:
        return
    if not isinstance(stepping, Stepping):
        raise ParameterError(
            f"stepping must be a Stepping or None (got {stepping!r}); try ns.Stepping(dt=0.1)."
        )
    require_noise_of_size("stepping.noise", stepping.noise, size)


def _as_state(state: Any, neuron: Neuron, size: int) -> np.ndarray:
    count = len(neuron.variables())
    state = finite("state", state)
    allowed = [(size,), (size, 1)] if count == 1 else [(size, count)]
    if state.shape not in allowed:
        raise ShapeError(f"state must have shape {allowed[0]} for {kind_of(neuron)} (got {state.shape}).")
    return state.reshape(allowed[0])
