"""Experiments and trainings read from TOML files: found by name or path, every key and value checked."""

from __future__ import annotations

import codecs
import sys
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from neurosim.errors import (
    NeurosimError,
    ParameterError,
    StorageError,
    UnknownKeywordError,
    UnknownNameError,
    did_you_mean,
)
from neurosim.experiments.analyses import ANALYSES
from neurosim.experiments.specification import Experiment, NetworkPlan, SimulationPlan, TrainingExperiment
from neurosim.network_parts import STARTS
from neurosim.readouts import READOUTS
from neurosim.schemes import SCHEMES
from neurosim.serialization import from_dict
from neurosim.validation import file_path, non_negative, one_of, positive, whole_number

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from os import PathLike

__all__ = [
    "BUILT_IN",
    "list_experiments",
    "list_sweeps",
    "list_trainings",
    "load_experiment",
    "load_training",
    "read_experiment",
    "read_text",
    "read_training",
    "sweep_toml",
]

Check = Callable[[str, Any], Any]
Declared = TypeVar("Declared")

BUILT_IN = ("coherent-chaos", "trained-chaos")
"""Experiments that ``neurosim run`` runs if none is named."""

EXPERIMENTS = files("neurosim").joinpath("experiments", "shipped", "runs")
TRAININGS = files("neurosim").joinpath("experiments", "shipped", "trainings")
SWEEPS = files("neurosim").joinpath("experiments", "shipped", "sweeps")


def list_experiments() -> dict[str, str]:
    """Experiments shipped with the package, those that run by default first.

    Returns
    -------
    dict of str to str
        By name, one line of description.
    """
    found = _descriptions(EXPERIMENTS)
    return {name: found[name] for name in (*BUILT_IN, *(name for name in found if name not in BUILT_IN))}


def list_trainings() -> dict[str, str]:
    """Trainings shipped with the package: by name, one line of description."""
    return _descriptions(TRAININGS)


def list_sweeps() -> dict[str, str]:
    """Sweeps shipped with the package: by name, one line of description."""
    return _descriptions(SWEEPS)


def sweep_toml(name: str) -> str:
    """TOML text of a shipped sweep."""
    known = list_sweeps()
    if name not in known:
        raise UnknownNameError(
            f"{name!r} is neither a shipped sweep nor a file that ends in .toml. {did_you_mean(name, known)}"
        )
    return _shipped_text(SWEEPS, name)


def load_experiment(name_or_path: str | PathLike[str] = BUILT_IN[0]) -> Experiment:
    """Read an experiment: networks, how to simulate them, and which analyses to make.

    Parameters
    ----------
    name_or_path : str or path, optional
        Name of a shipped experiment, see `list_experiments`, or a file that ends in ``.toml``.

    Returns
    -------
    Experiment

    Raises
    ------
    UnknownNameError, StorageError
        If there is no such experiment or file, or the file is not text in UTF-8.
    UnknownKeywordError, ParameterError, ShapeError
        For a key or value that is not understood, with the file and the place of the key.

    Examples
    --------
    >>> from neurosim.experiments import load_experiment
    >>> load_experiment("coherent-chaos").networks[0].size
    2000
    """
    text, name, source = _locate(name_or_path, EXPERIMENTS, "experiment")
    return read_experiment(text, name, source)


def load_training(name_or_path: str | PathLike[str]) -> TrainingExperiment:
    """Read a training: a network, a task and a trainer.

    Parameters
    ----------
    name_or_path : str or path
        Name of a shipped training, see `list_trainings`, or a file that ends in ``.toml``.

    Returns
    -------
    TrainingExperiment

    Raises
    ------
    UnknownNameError, StorageError
        If there is no such training or file, or the file is not text in UTF-8.
    UnknownKeywordError, ParameterError, ShapeError
        For a key or value that is not understood, with the file and the place of the key.

    Examples
    --------
    >>> from neurosim.experiments import load_training
    >>> load_training("xor").network.task
    Xor()
    """
    text, name, source = _locate(name_or_path, TRAININGS, "training")
    return read_training(text, name, source)


def read_experiment(text: str, name: str, source: str) -> Experiment:
    """Experiment declared in a TOML text.

    Parameters
    ----------
    text : str
    name : str
        Name of the experiment.
    source : str
        Name of the text in errors.
    """
    return _parse(experiment_from_tables, text, name, source)


