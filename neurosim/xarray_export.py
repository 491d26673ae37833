"""Datasets of xarray: trajectories and trials with named dimensions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.engine.trajectory import Trajectory
from neurosim.errors import NeurosimError, ShapeError
from neurosim.randomness import seed_to_dict
from neurosim.tasks.trials import Trials

if TYPE_CHECKING:
    from xarray import Dataset

__all__ = ["trajectory_dataset", "trials_dataset"]


def trajectory_dataset(run: Trajectory, trials: Trials | None = None) -> Dataset:
    """Recorded arrays of a trajectory as an ``xarray.Dataset``.

    Parameters
    ----------
    run : Trajectory
    trials : Trials, optional
        Trials that were simulated; their conditions become coordinates of the trial, so that
        ``data.rates.groupby("choice").mean("trial")`` is an average by condition.

    Returns
    -------
    xarray.Dataset
        Variables ``states`` (trial, time, unit), with a last dimension ``variable`` where a unit has several;
        ``rates`` (trial, time, unit); ``outputs`` (trial, time, output); ``inputs`` (trial, time, input).
        Arrays that were not recorded are left out, and so are inputs that were a function, of a run that was loaded
        from a file. Coordinates are the times, the indices of the recorded units (and ``population``, where the network
        has populations) and the names of variables, outputs and inputs. Attributes (numbers and text, as in netCDF) are
        the settings of the run. States share their memory with the trajectory.

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
    if trials is not None and len(trials) != run.settings.trials:
        raise ShapeError(f"trials must be those of the run, {run.settings.trials} (got {len(trials)}).")
    variables = _variables(run)
    used = {dimension for dimensions, _ in variables.values() for dimension in dimensions}
    of_units = {"population"} if "unit" in used else set()
    coordinates = {name: values for name, values in _coordinates(run).items() if name in used | of_units}
    coordinates |= {} if trials is None else _conditions(trials)
    return _dataset_class()(variables, coordinates, _attributes(run))


def trials_dataset(trials: Trials) -> Dataset:
    """Inputs, targets and mask of trials as an ``xarray.Dataset``.

    Parameters
    ----------
    trials : Trials

    Returns
    -------
    xarray.Dataset
        Variables ``inputs`` (trial, time, input), ``targets`` and ``mask`` (trial, time, output). The coordinate
        ``time`` is that of the targets, the end of each step; inputs are held during the step that ends then.
        Conditions and the times at which epochs begin and end (``fixation_start``, ``fixation_stop``, ...) are
        coordinates of the trial.

    Raises
    ------
    NeurosimError
        If xarray is not installed.

    Examples
    --------
    >>> import neurosim as ns
    >>> data = ns.tasks.Xor().trials(20, dt=1.0, rng=0).to_xarray()  # doctest: +SKIP
    >>> data.inputs.groupby("answer").mean("trial").dims  # doctest: +SKIP
    ('answer', 'time', 'input')
    """
    shapes = {"inputs": ("trial", "time", "input"), "targets": ("trial", "time", "output")}
    shapes["mask"] = shapes["targets"]
    limits = {
        f"{name}_{end}": ("trial", limit * trials.dt)
        for name, pair in trials.epochs.items()
        for end, limit in zip(("start", "stop"), pair, strict=True)
    }
    coordinates = {
        "trial": np.arange(len(trials)),
        "time": trials.times,
        "input": list(trials.task.inputs),
        "output": list(trials.task.outputs),
        **limits,
        **_conditions(trials),
    }
    variables = {name: (dimensions, getattr(trials, name)) for name, dimensions in shapes.items()}
    return _dataset_class()(variables, coordinates, {"task": repr(trials.task), "dt": trials.dt})


def _dataset_class() -> Any:
    try:
        from xarray import Dataset
    except ImportError as error:
        raise NeurosimError(
            "xarray is not installed, and to_xarray needs it; install the extra: pip install "
            "'neurosim-rnn[xarray]'."
        ) from error
    return Dataset


def _conditions(trials: Trials) -> dict[str, Any]:
    """Conditions as coordinates of the trial, those of several numbers with dimensions of their own."""
    return {
        name: (("trial", *(f"{name}_{axis}" for axis in range(1, values.ndim))), values)
        for name, values in trials.conditions.items()
    }


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
        **_population_of_units(run),
        "variable": list(run.variables),
        "output": list(run.network.output_names),
        "input": list(run.network.input_names),
    }


def _population_of_units(run: Trajectory) -> dict[str, Any]:
    """Coordinate with the name of the population of each recorded unit, if there are populations."""
    if not run.populations:
        return {}
    names = np.empty(len(run.units), dtype=f"U{max(map(len, run.populations))}")
    for name, places in run.populations.items():
        names[places] = name
    return {"population": ("unit", names)}


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
