"""Loadings of the units of a low-rank network: their part in its collective variables and in its channels."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from neurosim.connectivity.gaussian_mixture_low_rank import GaussianMixtureLowRank
from neurosim.connectivity.operator import Operator
from neurosim.errors import ParameterError, ShapeError
from neurosim.network import Network
from neurosim.network_arguments import require_undelayed

__all__ = ["Columns", "columns_of", "loadings_of", "moments_of", "network_of"]


class Columns(NamedTuple):
    """Which loadings a network has, in this order.

    Attributes
    ----------
    rank : int
        Number of pairs: loadings m, then as many n.
    inputs, outputs : int
        Input weights, then readout weights times the number of units.
    bias : bool
        Whether the bias comes last; a network without bias has none.
    """

    rank: int
    inputs: int
    outputs: int
    bias: bool

    @property
    def total(self) -> int:
        """Number of loadings."""
        return 2 * self.rank + self.inputs + self.outputs + self.bias

    @property
    def left(self) -> slice:
        """Places of m."""
        return slice(0, self.rank)

    @property
    def right(self) -> slice:
        """Places of n."""
        return slice(self.rank, 2 * self.rank)

    @property
    def channels(self) -> slice:
        """Places of the input weights."""
        return slice(2 * self.rank, 2 * self.rank + self.inputs)

    @property
    def readout(self) -> slice:
        """Places of the readout weights."""
        start = 2 * self.rank + self.inputs
        return slice(start, start + self.outputs)

    @property
    def driving(self) -> np.ndarray:
        """Indices of m, input weights and bias: what the state of a unit is a sum of."""
        places = [*range(self.rank), *range(self.channels.start, self.channels.stop)]
        return np.array([*places, self.total - 1] if self.bias else places, np.intp)

    @property
    def reading(self) -> np.ndarray:
        """Indices of n and readout weights: what rates are averaged with."""
        places = [*range(self.rank, 2 * self.rank), *range(self.readout.start, self.readout.stop)]
        return np.array(places, np.intp)


def columns_of(network: Network) -> Columns:
    """Loadings that a low-rank network has.

    Raises
    ------
    ParameterError
        When the recurrent weights have a full-rank part, or no low-rank one.
    """
    operator = require_undelayed(network, "the theory of low-rank networks").recurrent
    if operator.base is not None or not operator.rank:
        raise ParameterError(
            f"network.recurrent must be of low rank, factors without a base (got {operator!r}); train a network of "
            f"LowRank connectivity, or truncate it by analysis.truncate_rank(network, rank)."
        )
    return Columns(operator.rank, network.inputs, network.outputs, bool(np.any(network.bias)))


def loadings_of(network: Network) -> np.ndarray:
    """Loadings of the units, shape (units, loadings), in the order of `columns_of` and in double precision."""
    columns, operator = columns_of(network), network.recurrent
    assert operator.left is not None
    assert operator.right is not None
    parts = [operator.left, operator.right * float(network.size), network.input_weights]
    parts.append(network.readout_weights.T * float(network.size))
    if columns.bias:
        parts.append(network.bias[:, None])
    return np.concatenate([part.astype(np.float64) for part in parts], axis=1)


def moments_of(network: Network) -> GaussianMixtureLowRank:
    """One population with the mean and the covariance of the loadings of a network."""
    values = loadings_of(network)
    means = values.mean(axis=0)
    deviations = values - means
    covariance = deviations.T @ deviations / len(values)
    return GaussianMixtureLowRank(np.ones(1), means[None], covariance[None], rank=network.recurrent.rank)


def network_of(template: Network, values: np.ndarray) -> Network:
    """Network with given loadings, everything else being that of another network.

    Parameters
    ----------
    template : Network
        Neuron, channels and their names, readout, its bias, and stepping. Its initial state is kept if it has the same
        number of units, or if it is the same for all units.
    values : ndarray, shape (units, loadings)
        As in `loadings_of` of the template, for any number of units.

    Raises
    ------
    ShapeError
        For another number of loadings than the template has.
    ParameterError
        When parameters of the neuron or the initial state differ between units, and the number of units is another.
    """
    columns, units = columns_of(template), len(values)
    if values.shape != (units, columns.total):
        raise ShapeError(
            f"loadings must have shape (units, {columns.total}), those of the network (got {values.shape})."
        )
    start = template.initial_state
    if start is not None and units != template.size:
        start = _same_for_all(start, units)
    blank = Network(
        template.neuron,
        Operator(left=values[:, columns.left], right=values[:, columns.right] / units),
        units,
        inputs=list(template.input_names),
        outputs=list(template.output_names),
        input_weights=values[:, columns.channels],
        readout_weights=values[:, columns.readout].T / units,
        readout=template.readout,
        stepping=template.stepping,
        rng=template.seed,
    )
    bias = values[:, -1] if columns.bias else np.zeros(units)
    return blank.replace(bias=bias, readout_bias=template.readout_bias, initial_state=start).astype(
        template.dtype.name
    )


def _same_for_all(start: np.ndarray, units: int) -> np.ndarray:
    """Initial state of another number of units."""
    if np.any(start != start[0]):
        raise ParameterError(
            f"network.initial_state must be the same for all units in a network of another size (got entries from "
            f"{start.min():.4g} to {start.max():.4g}); try network.replace(initial_state=None), or the same size."
        )
    return np.repeat(start[:1], units, axis=0)
