"""Experiments from TOML files, found by name or by path."""

from __future__ import annotations

import sys
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from neurosim.errors import NeurosimError, ParameterError, StorageError, UnknownNameError, did_you_mean
from neurosim.experiment.checking import checked_experiment

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from os import PathLike

    from neurosim.experiment.declaration import Experiment

__all__ = ["DEFAULT", "load_experiment", "read_experiment", "shipped"]

DEFAULT = "coherent-chaos"
"""The experiment that runs when none is named."""

FOLDER = files("neurosim").joinpath("experiments")


def shipped() -> dict[str, str]:
    """Experiments that come with the package, the default one first.

    Returns
    -------
    dict of str to str
        Name, and one line of description.
    """
    endings = [file.name for file in FOLDER.iterdir() if file.name.endswith(".toml")]
    names = sorted((name.removesuffix(".toml") for name in endings), key=lambda name: (name != DEFAULT, name))
    return {name: tomllib.loads(_shipped_text(name))["description"] for name in names}


def load_experiment(name_or_path: str | PathLike[str] = DEFAULT) -> Experiment:
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
    >>> from neurosim.experiment import load_experiment
    >>> load_experiment("coherent-chaos").networks[0].size
    2000
    """
    path = Path(name_or_path)
    if path.suffix == ".toml":
        return read_experiment(_text(path), path.stem, str(path))
    name = str(name_or_path)
    if name not in shipped():
        raise UnknownNameError(
            f"{name!r} is no shipped experiment, nor a file that ends in .toml. "
            f"{did_you_mean(name, shipped())}"
        )
    return read_experiment(_shipped_text(name), name, f"{name}.toml")


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
    try:
        return checked_experiment(name, tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ParameterError(f"{source} is not TOML: {error}; mend it there.") from None
    except NeurosimError as error:
        raise type(error)(f"{source}: {error}") from error


def _shipped_text(name: str) -> str:
    return FOLDER.joinpath(f"{name}.toml").read_text(encoding="utf-8")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise StorageError(
            f"{path} does not exist; give a file, or a shipped experiment: {', '.join(shipped())}."
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise StorageError(f"{path} cannot be read: {error}; give a text file in UTF-8.") from error
