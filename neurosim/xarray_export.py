"""Results for other tools: trajectories with named dimensions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.engine.trajectory import Trajectory
from neurosim.errors import NeurosimError
from neurosim.randomness import seed_to_dict

if TYPE_CHECKING:
    from xarray import Dataset

__all__ = ["trajectory_dataset"]


def trajectory_dataset(run: Trajectory) -> Dataset:
    """Everything that was recorded as an ``xarray.Dataset``.

    Parameters
    ----------
    run : Trajectory

    Returns
    -------
    xarray.Dataset
        Variables ``states`` (trial, time, unit), with a last dimension ``variable`` where a unit has several;
        ``rates`` (trial, time, unit); ``outputs`` (trial, time, output); ``inputs`` (trial, time, input).
        Those that were not recorded are left out, and so are inputs that were a function of a run that was
        loaded from a file. Coordinates are the times, the indices of the recorded units and the names
        of variables, outputs and inputs. Attributes (numbers and text, which netCDF takes) say how the run
        was made. States share their memory with the trajectory.

    Raises
    ------
    NeurosimError
        If xarray is not installed.

    Examples
    --------
    >>> import neurosim as ns
    >>> network = ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain=1.5), size=50, rng=0)
    >>> run = ns.simulate(network, duration=20.0, dt=0.1, trials=3, rng=1)
    >>> data = run.to_xarray()  # doctest: +SKIP
    >>> data.rates.sel(time=slice(10.0, 20.0)).std("time").dims  # doctest: +SKIP
    ('trial', 'unit')
    """
    try:
        from xarray import Dataset
    except ImportError as error:
        raise NeurosimError(
            "xarray is not installed, and to_xarray needs it; install the extra: pip install "
            "'neurosim-rnn[xarray]'."
        ) from error
    variables = _variables(run)
    used = {dimension for dimensions, _ in variables.values() for dimension in dimensions}
    coordinates = {name: values for name, values in _coordinates(run).items() if name in used}
    return Dataset(variables, coordinates, _attributes(run))


def _variables(run: Trajectory) -> dict[str, tuple[tuple[str, ...], np.ndarray]]:
    recorded, network = run.settings.record, run.network
    found: dict[str, tuple[tuple[str, ...], np.ndarray]] = {}
    if "states" in recorded:
        found["states"] = ("trial", "time", "unit", "variable")[: run.states.ndim], run.states
    if "rates" in recorded:
        found["rates"] = ("trial", "time", "unit"), run.rates
    if "outputs" in recorded and network.output_names:
        found["outputs"] = ("trial", "time", "output"), run.outputs
    if network.input_names and not isinstance(run.drive, str):
        found["inputs"] = ("trial", "time", "input"), run.inputs
    return found


def _coordinates(run: Trajectory) -> dict[str, Any]:
    return {
        "trial": np.arange(run.settings.trials),
        "time": run.times,
        "unit": run.units,
        "variable": list(run.network.neuron.variables()),
        "output": list(run.network.output_names),
        "input": list(run.network.input_names),
    }


def _attributes(run: Trajectory) -> dict[str, Any]:
    from neurosim import __version__

    settings = run.settings
    return {
        "dt": settings.dt,
        "every": settings.every,
        "duration": settings.duration,
        "steps": run.step,
        "scheme": settings.scheme,
        "noise": repr(settings.noise),
        "seed": json.dumps(seed_to_dict(settings.seed)),
        "network": repr(run.network),
        "network_seed": json.dumps(seed_to_dict(run.network.seed)),
        "neurosim_version": __version__,
    }
