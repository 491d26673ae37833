"""What a path holds: a saved network, trajectory or result, or the networks of a study."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

from neurosim import storage
from neurosim.validation import file_path

__all__ = ["load"]


def load(path: str | PathLike[str]) -> Any:
    """Read a file that `save` wrote, or the networks in the folder of a study.

    No code from a file is run: arrays are read without pickle, and only classes that are shipped, installed as plugins
    or defined in this session are used.

    Parameters
    ----------
    path : path

    Returns
    -------
    Network, Trajectory, Training, Trials, Declaration, a result, or StudyNetworks
        The object that was saved. Of a folder: all networks that a study trained, kept or drew, which are read when
        they are needed.

    Raises
    ------
    StorageError
        If the file is not found, was not written by `save`, is damaged, comes from a newer neurosim, or needs a class
        that is not installed: names the class and where it came from.
    ParameterError
        For a folder that is not that of a study, or of one that kept no network.

    Examples
    --------
    >>> import neurosim as ns
    >>> network = ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(gain=1.5), size=100, rng=0)
    >>> network.save("chaotic.npz")  # doctest: +SKIP
    >>> ns.load("chaotic.npz").equals(network)  # doctest: +SKIP
    True
    >>> gates = ns.load("gates/")  # doctest: +SKIP
    >>> gates.map(ns.analysis.spectrum)  # doctest: +SKIP
    """
    if file_path("path", path).is_dir():
        from neurosim.ensembles import load_networks

        return load_networks(Path(path))
    return storage.load(path)
