"""Rates before a simulation starts, which delayed connections read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from neurosim.engine.delay_line import DelayLine, delay_line, interpolation
from neurosim.engine.trajectory import Settings, rates_of
from neurosim.errors import ParameterError, ShapeError
from neurosim.network import Network
from neurosim.schemes import Tableau, find_scheme
from neurosim.validation import finite

__all__ = ["past_rates"]


def past_rates(network: Network, settings: Settings, start: np.ndarray, history: Any) -> np.ndarray | None:
    """Rates at each stage of the steps before time 0, shape (steps, stages, trials, units); None without delays.

    Parameters
    ----------
    network : Network
    settings : Settings
    start : ndarray, shape (trials, units, variables)
        Initial states.
    history : None, ndarray or callable
        The argument of `simulate`.
    """
    scheme = find_scheme(settings.scheme)
    line = delay_line(network.recurrent, settings.dt, scheme)
    if line is None:
        if history is not None:
            raise ParameterError(
                f"history must be None for a network without delays (got {history!r}); leave it out."
            )
        return None
    line.require_memory(settings.trials, network.size, network.dtype.itemsize)
    past = np.empty((line.depth - 1, scheme.stages, settings.trials, network.size), network.dtype)
    if callable(history):
        _fill_from_function(past, history, settings.dt, scheme)
        return past
    if history is None:
        past[:] = rates_of(network, np.moveaxis(start, -1, 0), None)
        return past
    given = finite("history", history, network.dtype)
    if given.shape == (network.size,):
        past[:] = given
        return past
    now = rates_of(network, np.moveaxis(start, -1, 0), None)
    _fill_from_samples(past, _samples(given, line, past.shape[2:]), now, scheme)
    return past


def _fill_from_function(
    past: np.ndarray, history: Callable[[float], Any], dt: float, scheme: Tableau
) -> None:
    steps, _, trials, units = past.shape
    for k in range(steps):
        for m, c in enumerate(scheme.c):
            time = (k - steps + c) * dt
            value = finite(f"history({time:g})", history(time), past.dtype)
            if value.shape not in ((units,), (trials, units)):
                raise ShapeError(
                    f"history({time:g}) must have shape ({units},) or ({trials}, {units}) (got {value.shape})."
                )
            past[k, m] = value


def _samples(given: np.ndarray, line: DelayLine, shape: tuple[int, int]) -> np.ndarray:
    """Samples of the last steps that are needed, shape (steps, trials or 1, units)."""
    trials, units = shape
    needed = line.depth - 1
    with_trials = given[None] if given.ndim == 2 else given
    if with_trials.ndim != 3 or with_trials.shape[2] != units or len(with_trials) not in (1, trials):
        raise ShapeError(
            f"history must have shape ({units},), (steps, {units}) or ({trials}, steps, {units}) (got {given.shape})."
        )
    if with_trials.shape[1] < needed:
        raise ShapeError(
            f"history must have at least {needed} steps for the longest delay (got {with_trials.shape[1]}); the last "
            f"one is at -dt."
        )
    return with_trials[:, -needed:].swapaxes(0, 1)


def _fill_from_samples(past: np.ndarray, samples: np.ndarray, now: np.ndarray, scheme: Tableau) -> None:
    """Rates at the stages, interpolated between the samples and the present rates."""
    known = np.concatenate([np.broadcast_to(samples, (len(samples), *now.shape)), now[None]])[::-1]
    count, steps = min(len(known), 2 if scheme.order == 1 else 4), len(past)
    for k in range(steps):
        for m, c in enumerate(scheme.c):
            first, weights = interpolation(steps - k - c, count, last=steps)
            past[k, m] = np.tensordot(weights, known[first : first + count], axes=1)
