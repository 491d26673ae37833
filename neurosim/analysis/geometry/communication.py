"""Communication between named populations: what a target reads of the activity of a source, and what it does not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.analysis.geometry.communication_subspace import CommunicationSubspace, communication_subspace
from neurosim.engine.trajectory import Trajectory
from neurosim.errors import ParameterError, ShapeError
from neurosim.network_parts import weights_of_block
from neurosim.results.result import Result
from neurosim.validation import finite, instance_of, non_negative

__all__ = ["Communication", "communication"]

RESOLVED = 1e-12
"""Singular value, relative to the largest, below which it is rounding."""


@dataclass(frozen=True, eq=False)
class Communication(Result):
    r"""Weights W from a source to a target population, and the activity that they pass on.

    Attributes
    ----------
    source, target : str
        Names of the populations.
    singular_values : ndarray, shape (rank,)
        Of W, descending.
    potent_axes : ndarray, shape (source units, rank)
        Right singular vectors of W: the output-potent dimensions of the source, by descending singular value. Activity
        orthogonal to them is output-null: it causes no current in the target.
    current_axes : ndarray, shape (target units, rank)
        Left singular vectors of W: the pattern of currents that each potent dimension causes.
    potent_shares : ndarray, shape (rank,)
        Share of the variance of the source in the first potent dimensions; the last entry is that of all of them, and
        1 less that entry is the output-null share.
    chance_shares : ndarray, shape (rank,)
        The same for random dimensions: their number over that of the source units.
    current_shares : ndarray, shape (rank,)
        Share of the variance of the currents into the target that each potent dimension carries.
    subspace : CommunicationSubspace or None
        Reduced-rank regression of the rates of the target on those of the source; None where it was not asked for.
    subspace_potency : ndarray, shape (dimension,)
        Squared norm of the potent part of each axis of `subspace`: below 1 where the prediction uses activity that the
        target does not read, and correlates with it by other ways.
    """

    source: str
    target: str
    singular_values: np.ndarray
    potent_axes: np.ndarray
    current_axes: np.ndarray
    potent_shares: np.ndarray
    chance_shares: np.ndarray
    current_shares: np.ndarray
    subspace: CommunicationSubspace | None
    subspace_potency: np.ndarray

    def potency(self, axis: np.ndarray) -> np.ndarray:
        """Share of the squared norm of a direction of the source in the first potent dimensions, shape (rank,).

        Parameters
        ----------
        axis : ndarray, shape (source units,)
            Such as the direction in which the activity encodes a condition. A random one has `chance_shares`.
        """
        direction = finite("axis", axis, np.float64)
        if direction.shape != (len(self.potent_axes),) or not direction.any():
            raise ShapeError(
                f"axis must be a direction of the {len(self.potent_axes)} units of {self.source}, not 0 (got shape "
                f"{direction.shape})."
            )
        return np.cumsum((direction @ self.potent_axes) ** 2) / (direction @ direction)


def communication(
    run: Trajectory,
    source: str,
    target: str,
    *,
    regress: bool = True,
    count: int | None = None,
    folds: int = 10,
    ridge: float = 0.0,
    discard: float = 0.0,
) -> Communication:
    r"""Communication from one population of a run to another, by its weights and by its activity.

    The current :math:`u = W r` from the source into the target is split by the singular values of the block of weights,
    :math:`W = \sum_k s_k\, a_k b_k^T`: the activity along :math:`b_k` drives the pattern :math:`a_k` of currents, with
    the variance :math:`s_k^2\, \mathrm{var}(b_k \cdot r)`. Beside it stands what can be found without the weights, the
    communication subspace of the rates (`communication_subspace`).

    Parameters
    ----------
    run : Trajectory
        Of a network with `neurosim.Populations`, with the rates of all units.
    source, target : str
        Names of populations; the same twice for the recurrent weights of one.
    regress : bool, optional
        Whether to find the communication subspace, too.
    count, folds, ridge
        See `communication_subspace`.
    discard : float, optional
        Time to discard at the beginning.

    Returns
    -------
    Communication

    Raises
    ------
    ParameterError
        If the network has no populations, there are no weights between these, units were left out of the record, or
        the source is constant.
    UnknownNameError
        If there is no population of a name.

    Notes
    -----
    Variances are over time and trials together. To ask about fluctuations or one condition, give the run of its trials.
    With as many potent dimensions as source units nothing is null, and the question is how activity lies with respect
    to the *first* of them: `potent_shares` beside `chance_shares`.

    References
    ----------
    Output-potent and output-null dimensions: M. T. Kaufman, M. M. Churchland, S. I. Ryu, K. V. Shenoy, Nat. Neurosci.
    17, 440 (2014); of weights between areas: M. Kleinman, C. Chandrasekaran, J. C. Kao, NeurIPS (2021).

    Examples
    --------
    Two dimensions of forty reach the target.

    >>> import numpy as np
    >>> import neurosim as ns
    >>> unit = ns.LeakyRate("tanh")
    >>> cells = ns.Populations(V1=ns.Population(unit, size=40), PFC=ns.Population(unit, size=20))
    >>> network = ns.Network(cells, ns.Blocks({("V1", "V1"): ns.Gaussian(2.0), ("PFC", "V1"): ns.Gaussian()}), rng=0)
    >>> weights = network.recurrent.dense()
    >>> draw = np.random.default_rng(1)
    >>> weights[40:, :40] = draw.standard_normal((20, 2)) @ draw.standard_normal((2, 40)) / 20.0
    >>> run = ns.simulate(network.replace(recurrent=ns.Operator(weights)), 100.0, 0.1, rng=2)
    >>> found = ns.analysis.communication(run, "V1", "PFC", regress=False)
    >>> len(found.singular_values), bool(found.potent_shares[-1] < 0.3)
    (2, True)
    """
    network = instance_of("run", run, Trajectory, "give what ns.simulate(...) returned").network
    for name in (source, target):
        network.units(name)
    if len(run.units) < network.size:
        raise ParameterError(
            f"run must have the rates of all {network.size} units (got {len(run.units)}); simulate without units=."
        )
    senders, readers = network.units(source), network.units(target)
    left, values, right = np.linalg.svd(
        weights_of_block(network.recurrent, readers, senders), full_matrices=False
    )
    rank = int(np.count_nonzero(values > RESOLVED * values.max(initial=0.0)))
    if not rank:
        raise ParameterError(
            f"there must be weights from {source} to {target} (got none); look at ns.plotting.circuit(network)."
        )
    first = int(np.ceil(non_negative("discard", discard) / run.dt - 1e-9))
    rates = run.rates[:, first:].astype(np.float64)
    sent = rates[..., senders].reshape(-1, senders.stop - senders.start)
    sent = sent - sent.mean(axis=0)
    total = float(np.sum(sent**2))
    if not total:
        raise ParameterError(f"the rates of {source} must change in time or between trials (got constants).")
    axes = right[:rank].T
    along = np.sum((sent @ axes) ** 2, axis=0)
    carried = values[:rank] ** 2 * along
    found = None
    if regress:
        found = communication_subspace(
            rates[..., senders], rates[..., readers], count, folds=folds, ridge=ridge, dt=run.dt
        )
    found_axes = np.zeros((len(axes), 0)) if found is None else found.axes
    return Communication(
        source=source,
        target=target,
        singular_values=values[:rank],
        potent_axes=axes,
        current_axes=left[:, :rank],
        potent_shares=np.cumsum(along) / total,
        chance_shares=np.arange(1, rank + 1) / len(axes),
        current_shares=carried / max(carried.sum(), np.finfo(float).tiny),
        subspace=found,
        subspace_potency=np.sum((axes.T @ found_axes) ** 2, axis=0),
    )