def read_training(text: str, name: str, source: str) -> TrainingExperiment:
    """Training declared in a TOML text; see `read_experiment`."""
    return _parse(training_from_tables, text, name, source)


def _parse(
    build: Callable[[str, Mapping[str, Any]], Declared], text: str, name: str, source: str
) -> Declared:
    try:
        return build(name, tomllib.loads(text.removeprefix("\ufeff")))
    except tomllib.TOMLDecodeError as error:
        raise ParameterError(f"{source} must be TOML ({error}); correct that line.") from None
    except NeurosimError as error:
        raise type(error)(f"{source}: {error}") from error


def _locate(name_or_path: str | PathLike[str], folder: Any, kind: str) -> tuple[str, str, str]:
    """Text of a declaration, its name, and its name in errors."""
    path, known = file_path("name_or_path", name_or_path), _descriptions(folder)
    # "xor.toml" means the shipped training xor, unless there is a file of that name
    is_file_name_of_shipped = path.name == str(name_or_path) and path.stem in known and not path.exists()
    if path.suffix == ".toml" and not is_file_name_of_shipped:
        if not path.exists():
            raise StorageError(f"{path} not found; give a file, or a shipped {kind}: {', '.join(known)}.")
        return read_text(path), path.stem, str(path)
    name = path.stem if path.suffix == ".toml" else str(name_or_path)
    other, command = (TRAININGS, "train") if folder is EXPERIMENTS else (EXPERIMENTS, "run")
    if name not in known and name in _descriptions(other):
        raise UnknownNameError(f"{name!r} is not {_with_article(kind)}; try neurosim {command} {name}.")
    if name not in known:
        raise UnknownNameError(
            f"{name!r} is neither a shipped {kind} nor a file that ends in .toml. {did_you_mean(name, known)}"
        )
    return _shipped_text(folder, name), name, f"{name}.toml"


def _with_article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"


def _descriptions(folder: Any) -> dict[str, str]:
    endings = [file.name for file in folder.iterdir() if file.name.endswith(".toml")]
    names = sorted(name.removesuffix(".toml") for name in endings)
    return {name: tomllib.loads(_shipped_text(folder, name))["description"] for name in names}


