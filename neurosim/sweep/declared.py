"""Studies declared in TOML files: an experiment or a training with a table ``[sweep]``."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from neurosim.errors import NeurosimError, ParameterError, StorageError, UnknownKeywordError, did_you_mean
from neurosim.experiments.reading import list_sweeps, read_text, sweep_toml
from neurosim.registry import plugin_files
from neurosim.sweep.conditions import fulfil_all, read_condition
from neurosim.sweep.declared_measure import DeclaredMeasure
from neurosim.sweep.design import Axis, Design, grid_axes, zip_axis
from neurosim.sweep.paths import short_names
from neurosim.sweep.study import Sweep
from neurosim.validation import non_negative, whole_number

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["load_study", "read_study", "study_text"]

KEYS = ("grid", "zip", "seeds", "where", "prune", "keep_networks")


def load_study(path: str | PathLike[str]) -> Sweep:
    """Read a study from a TOML file.

    Parameters
    ----------
    path : path
        An experiment for ``neurosim run`` or a training for ``neurosim train``, with a table ``[sweep]``; or the name
        of a shipped one, see `neurosim.experiments.list_sweeps`.

    Returns
    -------
    Sweep
        Its ``measure`` is a `DeclaredMeasure`.

    Raises
    ------
    StorageError
        If there is no such file.
    UnknownNameError, UnknownKeywordError, ParameterError
        For what the file says, with the file and the place of the key. Every value of the sweep is checked.

    Examples
    --------
    >>> from neurosim.sweep import load_study
    >>> study = load_study("edge.toml")  # doctest: +SKIP
    """
    return read_study(study_text(path), str(path))


def study_text(path: str | PathLike[str]) -> str:
    """TOML text of a study, from a file or from a shipped sweep."""
    path = Path(path)
    if path.is_file():
        return read_text(path)
    if path.suffix == ".toml":
        raise StorageError(
            f"{path} not found; give a TOML file with a table [sweep], or a shipped sweep: "
            f"{', '.join(list_sweeps())}."
        )
    return sweep_toml(str(path))


def read_study(text: str, source: str) -> Sweep:
    """Study that a TOML text declares.

    Parameters
    ----------
    text : str
    source : str
        Name of the text in errors.
    """
    try:
        return _study(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ParameterError(f"{source} must be TOML ({error}); correct that line.") from None
    except NeurosimError as error:
        raise type(error)(f"{source}: {error}") from error


def _study(content: dict[str, Any]) -> Sweep:
    sweep = content.pop("sweep", None)
    if not isinstance(sweep, dict):
        raise ParameterError(
            "sweep is missing; write the values of each parameter below a line [sweep.grid]."
        )
    for key in sweep:
        if key not in KEYS:
            raise UnknownKeywordError(f"sweep.{key} is not a key of a sweep. {did_you_mean(key, KEYS)}")
    grid, zipped = _values(sweep, "grid"), _values(sweep, "zip")
    names = short_names([*grid, *zipped])
    declaration = {key: value for key, value in content.items() if key not in ("title", "description")}
    measure = DeclaredMeasure(
        json.dumps(declaration, sort_keys=True),
        tuple((name, path) for path, name in names.items()),
        _shares_to_prune(sweep),
        tuple(str(path) for path in plugin_files()),
        _keep_networks(sweep),
    )
    axes = _axes(grid, zipped, names, sweep)
    _check_values(measure, axes)
    study = Sweep.from_design(measure, Design(axes))
    known = {**{name: name for name in study.design.names}, **names}
    conditions = [read_condition(condition, known) for condition in _as_list(sweep.get("where", []))]
    return study.where(fulfil_all(conditions)) if conditions else study


def _axes(
    grid: Mapping[str, Any], zipped: Mapping[str, Any], names: Mapping[str, str], sweep: Mapping[str, Any]
) -> tuple[Axis, ...]:
    axes = list(grid_axes({names[path]: values for path, values in grid.items()})) if grid else []
    if zipped:
        axes.append(zip_axis({names[path]: values for path, values in zipped.items()}))
    if "seeds" in sweep:
        if "seed" in names.values():
            raise ParameterError("sweep.seeds cannot be combined with values of seed; leave one of them out.")
        axes += grid_axes({"seed": range(whole_number("sweep.seeds", sweep["seeds"]))})
    if not axes:
        raise ParameterError("sweep must vary something; write values below [sweep.grid], or seeds = 10.")
    return tuple(axes)


def _shares_to_prune(sweep: Mapping[str, Any]) -> tuple[float, ...]:
    shares = tuple(
        non_negative(f"sweep.prune[{k}]", share) for k, share in enumerate(_as_list(sweep.get("prune", [])))
    )
    for k, share in enumerate(shares):
        if share > 1.0:
            raise ParameterError(
                f"sweep.prune[{k}] must be at most 1 (got {share!r}); give a share of the weights."
            )
    return shares


def _keep_networks(sweep: Mapping[str, Any]) -> bool:
    keep = sweep.get("keep_networks", True)
    if not isinstance(keep, bool):
        raise ParameterError(
            f"sweep.keep_networks must be true or false (got {keep!r}); false saves disk, and loses trained networks."
        )
    return keep


def _values(sweep: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Values by dotted path; paths may be quoted or not, which TOML reads as nested tables."""
    given = sweep.get(key, {})
    if not isinstance(given, dict):
        raise ParameterError(
            f'sweep.{key} must be a table (got {given!r}); write  "network.size" = [100, 200]  below [sweep.{key}].'
        )
    return dict(_flatten(given, ""))


def _flatten(table: Mapping[str, Any], prefix: str) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for key, value in table.items():
        place = f"{prefix}.{key}".lstrip(".")
        found += _flatten(value, place) if isinstance(value, dict) else [(place, value)]
    return found


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _check_values(measure: DeclaredMeasure, axes: tuple[Axis, ...]) -> None:
    """Raise before any work for a path or a value that the declaration cannot have."""
    first = {name: value for axis in axes for name, value in axis.entries[0].items()}
    beginning = measure.experiment_at(first)
    swept = dict(measure.paths)
    for axis in (axis for axis in axes if axis.names[0] in swept):
        declared = [measure.experiment_at({**first, **entry}) for entry in axis.entries]
        if len(declared) > 1 and all(one == beginning for one in declared):
            paths = [path for name, path in measure.paths if name in axis.names]
            raise ParameterError(
                f"{' and '.join(paths)}: the values change nothing, since each of [[networks]] sets its own; "
                f"name one of them, such as networks.0.connectivity.gain."
            )
