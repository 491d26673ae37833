"""Result of a simulation: settings, recorded arrays, and the state from which `resume` continues."""

from __future__ import annotations

import dataclasses
import functools
import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from neurosim.conveniences import convenience
from neurosim.engine.codegen.time_loop import rates_text
from neurosim.engine.inputs import Inputs
from neurosim.engine.kernel_spec import KernelSpec
from neurosim.engine.network_arrays import parameter_arrays
from neurosim.errors import ParameterError
from neurosim.kernels.linalg.layout import Tiles
from neurosim.kernels.runtime.compilation import fingerprint, import_generated
from neurosim.network import Network
from neurosim.noise import Noise
from neurosim.notebook import HtmlTable
from neurosim.readouts import outputs_of
from neurosim.state_layout import variables_last
from neurosim.validation import require_memory

if TYPE_CHECKING:
    from os import PathLike

    from numpy.random import SeedSequence

__all__ = ["Recording", "Settings", "State", "Trajectory", "rates_of"]

RECORDABLE = ("states", "rates", "outputs")


@dataclass(frozen=True, eq=False)
class Settings:
    """Settings of a simulation: the arguments of `simulate`, checked, with defaults resolved.

    `dt_source` says where dt comes from: ``"given"``, ``"Network.stepping"`` or ``"a tenth of the fastest time
    constant"``; the others are arguments of `simulate`.
    """

    duration: float
    dt: float
    scheme: str
    trials: int
    record: tuple[str, ...]
    units: np.ndarray | None
    every: int
    noise: Noise | None
    seed: SeedSequence
    dt_source: str = "given"

    def __post_init__(self) -> None:
        if self.steps < 1 or abs(self.duration / self.dt - self.steps) > 1e-6 * self.steps:
            raise ParameterError(
                f"duration must be a whole number of steps of dt = {self.dt!r} (got {self.duration!r}); "
                f"try duration={max(self.steps, 1) * self.dt:g}."
            )

    @property
    def steps(self) -> int:
        """Number of steps in the whole duration."""
        return round(self.duration / self.dt)


class State(NamedTuple):
    """State of a simulation at the start of a step, from which it can continue.

    Attributes
    ----------
    step : int
        Steps that were done.
    states : ndarray, shape (trials, units, variables)
    colored_noise : ndarray or None, shape (trials, units)
    line : ndarray or None, shape (steps, stages, trials, units)
        Rates of the steps before, the earliest first, which delayed connections still read.
    """

    step: int
    states: np.ndarray
    colored_noise: np.ndarray | None
    line: np.ndarray | None = None


class Recording(NamedTuple):
    """Arrays that a simulation fills.

    Attributes
    ----------
    states : ndarray or None, shape (variables, trials, samples, recorded units)
    outputs : ndarray or None, shape (trials, samples, outputs)
        Before the readout function.
    """

    states: np.ndarray | None
    outputs: np.ndarray | None

    @classmethod
    def empty(cls, network: Network, settings: Settings) -> Recording:
        """Uninitialized arrays, after a check that they fit into memory."""
        samples = settings.steps // settings.every + 1
        units = network.size if settings.units is None else len(settings.units)
        wants_states = bool({"states", "rates"} & set(settings.record))
        wants_outputs = "outputs" in settings.record
        shape = (len(network.neuron.variables()), settings.trials, samples, units)
        shape_outputs = (settings.trials, samples, network.outputs)
        numbers = [
            float(np.prod(s))
            for s, wanted in ((shape, wants_states), (shape_outputs, wants_outputs))
            if wanted
        ]
        require_memory(
            sum(numbers) * network.dtype.itemsize,
            f"recording {samples} samples",
            "Record fewer: every=, units=, record=('outputs',).",
        )
        return cls(
            np.empty(shape, network.dtype) if wants_states else None,
            np.empty(shape_outputs, network.dtype) if wants_outputs else None,
        )

    def first(self, samples: int) -> Recording:
        """Views of the first samples."""
        states = None if self.states is None else self.states[:, :, :samples]
        return Recording(states, None if self.outputs is None else self.outputs[:, :samples])