def _shipped_text(folder: Any, name: str) -> str:
    return str(folder.joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def read_text(path: Path) -> str:
    """Text of a file in UTF-8, with or without a byte-order mark (as Windows Notepad writes it).

    Raises
    ------
    StorageError
        If the file cannot be read or is in another encoding.
    """
    try:
        content = path.read_bytes()
        if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise StorageError(f"{path} must be text in UTF-8 (got UTF-16); save it as UTF-8 in your editor.")
        return content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise StorageError(
            f"{path} cannot be read ({error}); give a text file, saved as UTF-8 in your editor."
        ) from error


def experiment_from_tables(name: str, content: Mapping[str, Any]) -> Experiment:
    """Experiment from the tables of a TOML file.

    Parameters
    ----------
    name : str
    content : mapping
        The fields of `Experiment` without its name. The table ``network`` holds what all ``networks`` have in
        common; without ``networks`` it is the only one.
    """
    _require_known("", content, [*EXPERIMENT, "network", "networks"])
    common = _table("network", content.get("network", {}))
    _require_known("network", common, NETWORK)
    own = content.get("networks", [{}] if common else [])
    if not isinstance(own, list) or not own:
        raise ParameterError("networks is missing; declare each network below a line [[networks]].")
    parts = _check_values(Experiment, content, EXPERIMENT, "")
    common.setdefault("label", parts["title"])
    networks = tuple(_network(f"networks[{k}]", table, common) for k, table in enumerate(own))
    return Experiment(name=name, networks=networks, **parts)


def training_from_tables(name: str, content: Mapping[str, Any]) -> TrainingExperiment:
    """Training from the tables of a TOML file.

    Parameters
    ----------
    name : str
    content : mapping
        The fields of `TrainingExperiment` without its name; the tables ``task`` and ``trainer`` are beside the
        table ``network``.
    """
    _require_known("", content, [*TRAINING, "network", "task", "trainer"], "a training")
    for table in ("network", "task", "trainer"):
        if table not in content:
            raise ParameterError(f"{table} is missing; write it below a line [{table}].")
    parts = _check_values(TrainingExperiment, content, TRAINING, "")
    learning = {key: content[key] for key in ("task", "trainer")}
    own = _with_size("network", {"label": parts["title"], **_table("network", content["network"])})
    for key in learning:
        if key in own:
            raise ParameterError(f"network.{key} is in the wrong place; write it below a line [{key}].")
    _require_known("network", own, NETWORK, "a training")
    places = {key: key for key in learning}
    plan = NetworkPlan(**_check_values(NetworkPlan, {**own, **learning}, NETWORK, "network", places))
    return TrainingExperiment(name=name, network=plan, **parts)


def _network(path: str, own: Any, common: dict[str, Any]) -> NetworkPlan:
    _require_known(path, _table(path, own), NETWORK)
    elsewhere = {key: f"network.{key}" for key in common if key not in own}
    whole = _with_size(path, {**common, **own})
    return NetworkPlan(**_check_values(NetworkPlan, whole, NETWORK, path, elsewhere))


def _with_size(path: str, table: dict[str, Any]) -> dict[str, Any]:
    """Table of a network with the number of units that its populations declare."""
    if (
        "size" in table
        or not isinstance(table.get("neuron"), dict)
        or table["neuron"].get("type") != "Populations"
    ):
        return table
    return {**table, "size": _declaration(f"{path}.neuron", table["neuron"]).size}


def _simulation(place: str, value: Any) -> SimulationPlan:
    _require_known(place, _table(place, value), SIMULATION)
    return SimulationPlan(**_check_values(SimulationPlan, value, SIMULATION, place))


def _check_values(
    cls: type,
    table: Mapping[str, Any],
    checks: Mapping[str, Check],
    path: str,
    elsewhere: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Checked values by key; `elsewhere` has the place of each key that is in another table, for errors."""
    default = {field.name: field.default for field in fields(cls)}
    values = {}
    for key, check in checks.items():
        place = (elsewhere or {}).get(key, f"{path}.{key}".lstrip("."))
        if key in table:
            values[key] = check(place, table[key])
        elif default[key] is MISSING:
            raise ParameterError(f"{place} is missing; give it a value.")
    return values


def _require_known(path: str, table: Mapping[str, Any], known: Any, whole: str = "an experiment") -> None:
    for key in table:
        if key not in known:
            place = f"{path}.{key}".lstrip(".")
            raise UnknownKeywordError(f"{place} is not a key of {whole}. {did_you_mean(key, known)}")


def _table(place: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise ParameterError(
            f"{place} must be a table (got {value!r}); write its keys below a line [{place}]."
        )
    return dict(value)


def _words(place: str, value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ParameterError(f"{place} must be text (got {value!r}); give a few words in quotes.")
    return value


def _analyses(place: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value:
        raise ParameterError(
            f"{place} must be a list of names (got {value!r}); choose among {', '.join(ANALYSES)}."
        )
    names = tuple(one_of(f"{place}[{k}]", name, ANALYSES) for k, name in enumerate(value))
    if len(set(names)) < len(names):
        raise ParameterError(f"{place} must name each analysis once (got {value!r}); remove the repetition.")
    return names


def _declaration(place: str, value: Any) -> Any:
    path, _, kind = place.rpartition(".")
    try:
        return from_dict(kind, value)
    except NeurosimError as error:
        raise type(error)(f"{path}.{error}".lstrip(".")) from error


EXPERIMENT: dict[str, Check] = {
    "title": _words,
    "description": _words,
    "seed": lambda place, value: whole_number(place, value, minimum=0),
    "analyses": _analyses,
    "simulation": _simulation,
}

SIMULATION: dict[str, Check] = {
    "duration": positive,
    "dt": positive,
    "scheme": lambda place, value: one_of(place, value, SCHEMES),
    "discard": non_negative,
    "every": whole_number,
    "trials": whole_number,
    "noise": _declaration,
}

NETWORK: dict[str, Check] = {
    "label": _words,
    "size": whole_number,
    "neuron": _declaration,
    "connectivity": _declaration,
    "dtype": lambda place, value: one_of(place, value, ("float64", "float32")),
    "readout": lambda place, value: one_of(place, value, READOUTS),
    "input_weights": lambda place, value: one_of(place, value, STARTS),
    "readout_weights": lambda place, value: one_of(place, value, STARTS),
    "task": _declaration,
    "trainer": _declaration,
}

TRAINING: dict[str, Check] = {key: EXPERIMENT[key] for key in ("title", "description", "seed")}
