"""Lesions: accuracy of a network without some of its units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from neurosim.connectivity.operator import Operator
from neurosim.engine.simulate import simulate
from neurosim.errors import ParameterError
from neurosim.network_arguments import require_network
from neurosim.randomness import Seed, child, seed_sequence
from neurosim.results.result import Result
from neurosim.tasks import Trials
from neurosim.validation import finite, instance_of, named_entries

if TYPE_CHECKING:
    from neurosim.network import Network
    from neurosim.noise import Noise

__all__ = ["LesionEffects", "lesion", "lesion_effects", "require_trials", "task_accuracies"]


@dataclass(frozen=True, eq=False)
class LesionEffects(Result):
    """Accuracy in each task without each group of units.

    Attributes
    ----------
    tasks : tuple of str
    sizes : ndarray of int, shape (groups,)
        Number of units in each group.
    intact : ndarray, shape (tasks,)
        Accuracy of the whole network.
    accuracies : ndarray, shape (groups, tasks)
        Accuracy without the group.
    """

    tasks: tuple[str, ...]
    sizes: np.ndarray
    intact: np.ndarray
    accuracies: np.ndarray

    @property
    def effects(self) -> np.ndarray:
        """Accuracy without the group minus that of the whole network, (groups, tasks): negative if it is needed."""
        return self.accuracies - self.intact


def lesion(network: Network, units: Any) -> Network:
    """Lesion units of a network: set their outgoing recurrent and readout weights to 0.

    Parameters
    ----------
    network : Network
    units : array_like of int, shape (k,), or str
        For instance the members of a cluster; or the name of a population.

    Returns
    -------
    Network
        The units remain and still receive input, without effect on others.

    Raises
    ------
    ParameterError, UnknownNameError
        For units outside of the network, or a population that it does not have.

    Examples
    --------
    >>> import neurosim as ns
    >>> network = ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(), size=5, outputs=1, rng=0)
    >>> silent = ns.analysis.lesion(network, [3])
    >>> bool(silent.recurrent.dense()[:, 3].any()), bool(silent.readout_weights[:, 3].any())
    (False, False)
    """
    keeps = np.ones(require_network(network).size)
    if isinstance(units, str):
        units = np.arange(network.size)[network.units(units)]
    chosen = np.atleast_1d(finite("units", units)) if np.size(units) else np.zeros(0)
    if ((chosen != np.round(chosen)) | (chosen < 0) | (chosen >= network.size)).any() or chosen.ndim != 1:
        raise ParameterError(
            f"units must be whole numbers from 0 to {network.size - 1} (got {np.asarray(units).tolist()})."
        )
    keeps[chosen.astype(int)] = 0.0
    return network.replace(
        recurrent=_silence_columns(network.recurrent, keeps.astype(network.dtype)),
        readout_weights=network.readout_weights * keeps,
    )


def _silence_columns(operator: Operator, keeps: np.ndarray) -> Operator:
    base: Any = operator.base
    if isinstance(base, np.ndarray):
        base = base * keeps
    elif base is not None:
        base = base.data * keeps[base.indices]
    return operator.with_weights(
        base, right=None if operator.right is None else operator.right * keeps[:, None]
    )


def task_accuracies(
    network: Network,
    trials: Mapping[str, Trials],
    *,
    scheme: str | None = None,
    noise: Noise | Literal["network"] | None = "network",
    rng: Seed = None,
) -> np.ndarray:
    """Mean accuracy in each of several tasks, shape (tasks,).

    Parameters
    ----------
    network : Network
    trials : mapping of str to Trials
    scheme, noise
        As in `neurosim.simulate`: by default those of `Network.stepping`, so with the noise of training.
    rng : int, SeedSequence, Generator or None, optional
        Use the same seed for all networks in a comparison: it gives them the same starts and noise.
    """
    require_network(network)
    if not named_entries("trials", trials, "try {'name': task.trials(...)}"):
        raise ParameterError(
            "trials must hold the trials of at least one task by name; try {'name': task.trials(...)}."
        )
    for name, batch in trials.items():
        require_trials(batch, f"trials[{name!r}]")
    seed = seed_sequence(rng)
    settings: dict[str, Any] = {"scheme": scheme, "noise": noise, "record": "outputs", "progress": False}
    return np.array(
        [
            batch.accuracy(simulate(network, **batch.simulation, **settings, rng=child(seed, name))).mean()
            for name, batch in trials.items()
        ]
    )


def require_trials(trials: Any, name: str = "trials") -> Trials:
    """Return the trials, or raise an error unless they are Trials."""
    return instance_of(name, trials, Trials, "try task.trials(...)")


def lesion_effects(
    network: Network, groups: Any, trials: Mapping[str, Trials], *, rng: Seed = None, **settings: Any
) -> LesionEffects:
    """Effects of lesions: accuracy in each task without each group of units.

    Parameters
    ----------
    network : Network
    groups : sequence of array_like of int or of str
        Units of each group, or names of populations; ``range(network.size)`` lesions one unit after the other.
    trials : mapping of str to Trials
        Trials of each task, the same for all groups.
    rng : int, SeedSequence, Generator or None, optional
    **settings
        `scheme` and `noise`, as in `neurosim.simulate`: by default those of `Network.stepping`.

    Returns
    -------
    LesionEffects

    Notes
    -----
    Costs one simulation of all trials for each group.

    References
    ----------
    G. R. Yang et al., Nat. Neurosci. 22, 297 (2019).
    """
    seed = seed_sequence(rng)
    intact = task_accuracies(network, trials, rng=seed, **settings)
    without = [task_accuracies(lesion(network, units), trials, rng=seed, **settings) for units in groups]
    return LesionEffects(
        tuple(trials),
        np.array([np.size(units) for units in groups], np.intp),
        intact,
        np.array(without).reshape(-1, len(trials)),
    )