@dataclass(frozen=True, eq=False)
class Trajectory(HtmlTable):
    r"""Result of `simulate`: recorded states and outputs, settings, and the last state.

    Attributes
    ----------
    network : Network
    settings : Settings
        Duration, dt (and where it comes from), scheme, trials, noise and seed of the simulation.
    recorded : ndarray or None, shape (variables, trials, samples, recorded units)
        States by variable; `states` is the same memory with the variable last.
    recorded_outputs : ndarray or None, shape (trials, samples, outputs)
        Weighted rates, before the readout function.
    drive : None, ndarray or callable
        The argument `inputs` of `simulate`.
    final_state : ndarray, shape (trials, units, variables)
    final_noise : ndarray or None, shape (trials, units)
        Colored noise at the last step.
    step : int
        Number of steps done; fewer than `settings.steps` after Ctrl-C.
    final_line : ndarray or None, shape (past steps, stages, trials, units)
        Rates of the last steps that delayed connections still read, the earliest first.
    """

    network: Network
    settings: Settings
    recorded: np.ndarray | None
    recorded_outputs: np.ndarray | None
    drive: Any
    final_state: np.ndarray
    final_noise: np.ndarray | None
    step: int
    final_line: np.ndarray | None = None

    @property
    def complete(self) -> bool:
        """Whether the simulation reached its duration; False after Ctrl-C."""
        return self.step == self.settings.steps

    @property
    def dt(self) -> float:
        """Time between two samples: the integration step times `every`."""
        return self.settings.dt * self.settings.every

    @functools.cached_property
    def times(self) -> np.ndarray:
        """Times of the samples, shape (samples,); sample 0 is the initial state."""
        return np.arange(self.step // self.settings.every + 1) * self.dt

    @property
    def units(self) -> np.ndarray:
        """Indices of the recorded units."""
        chosen = self.settings.units
        return np.arange(self.network.size) if chosen is None else chosen

    @property
    def populations(self) -> dict[str, np.ndarray]:
        """Positions of the recorded units of each population in the last axis of `rates`, by name."""
        units = self.units
        return {
            name: np.flatnonzero((units >= own.start) & (units < own.stop))
            for name, own in self.network.populations.items()
        }

    @property
    def variables(self) -> tuple[str, ...]:
        """Names of the state variables: those of the population, where all recorded units are of one."""
        names = [name for name, places in self.populations.items() if len(places)]
        if len(names) != 1:
            return self.network.neuron.variables()
        return next(s.neuron for s in self.network.neuron.sections() if s.name == names[0]).variables()

    def __getitem__(self, population: str) -> Trajectory:
        """The recorded units of one population: views of the same arrays.

        Parameters
        ----------
        population : str
            One of `Network.populations`.

        Returns
        -------
        Trajectory
            Its `states` have the variables of that population.

        Raises
        ------
        UnknownNameError, ParameterError
            If there is no such population, or none of its units was recorded.

        Examples
        --------
        >>> import neurosim as ns
        >>> cells = ns.Populations(
        ...     E=ns.Population(ns.LeakyCurrent("tanh"), size=40), I=ns.Population(ns.Adaptive("tanh"), size=10)
        ... )
        >>> run = ns.simulate(ns.Network(cells, ns.Gaussian(1.5), rng=0), duration=5.0, dt=0.1, rng=1)
        >>> run["E"].states.shape, run["I"].states.shape
        ((1, 51, 40), (1, 51, 10, 2))
        """
        self.network.units(population)
        places = self.populations[population]
        if not len(places):
            raise ParameterError(f"no unit of {population} was recorded; simulate with other units=.")
        consecutive = places[-1] - places[0] == len(places) - 1 and (np.diff(places) == 1).all()
        chosen: Any = slice(places[0], places[-1] + 1) if consecutive else places
        recorded = None if self.recorded is None else self.recorded[..., chosen]
        settings = dataclasses.replace(self.settings, units=self.units[places])
        return dataclasses.replace(self, settings=settings, recorded=recorded)

    @property
    def states(self) -> np.ndarray:
        """States, shape (trials, samples, units), with a last axis for the variable where a unit has several."""
        if self.recorded is None or "states" not in self.settings.record:
            raise _recording_error("states", self.settings)
        return variables_last(self.recorded[: len(self.variables)])

    @functools.cached_property
    def rates(self) -> np.ndarray:
        """Rates, shape (trials, samples, units); computed from the states on first use."""
        if self.recorded is None:
            raise _recording_error("rates", self.settings)
        return rates_of(self.network, self.recorded, self.settings.units)

    @functools.cached_property
    def outputs(self) -> np.ndarray:
        """Outputs of the readout, shape (trials, samples, outputs)."""
        if self.recorded_outputs is None:
            raise _recording_error("outputs", self.settings)
        return outputs_of(self.network.readout, self.recorded_outputs)

    @functools.cached_property
    def inputs(self) -> np.ndarray:
        """Inputs at the times of the samples, shape (trials, samples, channels)."""
        if isinstance(self.drive, str):
            raise ParameterError(
                f"inputs were the function {self.drive}, which is not saved in files; evaluate it at run.times."
            )
        sampled = Inputs(
            self.drive, self.network, self.settings.trials, self.settings.dt, self.settings.steps
        )
        return sampled.at_steps(np.arange(len(self.times)) * self.settings.every)

    def save(self, path: str | PathLike[str]) -> None:
        """Write the trajectory to an ``.npz`` file that `neurosim.load` reads; see `neurosim.storage.save`."""
        convenience("Trajectory.save")(self, path)

    def to_xarray(self, trials: Any = None) -> Any:
        """Dataset of the recorded arrays, with the conditions of the trials that were simulated, if they are given.

        Needs the extra ``xarray``; see `neurosim.xarray_export.trajectory_dataset`.
        """
        return convenience("Trajectory.to_xarray")(self, trials)

    def _html_rows(self) -> Mapping[str, Any]:
        settings = self.settings
        return {
            "network": self.network,
            "trials": settings.trials,
            "samples": f"{len(self.times)} to t = {self.times[-1]:g}",
            "steps": f"{self.step} of dt = {settings.dt:g}, {settings.scheme}",
            "noise": "none" if settings.noise is None else settings.noise,
            "recorded": ", ".join(settings.record),
            "units": len(self.units),
            "complete": self.complete,
        }

    def __repr__(self) -> str:
        chosen = self.settings.dt_source
        dt = "" if chosen == "given" else f", dt = {self.settings.dt:g} ({chosen})"
        state = "" if self.complete else f", stopped at step {self.step} of {self.settings.steps}"
        return (
            f"Trajectory({self.settings.trials} trials, {len(self.times)} samples to t = {self.times[-1]:g}{dt}, "
            f"{len(self.units)} units{state}, {self.network!r})"
        )


def _recording_error(name: str, settings: Settings) -> ParameterError:
    return ParameterError(
        f"{name} were not recorded (record = {settings.record!r}); simulate with {name!r} in record=."
    )


def rates_of(network: Network, states: np.ndarray, units: np.ndarray | None) -> np.ndarray:
    """Rates of states, bit for bit those of the simulation.

    Parameters
    ----------
    network : Network
    states : ndarray, shape (variables, ..., units)
    units : ndarray of int or None
        Which units the last axis holds; None: all.

    Returns
    -------
    ndarray, shape (..., units)
    """
    spec = KernelSpec.of(network)
    parameters = parameter_arrays(network, spec, Tiles(network.size, 1, network.size))
    per_unit = parameters["unitwise"][:, slice(None) if units is None else units]
    rows = states.reshape(len(states), -1, states.shape[-1]).astype(network.dtype, copy=False)
    found = []
    for kind, (first, stop) in zip(spec.kinds, itertools.pairwise(parameters["edges"]), strict=True):
        # chosen units may be in any order
        own: Any = slice(first, stop) if units is None else (units >= first) & (units < stop)
        unitwise = [name for name in spec.unitwise if name in kind.parameters]
        alone = dataclasses.replace(spec, kinds=(kind,), unitwise=tuple(unitwise))
        part = _rates_of_kind(
            alone,
            np.ascontiguousarray(rows[: len(kind.variables), :, own]),
            parameters["scalars"][[spec.scalars.index(name) for name in alone.scalars]],
            np.ascontiguousarray(per_unit[[spec.unitwise.index(name) for name in unitwise]][:, own]),
        )
        found.append((own, part))
    return _joined(found, rows.shape[1:]).reshape(states.shape[1:])


def _joined(parts: list[tuple[Any, np.ndarray]], shape: tuple[int, ...]) -> np.ndarray:
    """Array of the columns of each part; of a single part no copy, which for a long recording is large."""
    if len(parts) == 1:
        return parts[0][1]
    whole = np.empty(shape, parts[0][1].dtype)
    for columns, part in parts:
        whole[:, columns] = part
    return whole


def _rates_of_kind(
    spec: KernelSpec, states: np.ndarray, scalars: np.ndarray, unitwise: np.ndarray
) -> np.ndarray:
    rates = np.empty(states.shape[1:], states.dtype)
    import_generated(rates_text(spec, fingerprint())).rates(states, rates, scalars, unitwise)
    return rates
