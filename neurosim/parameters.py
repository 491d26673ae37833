"""Parameters of a network by name, as arrays that training changes, and networks with changed parameters."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from neurosim.connectivity.operator import Operator
from neurosim.declaration import Declaration, parameter_names
from neurosim.equations import parameter_units, parameter_values
from neurosim.errors import ShapeError, UnknownNameError, did_you_mean
from neurosim.network import Network
from neurosim.neurons import Neuron, Populations

__all__ = ["NEURON", "PARTS", "gradients_of_parts", "parameters_of", "trained_network", "with_parameters"]

PARTS = {"base": "recurrent", "left": "left", "right": "right"}
"""Names of the parameters that are parts of the recurrent weights."""
NEURON = "neuron."
"""Prefix of the names of a neuron's own parameters."""
_ARRAYS = ("input_weights", "bias", "readout_weights", "readout_bias")


def parameters_of(network: Network) -> dict[str, np.ndarray]:
    """Parameters of a network by name, as copies.

    Parameters
    ----------
    network : Network

    Returns
    -------
    dict of str to ndarray
        In the precision of the network, in this order, as far as they exist:

        * ``recurrent``: the full-rank part, (units, units); of sparse weights the existing connections,
          (connections,), in the order of the CSR array;
        * ``left``, ``right``: factors of the low-rank part, (units, rank);
        * ``input_weights``, ``bias``, ``readout_weights``, ``readout_bias``;
        * ``initial_state``: (units,) or (units, variables); see `Network.starting_state`;
        * ``neuron.tau`` and so on: parameters of the neuron, () or (units,); of populations ``neuron.E_tau``, () or
          (units of E,).

    Examples
    --------
    >>> import neurosim as ns
    >>> from neurosim.parameters import parameters_of
    >>> network = ns.Network(ns.LeakyRate("tanh", tau=2.0), ns.Orthogonal(), size=3, inputs=1, rng=0)
    >>> {name: array.shape for name, array in parameters_of(network).items() if array.size}
    {'recurrent': (3, 3), 'input_weights': (3, 1), 'bias': (3,), 'initial_state': (3,), 'neuron.tau': ()}
    """
    operator = network.recurrent
    parts: dict[str, Any] = {}
    if operator.base is not None:
        parts["recurrent"] = operator.base if isinstance(operator.base, np.ndarray) else operator.base.data
    if operator.left is not None:
        parts |= {"left": operator.left, "right": operator.right}
    parts |= {name: getattr(network, name) for name in _ARRAYS}
    parts["initial_state"] = network.starting_state()
    parts |= {NEURON + name: value for name, value in parameter_values(network.neuron).items()}
    return {name: np.array(value, network.dtype, order="C") for name, value in parts.items()}


def gradients_of_parts(
    operator: Operator, values: Mapping[str, np.ndarray], gradient: np.ndarray
) -> dict[str, np.ndarray]:
    """Gradients of the parts of recurrent weights, from that of the whole matrix.

    Parameters
    ----------
    operator : Operator
        Its structure.
    values : mapping of str to ndarray
        Values of ``left`` and ``right``, where there is a low-rank part.
    gradient : ndarray, shape (units, units)

    Returns
    -------
    dict of str to ndarray
        Of ``recurrent``, 0 where there is no connection, ``left`` and ``right``, as far as they exist.
    """
    base: Any = operator.base
    found: dict[str, np.ndarray] = {}
    if isinstance(base, np.ndarray):
        found["recurrent"] = (
            gradient if operator.pattern is None else np.where(operator.pattern, gradient, 0.0)
        )
    elif base is not None:
        found["recurrent"] = gradient[np.repeat(np.arange(base.shape[0]), np.diff(base.indptr)), base.indices]
    if operator.left is not None:
        found |= {"left": gradient @ values["right"], "right": gradient.T @ values["left"]}
    return found


def with_parameters(network: Network, parameters: Mapping[str, np.ndarray]) -> Network:
    """Network with some of its parameters replaced.

    Parameters
    ----------
    network : Network
    parameters : mapping of str to ndarray
        Any of the names of `parameters_of`, in the same shapes.

    Raises
    ------
    UnknownNameError, ShapeError
        For a name or a shape that the network does not have.
    """
    known, units = parameters_of(network), parameter_units(network.neuron, network.size)
    for name, value in parameters.items():
        if name not in known:
            raise UnknownNameError(f"the network has no parameter {name!r}. {did_you_mean(name, known)}")
        own = units.get(name.removeprefix(NEURON)) if name.startswith(NEURON) else None
        per_unit = own is not None and np.shape(value) == (own.stop - own.start,)
        if np.shape(value) != known[name].shape and not per_unit:
            raise ShapeError(f"{name} must have shape {known[name].shape} (got {np.shape(value)}).")
    changes: dict[str, Any] = {
        name: parameters[name] for name in (*_ARRAYS, "initial_state") if name in parameters
    }
    if set(PARTS.values()) & set(parameters):
        changes["recurrent"] = _operator(network.recurrent, parameters)
    values = {name.removeprefix(NEURON): v for name, v in parameters.items() if name.startswith(NEURON)}
    if values:
        changes["neuron"] = _with_values(network.neuron, values)
    return network.replace(**changes)


def trained_network(network: Network, parameters: Mapping[str, np.ndarray]) -> Network:
    """Network with some of its parameters replaced, whose initial state is that of the trials of its training."""
    return with_parameters(network, {"initial_state": network.starting_state(), **parameters})


def _operator(operator: Operator, parameters: Mapping[str, np.ndarray]) -> Operator:
    # copies, since an operator keeps views of its arguments
    parts = {
        part: parameters[name].astype(operator.dtype) for part, name in PARTS.items() if name in parameters
    }
    return operator.with_weights(**parts)


def _with_values(neuron: Neuron, values: Mapping[str, np.ndarray]) -> Neuron:
    if not isinstance(neuron, Populations):
        return _replace_nested(neuron, values)
    return neuron.replace(
        **{
            name: population.replace(neuron=_replace_nested(population.neuron, values, f"{name}_"))
            for name, population in neuron.populations.items()
        }
    )


def _replace_nested(declaration: Any, values: Mapping[str, np.ndarray], prefix: str = "") -> Any:
    """Copy of a declaration with parameters changed, those of nested declarations included."""
    changes: dict[str, Any] = {}
    numerical = parameter_names(type(declaration))
    for field in dataclasses.fields(declaration):
        value = getattr(declaration, field.name)
        if field.name in numerical and prefix + field.name in values:
            changes[field.name] = values[prefix + field.name]
        elif isinstance(value, Declaration):
            changes[field.name] = _replace_nested(value, values, f"{prefix}{field.name}_")
    return declaration.replace(**changes)
