"""Networks as MATLAB files, in both directions."""

from __future__ import annotations

import json
import warnings
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from os import PathLike
from typing import Any, cast

import numpy as np

from neurosim.errors import (
    NeurosimError,
    ParameterError,
    StorageError,
    UnknownNameError,
    UnreadArrayWarning,
    clause,
)
from neurosim.network import Network
from neurosim.network_arguments import require_network
from neurosim.neurons.base import Neuron
from neurosim.storage.archive import replace_file
from neurosim.storage.array_checks import require_known_names
from neurosim.storage.arrays import NAMES, PARTS, from_arrays, to_arrays
from neurosim.storage.decoding import Decoder
from neurosim.storage.encoding import Encoder
from neurosim.validation import file_path

__all__ = ["from_matlab", "to_matlab"]

VECTORS = ("bias", "readout_bias", "initial_state")
"""Arrays that are columns in MATLAB; the last one is a matrix where a unit has several variables."""
WRITTEN = ("dtype", "input_names", "neuron", "output_names", "readout", "stepping")
"""Variables that `to_matlab` writes beside arrays."""


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
    ``dtype``, ``neuron`` and ``stepping`` as text (``jsondecode(neuron)``), arrays of the neuron as ``neuron_tau`` and
    the like, and ``input_names`` and ``output_names`` as cells.

    Examples
    --------
    >>> import neurosim as ns
    >>> network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=1.5), size=100, rng=0)
    >>> ns.storage.to_matlab(network, "chaotic.mat")  # doctest: +SKIP
    >>> ns.storage.from_matlab("chaotic.mat").equals(network)  # doctest: +SKIP
    True
    """
    from scipy.io import savemat

    require_network(network)
    encoder = Encoder()
    declarations = {name: encoder.encode(getattr(network, name), name) for name in ("neuron", "stepping")}
    texts = {name: json.dumps(content, allow_nan=False) for name, content in declarations.items()}
    variables = {
        **to_arrays(network),
        **{_variable(name): array for name, array in encoder.arrays.items()},
        **texts,
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
    """Network of a MATLAB file, written by `to_matlab` or with weights from anywhere.

    Nothing is converted: matrices act on columns, as in MATLAB, and the equation is that of the neuron. The readout of
    other files is linear; ``network.replace(readout="logistic")`` changes that.

    Parameters
    ----------
    path : path
        MATLAB file of version 4 to 7. Nothing in it is executed.
    neuron : Neuron, optional
        What one unit does. Default: the neuron that `to_matlab` wrote.
    names : mapping of str to str, optional
        Variables of the file by the names of `to_arrays`, where these differ:
        ``{"recurrent": "J", "input_weights": "net.B"}``, with a dot for the field of a struct. Vectors may be rows or
        columns.

    Returns
    -------
    Network
        Equal, bit for bit, to the one that `to_matlab` was given.

    Raises
    ------
    StorageError
        If the file is not found, is not a MATLAB file, is of version 7.3, or lacks recurrent weights or a variable that
        is named: lists what it has.
    UnknownNameError
        If a variable that is not read has nearly the name of an array, such as ``Bias``.
    ParameterError
        If no neuron is given, and none is in the file.
    ShapeError
        When an array does not fit the recurrent weights.

    Warns
    -----
    UnreadArrayWarning
        If there are other variables that are not read.
    """
    if names is not None:
        require_known_names(names, NAMES, "names")
    variables = _read(path)
    arrays = {name: variables[name] for name in NAMES if name in variables}
    arrays |= {
        name: _find_variable(variables, variable, name, str(path)) for name, variable in (names or {}).items()
    }
    _require_recurrent(arrays, variables, str(path))
    _report_unread(variables, names or {}, str(path))
    unit = _neuron(variables, str(path)) if neuron is None else neuron
    vectors = VECTORS if len(unit.variables()) == 1 else VECTORS[:-1]
    arrays = {name: _vector(array) if name in vectors else array for name, array in arrays.items()}
    settings = _settings(variables, str(path)) if _is_text(variables.get("neuron")) else {}
    stepping = settings.pop("stepping", None)
    return from_arrays(arrays, unit, **settings).replace(stepping=stepping)


def _find_variable(variables: Mapping[str, Any], variable: str, name: str, path: str) -> Any:
    """Variable of a file, or with a dot in its name the field of a struct."""
    outer, *fields = variable.split(".")
    found = variables.get(outer)
    for field in fields:
        found = found[field].item() if found is not None and field in (found.dtype.names or ()) else None
    if found is None:
        raise StorageError(f"{path} has no variable {variable!r} for {name}; it has: {_listing(variables)}.")
    return found


def _listing(variables: Mapping[str, Any]) -> str:
    """Names of variables, and of the fields of structs."""
    entries = [
        f"{name} (a struct of {', '.join(f'{name}.{field}' for field in array.dtype.names)})"
        if getattr(array, "dtype", np.dtype(float)).names
        else name
        for name, array in sorted(variables.items())
    ]
    return ", ".join(entries) or "nothing"


def _require_recurrent(arrays: Mapping[str, Any], variables: Mapping[str, Any], path: str) -> None:
    if not {"recurrent", *PARTS.values()} & set(arrays):
        candidates = [name for name, array in _with_fields(variables) if _is_square(array)]
        example = candidates[0] if candidates else "J"
        raise StorageError(
            f"{path} must have a variable 'recurrent' (it has: {_listing(variables)}); name the recurrent weights: "
            f'names={{"recurrent": "{example}"}}.'
        )


def _with_fields(variables: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Variables and the fields of structs, by the names that `names` takes."""
    for name, array in variables.items():
        fields = getattr(array, "dtype", np.dtype(float)).names or ()
        yield from ((f"{name}.{field}", array[field].flat[0]) for field in fields if array.size == 1)
        yield name, array


