"""Currents between populations: what the units of each population receive from every other, and from outside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.engine.trajectory import Trajectory
from neurosim.errors import ParameterError
from neurosim.results.result import Result
from neurosim.validation import instance_of, non_negative

__all__ = ["Currents", "currents"]

EXTERNAL = "external"


@dataclass(frozen=True)
class Currents(Result, courses="current", means="current", over_time="current"):
    r"""Currents :math:`u^{ab} = W^{ab} r^b` from each population b onto the units of each population a.

    Attributes
    ----------
    targets : tuple of str
        Populations, in the order of the network.
    sources : tuple of str
        Populations, and last ``"external"``: inputs and bias.
    courses : ndarray, shape (targets, sources, trials, samples)
        Mean over the target units.
    means : ndarray, shape (targets, sources)
        Mean over units, time and trials.
    over_time : ndarray, shape (targets, sources)
        Root mean square over units of the standard deviation over time and trials.
    """

    targets: tuple[str, ...]
    sources: tuple[str, ...]
    courses: np.ndarray
    means: np.ndarray
    over_time: np.ndarray


def currents(run: Trajectory, *, discard: float = 0.0) -> Currents:
    """Currents between the populations of a run.

    Parameters
    ----------
    run : Trajectory
        Of a network with `neurosim.Populations`, with the rates of all units.
    discard : float, optional
        Time to discard at the beginning; the longest delay at least.

    Returns
    -------
    Currents
        Without noise, which a run does not record.

    Raises
    ------
    ParameterError
        If the network has no populations, or units were left out of the record.

    Notes
    -----
    Takes units times samples times trials numbers for each source in turn. A current is what arrives: rates through
    connections that take time are those of the delay before, interpolated linearly between samples.

    Examples
    --------
    >>> import neurosim as ns
    >>> unit = ns.LeakyRate("tanh")
    >>> cells = ns.Populations(V1=ns.Population(unit, size=40), PFC=ns.Population(unit, size=10))
    >>> run = ns.simulate(ns.Network(cells, ns.Gaussian(1.5), rng=0), duration=5.0, dt=0.1, rng=1)
    >>> found = ns.analysis.currents(run)
    >>> found.sources, found.courses.shape
    (('V1', 'PFC', 'external'), (2, 3, 1, 51))
    """
    instance_of("run", run, Trajectory, "give what ns.simulate(...) returned")
    network = run.network
    if not network.populations:
        raise ParameterError(
            f"run must be of a network with populations (got {run!r}); declare ns.Populations(...) as its neuron."
        )
    if len(run.units) < network.size:
        raise ParameterError(
            f"run must have the rates of all {network.size} units (got {len(run.units)}); simulate without units=."
        )
    longest = max((delay for delay, _ in network.delays), default=0.0)
    first = int(np.ceil(max(non_negative("discard", discard), longest) / run.dt - 1e-9))
    rates = run.rates.astype(np.float64)
    if first >= rates.shape[1]:
        raise ParameterError(
            f"run must be longer than discard and the longest delay, {first * run.dt:g} (got {run.times[-1]:g})."
        )
    parts = [_from_units(run, rates, first, units) for units in network.populations.values()]
    outside = np.broadcast_to(network.bias, rates[:, first:].shape)
    if network.inputs:
        outside = outside + run.inputs[:, first:] @ network.input_weights.T
    parts.append(outside)
    targets = list(network.populations.values())
    return Currents(
        targets=tuple(network.populations),
        sources=(*network.populations, EXTERNAL),
        courses=np.array([[part[..., units].mean(axis=-1) for part in parts] for units in targets]),
        means=np.array([[part[..., units].mean() for part in parts] for units in targets]),
        over_time=np.array([[_spread(part[..., units]) for part in parts] for units in targets]),
    )


def _from_units(run: Trajectory, rates: np.ndarray, first: int, sources: slice) -> np.ndarray:
    """Currents of all units from some sources, from a sample on, shape (trials, samples, units)."""
    network = run.network
    if network.delays:
        pairs = ((0.0, network.undelayed), *network.delays)
        arriving = ((_past(rates[..., sources], first, d / run.dt), weights) for d, weights in pairs)
        return np.sum([past @ weights[:, sources].T for past, weights in arriving], axis=0)
    alone = np.zeros_like(rates[:, first:])
    alone[..., sources] = rates[:, first:, sources]
    rows = alone.reshape(-1, rates.shape[-1])
    return np.ascontiguousarray((network.recurrent @ rows.T).T).reshape(alone.shape)


def _past(rates: np.ndarray, first: int, delay: float) -> np.ndarray:
    """Rates so many samples earlier, linearly interpolated where that is no whole number, from a sample on."""
    back = round(delay) if abs(delay - round(delay)) < 1e-9 * max(1.0, delay) else int(np.floor(delay))
    share, count = max(delay - back, 0.0), rates.shape[1] - first
    past = rates[:, first - back :][:, :count]
    return past if share < 1e-9 else (1.0 - share) * past + share * rates[:, first - back - 1 :][:, :count]


def _spread(values: np.ndarray) -> float:
    return float(np.sqrt(values.var(axis=(0, 1)).mean()))
