"""Experiments and trainings from TOML files, found by name or by path."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from neurosim.errors import NeurosimError, ParameterError, StorageError, UnknownNameError, did_you_mean
from neurosim.experiments.checking import checked_experiment, checked_training

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from os import PathLike

    from neurosim.experiments.specification import Experiment, TrainingExperiment

__all__ = [
    "BUILT_IN",
    "load_experiment",
    "load_training",
    "read_experiment",
    "read_training",
    "shipped",
    "shipped_trainings",
]

BUILT_IN = ("coherent-chaos", "trained-chaos")
"""The experiments that run, one after the other, when none is named."""

Declared = TypeVar("Declared")

EXPERIMENTS = files("neurosim").joinpath("experiments", "shipped", "runs")
TRAININGS = files("neurosim").joinpath("experiments", "shipped", "trainings")


def shipped() -> dict[str, str]:
    """Experiments that come with the package, the built-in ones first.

    Returns
    -------
    dict of str to str
        Name, and one line of description.
    """
    found = _descriptions(EXPERIMENTS)
    return {name: found[name] for name in (*BUILT_IN, *(name for name in found if name not in BUILT_IN))}


def shipped_trainings() -> dict[str, str]:
    """Trainings that come with the package: name, and one line of description."""
    return _descriptions(TRAININGS)


def load_experiment(name_or_path: str | PathLike[str] = BUILT_IN[0]) -> Experiment:
    """Read a declared experiment.

    Parameters
    ----------
    name_or_path : str or path, optional
        Name of a shipped experiment, see `shipped`, or a file that ends in ``.toml``.

    Returns
    -------
    Experiment

    Raises
    ------
    UnknownNameError, StorageError
        When there is no such experiment or file.
    UnknownKeywordError, ParameterError, ShapeError
        For what the file says, with the file and the place of the key.

    Examples
    --------
    >>> from neurosim.experiments import load_experiment
    >>> load_experiment("coherent-chaos").networks[0].size
    2000
    """
    text, name, source = _found(name_or_path, EXPERIMENTS, "experiment")
    return read_experiment(text, name, source)


def load_training(name_or_path: str | PathLike[str]) -> TrainingExperiment:
    """Read a declared training: a network, a task and a trainer.

    Parameters
    ----------
    name_or_path : str or path
        Name of a shipped training, see `shipped_trainings`, or a file that ends in ``.toml``.

    Returns
    -------
    TrainingExperiment

    Raises
    ------
    UnknownNameError, StorageError
        When there is no such training or file.
    UnknownKeywordError, ParameterError, ShapeError
        For what the file says, with the file and the place of the key.

    Examples
    --------
    >>> from neurosim.experiments import load_training
    >>> load_training("xor").network.task
    Xor()
    """
    text, name, source = _found(name_or_path, TRAININGS, "training")
    return read_training(text, name, source)


def read_experiment(text: str, name: str, source: str) -> Experiment:
    """Experiment that a TOML text declares.

    Parameters
    ----------
    text : str
    name : str
        Name of the experiment.
    source : str
        What errors call the text.
    """
    return _read(checked_experiment, text, name, source)


def read_training(text: str, name: str, source: str) -> TrainingExperiment:
    """Training that a TOML text declares; see `read_experiment`."""
    return _read(checked_training, text, name, source)


def _read(
    checked: Callable[[str, Mapping[str, Any]], Declared], text: str, name: str, source: str
) -> Declared:
    try:
        return checked(name, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ParameterError(f"{source} is not TOML: {error}; mend it there.") from None
    except NeurosimError as error:
        raise type(error)(f"{source}: {error}") from error


def _found(name_or_path: str | PathLike[str], folder: Any, kind: str) -> tuple[str, str, str]:
    """Text, name, and what errors call it."""
    path, known = Path(name_or_path), _descriptions(folder)
    # the file name of a shipped one does as well, where there is no such file
    is_file_name_of_shipped = path.name == str(name_or_path) and path.stem in known and not path.exists()
    if path.suffix == ".toml" and not is_file_name_of_shipped:
        return _text(path, kind, known), path.stem, str(path)
    name = path.stem if path.suffix == ".toml" else str(name_or_path)
    other, command = (TRAININGS, "train") if folder is EXPERIMENTS else (EXPERIMENTS, "run")
    if name not in known and name in _descriptions(other):
        raise UnknownNameError(f"{name!r} is no {kind}; write neurosim {command} {name}.")
    if name not in known:
        raise UnknownNameError(
            f"{name!r} is no shipped {kind}, nor a file that ends in .toml. {did_you_mean(name, known)}"
        )
    return _shipped_text(folder, name), name, f"{name}.toml"


def _descriptions(folder: Any) -> dict[str, str]:
    endings = [file.name for file in folder.iterdir() if file.name.endswith(".toml")]
    names = sorted(name.removesuffix(".toml") for name in endings)
    return {name: tomllib.loads(_shipped_text(folder, name))["description"] for name in names}


def _shipped_text(folder: Any, name: str) -> str:
    return str(folder.joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def _text(path: Path, kind: str, known: Mapping[str, str]) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise StorageError(
            f"{path} does not exist; give a file, or a shipped {kind}: {', '.join(known)}."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise StorageError(f"{path} cannot be read: {error}; give a text file in UTF-8.") from error