def _is_square(array: Any) -> bool:
    return getattr(array, "ndim", 0) == 2 and array.shape[0] == array.shape[1] > 1


def _report_unread(variables: Mapping[str, Any], names: Mapping[str, str], path: str) -> None:
    """Refuse variables with nearly the name of an array, and warn of all others that are not read."""
    read = {*NAMES, *WRITTEN, *(variable.split(".")[0] for variable in names.values())}
    unread = [name for name in variables if name not in read and not name.startswith("neuron_")]
    plain = {name.replace("_", ""): name for name in NAMES}
    for name in unread:
        close = get_close_matches(name.lower().replace("_", ""), plain, n=1, cutoff=0.85)
        if close and plain[close[0]] not in names:
            meant = plain[close[0]]
            raise UnknownNameError(
                f"{path} has a variable {name!r}, which is not read. Did you mean {meant!r}? Then give "
                f'names={{"{meant}": "{name}"}}.'
            )
    if unread:
        warnings.warn(
            f"{path} has variables that are not read: {', '.join(sorted(unread))}; name those that belong to the "
            f"network in names=.",
            UnreadArrayWarning,
            stacklevel=3,
        )


def _read(path: str | PathLike[str]) -> dict[str, Any]:
    from scipy.io import loadmat

    path = file_path("path", path)
    try:
        with open(path, "rb") as file, warnings.catch_warnings():
            # matrices and arrays are read alike; SciPy 1.12 cannot be told which
            warnings.filterwarnings("ignore", "The default value for `spmatrix`", DeprecationWarning)
            variables = loadmat(cast(Any, file))
    except FileNotFoundError as error:
        raise StorageError(f"{path} not found; check the name.") from error
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
    """Source of a `Decoder`: the arrays of a neuron and of a stepping among the variables of a file."""

    def __init__(self, path: str, variables: Mapping[str, Any]) -> None:
        self.path = path
        self._variables = variables

    def array(self, name: str) -> np.ndarray:
        return _vector(self._variables[_variable(name)])


def _neuron(variables: Mapping[str, Any], path: str) -> Neuron:
    if not _is_text(variables.get("neuron")):
        raise ParameterError(
            f"neuron must be given, since {path} has none; try neuron=ns.LeakyCurrent('tanh')."
        )
    try:
        return _decode(variables, "neuron", path)
    except NeurosimError:
        raise
    except (LookupError, TypeError, ValueError) as error:
        raise StorageError(
            f"{path} has a variable 'neuron' that to_matlab did not write ({type(error).__name__}: {clause(error)}); "
            f"give the neuron, for instance neuron=ns.LeakyCurrent('tanh')."
        ) from error


def _decode(variables: Mapping[str, Any], name: str, path: str) -> Any:
    return Decoder(_Variables(path, variables)).decode(json.loads(_text(variables[name])))


def _variable(name: str) -> str:
    return name.replace(".", "_")


def _vector(array: Any) -> Any:
    """Vector of a row or column; other arrays as they are."""
    return array.ravel() if array.ndim == 2 and min(array.shape) <= 1 else array


def _settings(variables: Mapping[str, Any], path: str) -> dict[str, Any]:
    """Settings that `to_matlab` writes beside arrays; in other files, variables of these names may mean anything."""
    written = [name for name in ("readout", "dtype", "stepping") if _is_text(variables.get(name))]
    texts: dict[str, Any] = {name: _text(variables[name]) for name in written}
    channels = {"inputs": "input_names", "outputs": "output_names"}
    cells = {ours: np.ravel(variables[name]) for ours, name in channels.items() if name in variables}
    if "stepping" in written:
        texts["stepping"] = _decode(variables, "stepping", path)
    return {**texts, **{ours: [_text(cell) for cell in names] for ours, names in cells.items()}}


def _is_text(array: Any) -> bool:
    return isinstance(array, np.ndarray) and array.dtype.kind == "U"


def _text(array: Any) -> str:
    return "".join(np.ravel(array))
