"""Saving and loading: ``ns.save`` and ``ns.load``."""

from __future__ import annotations

import importlib.metadata
import platform
from os import PathLike
from typing import Any

from neurosim.declaration import Declaration
from neurosim.engine.trajectory import Trajectory
from neurosim.errors import MemoryLimitError, NeurosimError, StorageError, clause, kind_of
from neurosim.network import Network
from neurosim.storage.archive import open_archive, write_archive
from neurosim.storage.decoding import Decoder
from neurosim.storage.encoding import Encoder
from neurosim.storage.result_classes import is_result
from neurosim.tasks import Trials
from neurosim.training import Training

__all__ = ["FORMAT", "VERSION", "load", "save"]

FORMAT = "neurosim"
VERSION = 1
"""Number of the file format; increased when an older neurosim cannot read the files."""


def save(
    thing: Network | Trajectory | Training | Trials | Declaration | Any, path: str | PathLike[str]
) -> None:
    """Write a network, a trajectory, a training, trials, a declaration or a result to a file that `load` reads.

    The file is an ``.npz`` archive: one ``.npy`` member for each array, which ``numpy.load`` reads as well
    (``numpy.load(path)["recurrent.base"]``), and a text member ``header.json`` with the format version, the
    versions of the packages, the declarations with all fields, and the seeds. Nothing is pickled.

    Parameters
    ----------
    thing : Network, Trajectory, Training, Trials, Declaration, or a result of `neurosim.analysis` or `neurosim.theory`
    path : path
        Where to write; no ending is added (``.npz`` is usual). An existing file is replaced in one step once the new
        one is complete, so an interruption or a full disk leaves it unchanged.

    Raises
    ------
    StorageError
        If the file cannot be written, or a field cannot be stored, such as a function as the activation of a neuron:
        names the field.

    Notes
    -----
    Loading gives equal objects bit for bit: ``ns.load(path).equals(network)``, and `resume` of a loaded trajectory
    gives the numbers of an uninterrupted run. Functions (as inputs, losses or penalties) are stored by name only. Equal
    objects give equal files.
    """
    if not (isinstance(thing, (Network, Trajectory, Training, Trials, Declaration)) or is_result(thing)):
        raise StorageError(
            f"{kind_of(thing)} cannot be saved; give a Network, a Trajectory, a Training, Trials, a "
            f"Declaration, or a result of ns.analysis or ns.theory."
        )
    encoder = Encoder()
    content = encoder.encode(thing, "")
    header = {"format": FORMAT, "version": VERSION, "written_by": _versions(), "content": content}
    write_archive(path, header, encoder.arrays)


def load(path: str | PathLike[str]) -> Any:
    """Read a file that `save` wrote.

    No code from the file is run: arrays are read without pickle, and only classes that are shipped, installed as
    plugins or defined in this session are used.

    Parameters
    ----------
    path : path

    Returns
    -------
    Network, Trajectory, Training, Trials, Declaration or a result
        The object that was saved.

    Raises
    ------
    StorageError
        If the file is not found, was not written by `save`, is damaged, comes from a newer neurosim, or needs a class
        that is not installed: names the class and where it came from.

    Examples
    --------
    >>> import neurosim as ns
    >>> network = ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(gain=1.5), size=100, rng=0)
    >>> network.save("chaotic.npz")  # doctest: +SKIP
    >>> ns.load("chaotic.npz").equals(network)  # doctest: +SKIP
    True
    """
    with open_archive(path) as archive:
        header = archive.header()
        if header.get("format") != FORMAT or not isinstance(header.get("version"), int):
            raise archive.damage("its header is not that of a neurosim file")
        if header["version"] > VERSION:
            raise StorageError(
                f"{archive.path} has format {header['version']}, written by neurosim "
                f"{_writer(header)}; this neurosim {_version('neurosim-rnn')} reads up to {VERSION}. Upgrade "
                f"neurosim-rnn."
            )
        try:
            return Decoder(archive).decode(header["content"])
        except MemoryLimitError:
            raise
        except StorageError:
            raise
        except NeurosimError as error:
            raise archive.damage(f"its parts do not fit each other ({clause(error)})") from error
        except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
            raise archive.damage(
                f"its header is not complete ({type(error).__name__}: {clause(error)})"
            ) from error


def _versions() -> dict[str, str | None]:
    names = ("numpy", "numba", "scipy")
    return {
        "neurosim": _version("neurosim-rnn"),
        "python": platform.python_version(),
        **{name: _version(name) for name in names},
    }


def _version(distribution: str) -> str | None:
    if distribution == "neurosim-rnn":
        import neurosim

        return neurosim.__version__
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def _writer(header: dict[str, Any]) -> str:
    written_by = header.get("written_by")
    return str(written_by.get("neurosim")) if isinstance(written_by, dict) else "of unknown version"
