"""Alignment of the updates of a learning rule with the true gradient, over a training."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.network_arguments import require_network
from neurosim.results.result import Result
from neurosim.tasks import Task
from neurosim.training import Training, Update
from neurosim.validation import check_keywords, whole_number

if TYPE_CHECKING:
    from neurosim.randomness import Seed

__all__ = ["GradientAlignment", "gradient_alignment"]


@dataclass(frozen=True, eq=False)
class GradientAlignment(Result, angles="degrees", by_parameter="degrees", chance="degrees"):
    """Angles between what a learning rule does and the true gradient, update by update.

    Attributes
    ----------
    rule : str
        Name of the trainer.
    updates : ndarray of int, shape (samples,)
        Numbers of the updates that were compared, from 0.
    angles : ndarray, shape (samples,)
        Angle between the two gradients with respect to all trained parameters as one vector. Below 90 degrees, a small
        update lowers the loss.
    names : tuple of str
        Trained parameters.
    by_parameter : ndarray, shape (samples, parameters)
        Angle for each parameter by itself; NaN where one of the gradients is zero.
    size_ratios : ndarray, shape (samples,)
        Norm of what the rule does, relative to that of the gradient.
    losses : ndarray, shape (samples,)
        Mean loss of the batch.
    chance : ndarray, shape (parameters,)
        Standard deviation of the angle around 90 degrees for random directions.
    """

    rule: str
    updates: np.ndarray
    angles: np.ndarray
    names: tuple[str, ...]
    by_parameter: np.ndarray
    size_ratios: np.ndarray
    losses: np.ndarray
    chance: np.ndarray

    def angles_of(self, name: str) -> np.ndarray:
        """Angles of one parameter, such as ``"recurrent"``, shape (samples,)."""
        if name not in self.names:
            raise ParameterError(f"name must be one of {', '.join(self.names)} (got {name!r}).")
        return self.by_parameter[:, self.names.index(name)]


@check_keywords
def gradient_alignment(
    trainer: Any,
    network: Network,
    task: Task,
    rng: Seed = None,
    *,
    every: int = 1,
    progress: bool | None = None,
) -> GradientAlignment:
    r"""Angle between the update of a learning rule and the true gradient, over a training.

    The network is trained as by ``trainer.fit(network, task, rng)``. At every `every`-th update the gradient
    :math:`\hat g` that the rule found for the batch, before clipping and before the optimizer scales it, is compared
    with the gradient g of the same loss and penalties on the same trials, with the same noise, by backpropagation
    through time:

    .. math:: \alpha = \arccos \frac{\hat g \cdot g}{|\hat g|\,|g|}.

    Parameters
    ----------
    trainer : Trainer
        One with a method ``watch_updates``: `RFLO`, `EProp`, `RTRL`, `NodePerturbation`, `RewardHebbian`, or `BPTT`,
        whose angle is 0.
    network : Network
    task : Task
    rng : int, SeedSequence, Generator or None, optional
        Seed of the training.
    every : int, optional
        Updates from one comparison to the next.
    progress : bool, optional

    Returns
    -------
    GradientAlignment

    Raises
    ------
    ParameterError
        If the trainer follows no gradient, or made no update.

    Notes
    -----
    Cost: that of the training, and a gradient of `BPTT` for each comparison. After Ctrl-C, what was compared so far is
    returned.

    References
    ----------
    T. P. Lillicrap, D. Cownden, D. B. Tweed, C. J. Akerman, Nat. Commun. 7, 13276 (2016): angles in the course of
    learning. J. M. Murray, eLife 8, e43299 (2019).

    Examples
    --------
    >>> import neurosim as ns
    >>> task = ns.tasks.And()
    >>> start = ns.Network(ns.LeakyRate("tanh", tau=2.0), ns.Gaussian(), size=20, inputs=task.inputs,
    ...                    outputs=task.outputs, rng=0)
    >>> trainer = ns.trainers.RFLO(epochs=1, trials_per_epoch=40, batch_size=20, dt=1.0, feedback="symmetric")
    >>> found = ns.analysis.gradient_alignment(trainer, start, task, rng=1)
    >>> bool((found.angles < 90.0).all()), bool((found.angles_of("readout_weights") < 1e-4).all())
    (True, True)
    """
    require_network(network)
    every = whole_number("every", every)
    watch = getattr(trainer, "watch_updates", None)
    if watch is None:
        raise ParameterError(
            f"trainer must follow a gradient and have a method watch_updates (got {trainer!r}); try "
            f"ns.trainers.RFLO()."
        )
    comparisons: list[_Comparison] = []

    def compare(update: Update) -> None:
        if update.number % every == 0:
            comparisons.append(_Comparison(update))

    training: Training = watch(network, task, compare, rng, progress=progress)
    if not comparisons:
        raise ParameterError(
            f"the training must make an update (it made none: {training.reason}); try more epochs."
        )
    names, sizes = comparisons[0].names, comparisons[0].sizes
    return GradientAlignment(
        rule=type(trainer).__name__,
        updates=np.array([one.number for one in comparisons]),
        angles=np.array([one.angle for one in comparisons]),
        names=names,
        by_parameter=np.array([one.angles for one in comparisons]),
        size_ratios=np.array([one.ratio for one in comparisons]),
        losses=np.array([one.loss for one in comparisons]),
        # the cosine with a random direction has the variance 1 / dimension, a single number is along or against it
        chance=np.where(sizes > 1, np.degrees(1.0 / np.sqrt(sizes)), 90.0),
    )


class _Comparison:
    def __init__(self, update: Update) -> None:
        gradient = update.gradient()
        self.number, self.loss = update.number, update.loss
        self.names = tuple(name for name in update.direction if name in gradient)
        pairs = [_flat(update.direction[name], gradient[name]) for name in self.names]
        self.sizes = np.array([found.size for found, _ in pairs])
        found, true = (np.concatenate(parts) for parts in zip(*pairs, strict=True))
        self.angle, self.angles = _angle(found, true), [_angle(*pair) for pair in pairs]
        norm = np.linalg.norm(true)
        self.ratio = float(np.linalg.norm(found) / norm) if norm else np.nan


def _flat(found: np.ndarray, true: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.asarray(found, np.float64).ravel(), np.asarray(true, np.float64).ravel()


def _angle(a: np.ndarray, b: np.ndarray) -> float:
    """Angle between two vectors in degrees, precise also for small ones; NaN where one is zero."""
    a_norm, b_norm = np.linalg.norm(a), np.linalg.norm(b)
    if not (a_norm and b_norm):
        return float("nan")
    x, y = a / a_norm, b / b_norm
    return float(np.degrees(2.0 * np.arctan2(np.linalg.norm(x - y), np.linalg.norm(x + y))))
