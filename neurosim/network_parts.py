"""Parts of a network: names of channels, drawn weights, and whether the parts fit each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.connectivity.base import Connectivity
from neurosim.connectivity.blocks import Blocks
from neurosim.connectivity.operator import Operator
from neurosim.errors import ParameterError, ShapeError, UnknownNameError, did_you_mean, kind_of
from neurosim.neurons.base import Neuron
from neurosim.neurons.populations import Populations
from neurosim.noise import require_noise_of_size
from neurosim.stepping import Stepping
from neurosim.validation import finite, one_of, require_memory, whole_number

if TYPE_CHECKING:
    from numpy.random import SeedSequence

__all__ = [
    "STARTS",
    "as_state",
    "both_equal",
    "channel_names",
    "check_parameters",
    "check_signs",
    "check_stepping",
    "draw_weights",
    "followed_channels",
    "number_of_units",
    "read_only",
    "recurrent_weights",
    "require_neuron",
    "require_no_channels",
    "sizes_in_words",
    "weights_of_block",
]

STARTS = ("normal", "standard_normal", "glorot", "small_positive")


def channel_names(name: str, channels: int | Sequence[str]) -> tuple[str, ...]:
    """Names of channels: as given, or ``input_0`` and so on for a number of them."""
    if isinstance(channels, (int, np.integer)) and not isinstance(channels, bool):
        count = whole_number(f"{name}s", channels, minimum=0)
        require_memory(100.0 * count, f"{name}s = {count}: names of channels", "Take fewer.")
        return tuple(f"{name}_{k}" for k in range(count))
    names = list(channels) if isinstance(channels, (list, tuple)) else [None]
    if any(not isinstance(channel, str) for channel in names) or len(set(names)) < len(names):
        raise ParameterError(
            f"{name}s must be a number of channels or a list of distinct names (got {channels!r})."
        )
    return tuple(str(channel) for channel in names)


def draw_weights(
    name: str, start: Any, shape: tuple[int, int], seed: SeedSequence, without: np.ndarray
) -> Any:
    """Initial weights of this shape, drawn from a named distribution, or the array itself.

    Parameters
    ----------
    name : {"input_weights", "readout_weights"}
    start : str or ndarray
    shape : tuple of int
    seed : SeedSequence
    without : ndarray of int
        Units that have none, unless they are given.
    """
    if not isinstance(start, str):
        return start
    weights = _drawn(one_of(name, start, STARTS), shape, np.random.default_rng(seed))
    np.moveaxis(weights, 0 if name == "input_weights" else 1, 0)[without] = 0.0
    return weights


def _drawn(start: str, shape: tuple[int, int], draw: np.random.Generator) -> np.ndarray:
    if start in ("normal", "standard_normal"):
        return draw.standard_normal(shape) / (np.sqrt(max(shape[1], 1)) if start == "normal" else 1.0)
    edge = np.sqrt(6.0 / sum(shape))
    return draw.uniform(-edge, edge, shape) if start == "glorot" else draw.uniform(0.0, 0.1, shape)


def read_only(array: np.ndarray, dtype: np.dtype) -> np.ndarray:
    """Copy of an array in a precision, which cannot be changed."""
    array = np.array(array, dtype=dtype, order="C")
    array.setflags(write=False)
    return array


def both_equal(a: np.ndarray | None, b: np.ndarray | None) -> bool:
    """Whether there are two arrays, and they are equal."""
    return a is not None and b is not None and np.array_equal(a, b)


def require_neuron(neuron: Any) -> None:
    """Raise unless this is a neuron."""
    if not isinstance(neuron, Neuron):
        raise ParameterError(f"neuron must be a Neuron (got {neuron!r}); try ns.LeakyCurrent('tanh').")


def number_of_units(size: int | None, neuron: Any, connectivity: Any) -> int:
    """Number of units, as given or as declared elsewhere."""
    declared = neuron.size if isinstance(neuron, Populations) else None
    if declared is None and isinstance(connectivity, Operator):
        declared = connectivity.size
    if size is None and declared is None:
        raise ParameterError("size must be given (got None); try size=100.")
    if size is None:
        return int(declared)  # type: ignore[arg-type]
    if isinstance(neuron, Populations) and whole_number("size", size) != declared:
        raise ShapeError(f"size must be that of the populations, {declared} (got {size}); leave it out.")
    return whole_number("size", size)


def check_parameters(neuron: Neuron, size: int) -> None:
    """Raise unless every parameter of a neuron is one number, or one per unit."""
    from neurosim.equations import parameter_values

    if isinstance(neuron, Populations):
        # populations checked their parameters
        if neuron.size != size:
            raise ShapeError(
                f"neuron must have the units of the recurrent weights, {size} (got populations of {neuron.size}: "
                f"{sizes_in_words(neuron)}); give weights for all units."
            )
        return
    for name, value in parameter_values(neuron).items():
        if np.ndim(value) and np.shape(value) != (size,):
            raise ShapeError(
                f"{type(neuron).__name__}.{name} must be one number, or one per unit with shape ({size},) "
                f"(got shape {np.shape(value)})."
            )


def check_signs(neuron: Populations, operator: Operator) -> None:
    """Raise unless the weights from each population have the sign that it declares."""
    sections = neuron.sections()
    for source in sections:
        sign = neuron.populations[source.name].sign
        for target in sections if sign is not None else ():
            weights = weights_of_block(operator, target.units, source.units)
            if ((weights < 0.0) if sign == "excitatory" else (weights > 0.0)).any():
                wanted = "negative" if sign == "excitatory" else "positive"
                raise ParameterError(
                    f"the block {source.name}->{target.name} must not have {wanted} weights, since {source.name} is "
                    f"{sign} (got {weights.min() if sign == 'excitatory' else weights.max():.3g}); try "
                    f"ns.connectivity.FixedInDegree, or leave the sign of the population open."
                )


def recurrent_weights(connectivity: Any, neuron: Neuron, size: int, seed: SeedSequence) -> Operator:
    """Recurrent weights, drawn with a seed where they are a declaration and as they are where they are weights."""
    if isinstance(connectivity, Connectivity):
        populations = {section.name: section.units for section in neuron.sections() if section.name}
        operator = connectivity.build_for(populations, size, np.random.default_rng(seed))
        if isinstance(connectivity, Blocks) and isinstance(neuron, Populations):
            check_signs(neuron, operator)
    elif isinstance(connectivity, Operator):
        operator = connectivity
    else:
        raise ParameterError(
            f"connectivity must be a Connectivity or an Operator (got {kind_of(connectivity)}); "
            f"wrap a matrix as ns.Explicit(matrix)."
        )
    if operator.size != size:
        raise ShapeError(f"size must be that of the connectivity, {operator.size} (got {size}).")
    return operator


def weights_of_block(operator: Operator, targets: slice, sources: slice) -> np.ndarray:
    """Weights from some units to others, shape (targets, sources)."""
    base: Any = operator.base
    weights = np.zeros((targets.stop - targets.start, sources.stop - sources.start))
    if base is not None:
        block = base[targets, sources]
        weights += block if isinstance(base, np.ndarray) else block.toarray()
    if operator.left is not None and operator.right is not None:
        weights += operator.left[targets] @ operator.right[sources].T
    return weights


def sizes_in_words(neuron: Populations) -> str:
    """Populations with their numbers of units, such as ``E: 400, I: 100``."""
    return ", ".join(f"{name}: {population.size}" for name, population in neuron.populations.items())


def followed_channels(neuron: Neuron, names: tuple[str, ...]) -> list[int]:
    """Indices of the input channels that the neuron follows, which the network must have."""
    followed = list(dict.fromkeys(neuron.channels().values()))
    for channel in followed:
        if channel not in names:
            raise UnknownNameError(
                f"the neuron follows the input channel {channel!r}, which the network does not have. "
                f"{did_you_mean(channel, names) if names else f'Declare inputs=[{channel!r}].'}"
            )
    return [names.index(channel) for channel in followed]


def require_no_channels(neuron: Neuron, what: str) -> None:
    """Raise if parameters of the neuron follow input channels, which `what` does not know."""
    if neuron.channels():
        name, channel = next(iter(neuron.channels().items()))
        raise ParameterError(
            f"neuron must follow no input channel in {what} (got {name!r}, which follows {channel!r}); try "
            f"network.replace(neuron=network.neuron.held_at({{{channel!r}: 0.0}}))."
        )


def check_stepping(stepping: Any, size: int) -> None:
    """Raise unless it is a Stepping whose noise has single numbers, or one per unit."""
    if stepping is None:
        return
    if not isinstance(stepping, Stepping):
        raise ParameterError(
            f"stepping must be a Stepping or None (got {stepping!r}); try ns.Stepping(dt=0.1)."
        )
    require_noise_of_size("stepping.noise", stepping.noise, size)


def dtype_name(dtype: Any) -> str:
    """Name of a type of numbers: "float32" for ``np.float32`` as well; of what is none, its text."""
    try:
        return np.dtype(dtype).name
    except TypeError:
        return str(dtype)


def as_state(state: Any, neuron: Neuron, size: int) -> np.ndarray:
    """One state of a network, shape (size,) or (size, variables), checked."""
    count = len(neuron.variables())
    state = finite("state", state)
    allowed = [(size,), (size, 1)] if count == 1 else [(size, count)]
    if state.shape not in allowed:
        raise ShapeError(f"state must have shape {allowed[0]} for {kind_of(neuron)} (got {state.shape}).")
    return state.reshape(allowed[0])
