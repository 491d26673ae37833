"""Networks: an immutable declaration of the neuron, the recurrent weights, the inputs and the readout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.connectivity.base import Connectivity
from neurosim.connectivity.delays import weights_by_delay
from neurosim.connectivity.operator import Operator
from neurosim.conveniences import convenience
from neurosim.errors import (
    ParameterError,
    UnknownKeywordError,
    UnknownNameError,
    did_you_mean,
    kind_of,
)
from neurosim.network_parts import (
    as_state,
    both_equal,
    channel_names,
    check_parameters,
    check_stepping,
    draw_weights,
    dtype_name,
    followed_channels,
    number_of_units,
    read_only,
    recurrent_weights,
    require_neuron,
    sizes_in_words,
)
from neurosim.neurons.base import Neuron
from neurosim.neurons.populations import Populations
from neurosim.notebook import HtmlTable
from neurosim.randomness import Seed, child, seed_sequence
from neurosim.readouts import READOUTS
from neurosim.stepping import Stepping
from neurosim.synapses import synaptic_units
from neurosim.validation import array_of_shape, check_keywords, one_of

if TYPE_CHECKING:
    from os import PathLike

    from numpy.random import SeedSequence

__all__ = ["Network"]


@dataclass(frozen=True, eq=False, init=False, repr=False)
class Network(HtmlTable):
    r"""Rate recurrent neural network of `size` units.

    .. math:: ds/dt = drift(s, u), \quad r = rate(s), \quad u = W r + W_{in} y + b, \quad
              z = readout(W_{out} r + b_{out}).

    A network is immutable: `replace` and training return new ones. `neurosim.simulate` runs it.

    Parameters
    ----------
    neuron : Neuron or Populations
        Equation of a unit, or populations of units with equations of their own.
    connectivity : Connectivity or Operator
        Recurrent weights: a declaration from which they are drawn, with the stream "weights" of `rng`, or the weights
        themselves.
    size : int, optional
        Number of units. Default: that of the populations, or of the operator.
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
    Connections may take time (`neurosim.connectivity.Delayed`, ``Blocks(..., delay=...)``): W r is then the sum over
    all `delays` d of :math:`W_d\, r(t - d)`.

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
        size: int | None = None,
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
        require_neuron(neuron)
        size = number_of_units(size, neuron, connectivity)
        kind = np.dtype(one_of("dtype", dtype_name(dtype), ("float64", "float32")))
        seed = seed_sequence(rng)
        declaration = connectivity if isinstance(connectivity, Connectivity) else None
        operator = recurrent_weights(connectivity, neuron, size, child(seed, "weights"))
        input_names, output_names = channel_names("input", inputs), channel_names("output", outputs)
        ways = {"input_weights": (input_weights, (size, len(input_names)))}
        ways["readout_weights"] = (readout_weights, (len(output_names), size))
        drawn = {
            name: draw_weights(name, *way, child(seed, name.replace("_", " ")), synaptic_units(neuron))
            for name, way in ways.items()
        }
        if isinstance(input_weights, str):
            drawn["input_weights"][:, followed_channels(neuron, input_names)] = 0.0
        self._fill(
            neuron=neuron,
            recurrent=operator.astype(kind),
            bias=np.zeros(size),
            **drawn,
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
        require_neuron(neuron)
        if not isinstance(operator, Operator):
            raise ParameterError(
                f"recurrent must be an Operator (got {kind_of(operator)}); wrap a matrix: ns.Operator(matrix)."
            )
        size, kind = operator.size, operator.dtype
        check_parameters(neuron, size)
        followed_channels(neuron, parts["input_names"])
        shapes = {
            "input_weights": (size, len(parts["input_names"])),
            "bias": (size,),
            "readout_weights": (len(parts["output_names"]), size),
            "readout_bias": (len(parts["output_names"]),),
        }
        for name, shape in shapes.items():
            parts[name] = read_only(
                array_of_shape(name, parts[name], shape, f"The network has {size} units."), kind
            )
        if parts["initial_state"] is not None:
            parts["initial_state"] = read_only(as_state(parts["initial_state"], neuron, size), kind)
        one_of("readout", parts["readout"], READOUTS)
        check_stepping(parts["stepping"], size)
        for field in fields(self):
            object.__setattr__(self, field.name, parts[field.name])

    @property
    def size(self) -> int:
        """Number of units."""
        return self.recurrent.size

    @property
    def populations(self) -> dict[str, slice]:
        """Units of each population by name, in order; empty where all units are of one kind."""
        return {section.name: section.units for section in self.neuron.sections() if section.name}

    def units(self, population: str) -> slice:
        """Units of one population.

        Raises
        ------
        UnknownNameError
            If the network has no population of this name.
        """
        known = self.populations
        if not isinstance(population, str) or population not in known:
            also = (
                did_you_mean(str(population), known)
                if known
                else "Declare ns.Populations(...) as its neuron."
            )
            raise UnknownNameError(f"{population!r} is no population of the network. {also}")
        return known[population]

    @property
    def signs(self) -> np.ndarray:
        """Sign of the weights from each unit that its population declares, shape (units,): 1, -1, or 0 where open."""
        signs = np.zeros(self.size, np.int8)
        if isinstance(self.neuron, Populations):
            for name, population in self.neuron.populations.items():
                signs[self.populations[name]] = {"excitatory": 1, "inhibitory": -1, None: 0}[population.sign]
        return signs

    @property
    def has_variable(self) -> np.ndarray:
        """Whether a unit has each of the state variables, shape (units, variables) of bool.

        Only populations with different numbers of variables lack any.
        """
        found = np.ones((self.size, len(self.neuron.variables())), bool)
        for section in self.neuron.sections():
            found[section.units, len(section.neuron.variables()) :] = False
        return found

    @property
    def dimensions(self) -> int:
        """Number of state variables of all units, the dimension of the dynamics."""
        return int(np.count_nonzero(self.has_variable))

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

    @property
    def delays(self) -> tuple[tuple[float, np.ndarray], ...]:
        """Delays of connections that take time, ascending, each with the weights (units, units) of those.

        With the weights `undelayed` of the others, u(t) = W₀ r(t) + Σ W_d r(t - d), where W₀ + Σ W_d is `recurrent`.
        """
        return tuple((d, weights) for d, weights in weights_by_delay(self.recurrent).items() if d > 0.0)

    @property
    def undelayed(self) -> np.ndarray:
        """Weights of the connections that take no time, shape (units, units)."""
        return weights_by_delay(self.recurrent).get(0.0, np.zeros(self.recurrent.shape, self.dtype))

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
                    changes[names] = channel_names(names.split("_")[0], count)
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
        ndarray, shape (dimensions, dimensions)
            All units of the first variable, then all units that have the second, and so on.
        """
        return convenience("Network.jacobian")(self, state, inputs)

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
            and (start is other_start is None or both_equal(start, other_start))
        )

    def _html_rows(self) -> Mapping[str, Any]:
        return {
            "neuron": self.neuron,
            "recurrent weights": self.recurrent if self.connectivity is None else self.connectivity,
            "size": self.size,
            **({"populations": sizes_in_words(self.neuron)} if isinstance(self.neuron, Populations) else {}),
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
