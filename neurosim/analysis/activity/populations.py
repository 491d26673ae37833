"""Statistics of rates for each population of a network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.activity.recording import recording
from neurosim.errors import ParameterError
from neurosim.results.result import Result

if TYPE_CHECKING:
    from neurosim.engine.trajectory import Trajectory

__all__ = ["PopulationStatistics", "population_statistics"]


@dataclass(frozen=True)
class PopulationStatistics(Result):
    r"""Statistics of the rates of each population, over time, units and trials.

    Attributes
    ----------
    names : tuple of str
        Populations, in the order of the network.
    means : ndarray, shape (populations,)
        Mean rate over units, time and trials.
    between_units : ndarray, shape (populations,)
        Standard deviation over units of the mean rate of each.
    over_time : ndarray, shape (populations,)
        Root mean square over units of the standard deviation of each over time (and trials).
    correlations : ndarray, shape (populations, populations)
        Correlation over time of the mean rates of two populations; NaN where one of them is constant.
    """

    names: tuple[str, ...]
    means: np.ndarray
    between_units: np.ndarray
    over_time: np.ndarray
    correlations: np.ndarray


def population_statistics(run: Trajectory, *, discard: float = 0.0) -> PopulationStatistics:
    """Statistics of the rates of each population of a run.

    Parameters
    ----------
    run : Trajectory
        Of a network with `neurosim.Populations`; populations of which no unit was recorded are left out.
    discard : float, optional
        Time to discard at the beginning.

    Returns
    -------
    PopulationStatistics

    Raises
    ------
    ParameterError
        If the network has no populations.

    Notes
    -----
    Any other analysis takes one population as ``run["E"]``.

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> cells = ns.Populations(
    ...     E=ns.Population(ns.LeakyRate("relu"), size=40), I=ns.Population(ns.LeakyRate("relu"), size=10)
    ... )
    >>> network = ns.Network(cells, ns.Gaussian(0.5), rng=0)
    >>> run = ns.simulate(network.replace(bias=np.full(50, 2.0)), duration=20.0, dt=0.1, rng=1)
    >>> ns.analysis.population_statistics(run, discard=10.0).names
    ('E', 'I')
    """
    if not getattr(run, "populations", None):
        raise ParameterError(
            f"run must be of a network with populations (got {run!r}); declare ns.Populations(...) as its neuron."
        )
    values = recording(run.rates, dt=run.dt, discard=discard).values
    chosen = {name: values[..., places] for name, places in run.populations.items() if len(places)}
    courses = np.array([own.mean(axis=-1).ravel() for own in chosen.values()])
    with np.errstate(invalid="ignore", divide="ignore"):
        correlations = np.atleast_2d(np.corrcoef(courses))
    return PopulationStatistics(
        names=tuple(chosen),
        means=courses.mean(axis=1),
        between_units=np.array([own.mean(axis=(0, 1)).std() for own in chosen.values()]),
        over_time=np.array([np.sqrt(own.var(axis=(0, 1)).mean()) for own in chosen.values()]),
        correlations=correlations,
    )
