"""Timelines: named epochs of a batch of trials in whole steps, and white noise that is independent of the step."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.errors import ParameterError, ShapeError, UnknownNameError, did_you_mean
from neurosim.validation import entries, finite, non_negative, positive, require_memory, whole_number

__all__ = ["Timeline", "noisy", "require_durations", "white_noise", "whole_steps", "within"]


def whole_steps(name: str, duration: Any, dt: float) -> np.ndarray:
    """Number of steps of a duration, or of an array of durations, rounded to the nearest.

    Parameters
    ----------
    name : str
        Name of the epoch, for the error.
    duration : float or ndarray
        In the unit of `dt`. 0 gives no step, so that the epoch is empty.
    dt : float
        Time step.

    Returns
    -------
    ndarray of int, of the shape of `duration`

    Raises
    ------
    ParameterError
        If a duration is negative, or shorter than a step but not 0.
    """
    lengths = finite(name, duration, np.float64)
    positive("dt", dt)
    # allows for rounding: 3 * 0.1 is more than 0.3
    least = dt * (1.0 - 1e-9)
    if lengths.min(initial=np.inf) >= least:
        return np.rint(lengths / dt).astype(np.intp)
    if lengths.min() < 0.0:
        raise ParameterError(f"{name} must not be negative (got {lengths.min():g}).")
    shortest = lengths[lengths > 0.0].min(initial=np.inf)
    if shortest < least:
        raise ParameterError(
            f"{name} must last at least one step of dt = {dt:g} (got {shortest:g}); "
            f"try a smaller dt, or a longer {name}."
        )
    return np.rint(lengths / dt).astype(np.intp)


def within(steps: int, start: Any, stop: Any) -> np.ndarray:
    """Mask of the steps with start <= step < stop.

    Parameters
    ----------
    steps : int
    start, stop : int or ndarray
        Of shapes that broadcast.

    Returns
    -------
    ndarray of bool, shape (..., steps)
        Leading axes as in `start` and `stop`.
    """
    require_memory(
        8.0 * whole_number("steps", steps, minimum=0), f"a mask of {steps} steps", "Try fewer steps."
    )
    step = np.arange(steps)
    return (step >= finite("start", start)[..., None]) & (step < finite("stop", stop)[..., None])


@dataclass(frozen=True, eq=False)
class Timeline:
    """Timeline of a batch: epochs of all trials in whole steps; see `consecutive`.

    Attributes
    ----------
    count : int
        Number of trials.
    dt : float
        Time step, in the network's unit of time.
    steps : int
        Steps of every trial.
    epochs : dict of str to (start, stop)
        Arrays of int, shape (trials,): step k is in the epoch where start <= k < stop.
    """

    count: int
    dt: float
    steps: int
    epochs: dict[str, tuple[np.ndarray, np.ndarray]]

    @classmethod
    def consecutive(cls, count: int, dt: float, total: float | None = None, **durations: Any) -> Timeline:
        """Timeline of epochs that follow each other without gaps, in the order of the arguments.

        Parameters
        ----------
        count : int
            Number of trials.
        dt : float
            Time step.
        total : float, optional
            Length of every trial; needed with random durations, so that all batches are equally long. Default: the
            longest trial.
        **durations : float or ndarray, shape (trials,)
            Duration of each epoch, in the unit of `dt`, rounded to whole steps. All trials end together: the last epoch
            of each lasts until the end.

        Raises
        ------
        ParameterError, ShapeError
            If a duration is negative, shorter than a step, or has another number of trials, or if the last epoch
            would begin after the end.

        Examples
        --------
        >>> from neurosim.tasks import Timeline
        >>> timeline = Timeline.consecutive(2, dt=0.5, fixation=[1.0, 2.0], response=1.5)
        >>> timeline.steps
        7
        >>> timeline.epochs["response"]
        (array([2, 4]), array([7, 7]))
        """
        count, dt = whole_number("count", count), positive("dt", dt)
        stop = np.zeros(count, dtype=np.intp)
        epochs = {}
        for name, duration in durations.items():
            if np.ndim(duration) and np.shape(duration) != (count,):
                raise ShapeError(
                    f"{name} must be one number, or one per trial with shape ({count},) (got {np.shape(duration)})."
                )
            start, stop = stop, stop + whole_steps(name, duration, dt)
            epochs[name] = (start, stop)
        if not epochs or stop.max() == 0:
            raise ParameterError("durations must give at least one step (got none); try stimulus=1.0.")
        steps = int(stop.max() if total is None else whole_steps("total", total, dt))
        if start.max() > steps:
            raise ParameterError(
                f"total must be at least {start.max() * dt:g}, the start of {name} (got {total!r})."
            )
        epochs[name] = (start, np.full(count, steps))
        return cls(count, dt, steps, epochs)

    def during(self, epoch: str) -> np.ndarray:
        """Which steps are in an epoch: bool, shape (trials, steps, 1), to be multiplied with channels."""
        if not isinstance(epoch, str) or epoch not in self.epochs:
            raise UnknownNameError(f"epoch {epoch!r} is unknown. {did_you_mean(str(epoch), self.epochs)}")
        return within(self.steps, *self.epochs[epoch])[..., None]

    def hold(
        self, levels: np.ndarray, noise: float = 0.0, rng: np.random.Generator | None = None
    ) -> np.ndarray:
        """Signals that are constant within each epoch, plus white noise.

        Parameters
        ----------
        levels : ndarray, shape (trials, epochs, channels)
            Values during each of the epochs, in their order.
        noise : float, optional
            Density of the noise; see `white_noise`. With 0, no random numbers are drawn.
        rng : Generator, optional
            Needed with noise.

        Returns
        -------
        ndarray, shape (trials, steps, channels)
        """
        starts = np.array([start for start, _ in self.epochs.values()])
        return _hold_with_noise(levels, starts, self.steps, noise / math.sqrt(self.dt), rng)

    @property
    def starts(self) -> np.ndarray:
        """Start times of the steps, shape (steps,); the input of step k is held from then on."""
        return np.arange(self.steps) * self.dt

    @property
    def ends(self) -> np.ndarray:
        """End times of the steps, shape (steps,); the target of step k belongs to the output at that time."""
        return np.arange(1, self.steps + 1) * self.dt


def white_noise(
    shape: tuple[int, ...], density: float, dt: float, rng: np.random.Generator
) -> np.ndarray | float:
    r"""White noise for inputs: independent :math:`N(0, density^2/dt)` in every step.

    Its mean over a time T has the standard deviation :math:`density/\sqrt{T}` for any dt. With dt = 1 it is
    "noise of standard deviation `density`", the convention of discrete-time networks.

    Parameters
    ----------
    shape : tuple of int
        Such as (trials, steps, channels).
    density : float
        In units of the input times the square root of time. With 0, nothing is drawn and 0 is returned.
    dt : float
    rng : Generator

    Returns
    -------
    ndarray or float
    """
    if not non_negative("density", density):
        return 0.0
    sizes = tuple(
        whole_number("shape", size, minimum=0) for size in entries("shape", shape, "try (trials, steps, 1)")
    )
    if len(sizes) < 2:
        raise ShapeError(
            f"shape must have an axis of trials and another (got {shape!r}); try (trials, steps, 1)."
        )
    return noisy(np.zeros(sizes), density, positive("dt", dt), rng)


def noisy(signal: np.ndarray, density: float, dt: float, rng: np.random.Generator) -> np.ndarray:
    """Signal plus `white_noise`; the first axis is the trial. Without noise, the signal itself."""
    if not density:
        return signal
    flat = signal.reshape(len(signal), 1, -1)
    start = np.zeros((1, len(flat)), np.intp)
    return _hold_with_noise(flat, start, 1, density / math.sqrt(dt), rng).reshape(signal.shape)


@functools.cache
def _keep_memory() -> None:
    """Make the C library of Linux reuse the memory of freed batches.

    By default it returns arrays of some megabytes to the system, and allocating them again page by page takes longer
    than filling them. It raises its threshold once a larger array, of at most 32 MB, has been freed.
    """
    np.empty(31 * 2**20, np.uint8)


def _hold_with_noise(
    levels: np.ndarray, starts: np.ndarray, steps: int, scale: float, rng: np.random.Generator | None
) -> np.ndarray:
    # imported here, since loading compiled code takes a second
    from neurosim.kernels.random.held_signals import hold_with_noise

    _keep_memory()
    if not scale:
        return hold_with_noise(levels, starts, steps, 0.0, (0, 0))
    if rng is None:
        raise ParameterError(
            "rng must be a Generator where there is noise (got None); try stream(seed, 'noise')."
        )
    key0, key1 = rng.integers(0, 2**32, 2, dtype=np.uint32)
    return hold_with_noise(levels, starts, steps, scale, (int(key0), int(key1)))


def require_durations(task: Any, above_zero: Sequence[str], at_least_zero: Sequence[str] = ()) -> None:
    """Raise unless fields of a task are durations above (or at least) zero."""
    for check, names in ((positive, above_zero), (non_negative, at_least_zero)):
        for name in names:
            check(f"{type(task).__name__}.{name}", getattr(task, name))
