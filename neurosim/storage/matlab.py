"""Networks as MATLAB files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from os import PathLike
from typing import Any, cast

import numpy as np

from neurosim.errors import NeurosimError, ParameterError, StorageError, clause
from neurosim.network import Network
from neurosim.neurons.base import Neuron
from neurosim.storage.archive import replace_file
from neurosim.storage.array_checks import require_known_names
from neurosim.storage.arrays import NAMES, from_arrays, to_arrays
from neurosim.storage.decoding import Decoder
from neurosim.storage.encoding import Encoder

__all__ = ["from_matlab", "to_matlab"]

VECTORS = ("bias", "readout_bias", "initial_state")
"""Columns in MATLAB, which has no vectors; the last one is a matrix where a unit has several variables."""


def to_matlab(network: Network, path: str | PathLike[str]) -> None:
    r"""Write a network as a MATLAB file (version 5, which every MATLAB and Octave reads).

    .. math:: ds/dt = drift(s, u), \quad r = rate(s), \quad u = W r + W_{in} y + b, \quad
              z = readout(W_{out} r + b_{out}).

    Parameters
    ----------
    network : Network
    path : path
        Kept exactly as given. An existing file is replaced in one step when the new one is complete.

    Raises
    ------
    StorageError
        If the file cannot be written, or the neuron cannot be stored, such as one with a function as activation.

    Notes
    -----
    Variables are the arrays of `to_arrays`, vectors as columns (``recurrent(i, j)`` is the weight from j to i, so
    that ``u = recurrent * r + input_weights * y + bias``); sparse weights are a sparse matrix. Then ``readout``,
    ``dtype`` and ``neuron`` as text (``jsondecode(neuron)``), arrays of the neuron as ``neuron_tau`` and the like, and
    ``input_names`` and ``output_names`` as cells.

    Examples
    --------
    >>> import neurosim as ns
    >>> network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=1.5), size=100, rng=0)
    >>> ns.storage.to_matlab(network, "chaotic.mat")  # doctest: +SKIP
    >>> ns.storage.from_matlab("chaotic.mat").equals(network)  # doctest: +SKIP
    True
    """
    from scipy.io import savemat

    encoder = Encoder()
    neuron = json.dumps(encoder.encode(network.neuron, "neuron"), allow_nan=False)
    variables = {
        **to_arrays(network),
        **{_variable(name): array for name, array in encoder.arrays.items()},
        "neuron": neuron,
        "readout": network.readout,
        "dtype": network.dtype.name,
        "input_names": np.array(network.input_names, dtype=object),
        "output_names": np.array(network.output_names, dtype=object),
    }
    with replace_file(path) as file:
        savemat(cast(Any, file), variables, oned_as="column")


def from_matlab(
    path: str | PathLike[str], neuron: Neuron | None = None, *, names: Mapping[str, str] | None = None
) -> Network:
    """Network of a MATLAB file: one that `to_matlab` wrote, or anybody's weights.

    Nothing is converted: matrices act on columns, as MATLAB writes them, and the equation is that of the neuron. The
    readout of anybody's weights is linear; ``network.replace(readout="logistic")`` changes that.

    Parameters
    ----------
    path : path
        MATLAB file of version 4 to 7. Nothing in it is executed.
    neuron : Neuron, optional
        What one unit does. Default: the neuron that `to_matlab` wrote.
    names : mapping of str to str, optional
        Names of the variables, by those of `to_arrays`, where they are others:
        ``{"recurrent": "J", "input_weights": "B"}``. Vectors may be rows or columns.

    Returns
    -------
    Network
        Equal, bit for bit, to the one that `to_matlab` was given.

    Raises
    ------
    StorageError
        If there is no such file, it is no MATLAB file, is of version 7.3, or has not the variables that are named.
    ParameterError
        If no neuron is given, and none is in the file.
    ShapeError
        When an array does not fit the recurrent weights.
    """
    if names is not None:
        require_known_names(names, NAMES, "names")
    variables = _read(path)
    arrays = {name: variables[name] for name in NAMES if name in variables}
    for name, variable in (names or {}).items():
        if variable not in variables:
            there = ", ".join(sorted(variables)) or "none"
            raise StorageError(f"{path} has no variable {variable!r} for {name}; it has: {there}.")
        arrays[name] = variables[variable]
    unit = _neuron(variables, str(path)) if neuron is None else neuron
    vectors = VECTORS if len(unit.variables()) == 1 else VECTORS[:-1]
    arrays = {name: _vector(array) if name in vectors else array for name, array in arrays.items()}
    settings = _settings(variables) if _is_text(variables.get("neuron")) else {}
    return from_arrays(arrays, unit, **settings)


def _read(path: str | PathLike[str]) -> dict[str, Any]:
    from scipy.io import loadmat

    try:
        with open(path, "rb") as file:
            variables = loadmat(cast(Any, file))
    except FileNotFoundError as error:
        raise StorageError(f"{path} is not there; check the name.") from error
    except NotImplementedError as error:
        raise StorageError(
            f"{path} is a MATLAB file of version 7.3; write it again in MATLAB: save('{path}', '-v7')."
        ) from error
    except Exception as error:
        # scipy lets many exceptions through when a file is damaged
        raise StorageError(
            f"{path} cannot be read as a MATLAB file ({clause(error)}); give a .mat file."
        ) from error
    return {name: array for name, array in variables.items() if not name.startswith("__")}


class _Variables:
    """Arrays of an encoded neuron, as the variables of a file."""

    def __init__(self, path: str, variables: Mapping[str, Any]) -> None:
        self.path = path
        self._variables = variables

    def array(self, name: str) -> np.ndarray:
        return _vector(self._variables[_variable(name)])


def _neuron(variables: Mapping[str, Any], path: str) -> Neuron:
    if not _is_text(variables.get("neuron")):
        raise ParameterError(
            f"{path} says nothing of its neuron; give it, for instance neuron=ns.LeakyCurrent('tanh')."
        )
    try:
        return Decoder(_Variables(path, variables)).decode(json.loads(_text(variables["neuron"])))
    except NeurosimError:
        raise
    except (LookupError, TypeError, ValueError) as error:
        raise StorageError(
            f"{path} has a variable 'neuron' that to_matlab did not write ({type(error).__name__}: {clause(error)}); "
            f"give the neuron, for instance neuron=ns.LeakyCurrent('tanh')."
        ) from error


def _variable(name: str) -> str:
    return name.replace(".", "_")


def _vector(array: Any) -> Any:
    """Array without the second dimension that MATLAB gives to vectors."""
    return array.ravel() if array.ndim == 2 and min(array.shape) <= 1 else array


def _settings(variables: Mapping[str, Any]) -> dict[str, Any]:
    """What `to_matlab` writes beside arrays; variables of that name in other files mean anything."""
    texts = {name: _text(variables[name]) for name in ("readout", "dtype") if _is_text(variables.get(name))}
    channels = {"inputs": "input_names", "outputs": "output_names"}
    cells = {ours: np.ravel(variables[name]) for ours, name in channels.items() if name in variables}
    return {**texts, **{ours: [_text(cell) for cell in names] for ours, names in cells.items()}}


def _is_text(array: Any) -> bool:
    return isinstance(array, np.ndarray) and array.dtype.kind == "U"


def _text(array: Any) -> str:
    return "".join(np.ravel(array))
