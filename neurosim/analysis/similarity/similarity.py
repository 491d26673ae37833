"""Are several solutions the same? Distances between networks or their activity, by a chosen kind of similarity."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.random import SeedSequence

from neurosim.analysis.similarity.activity import Conditions, activity_of, network_of
from neurosim.analysis.similarity.measures import MEASURES, Measure, missing_pairs
from neurosim.analysis.similarity.result import Similarity
from neurosim.engine.trajectory import Trajectory
from neurosim.errors import InterruptionWarning, ParameterError, kind_of, unknown_keyword
from neurosim.network import Network
from neurosim.progress import progress_bar
from neurosim.randomness import Seed, child, seed_sequence
from neurosim.tasks import Task
from neurosim.training import Training
from neurosim.validation import entries, one_of

__all__ = ["similarity"]

CONDITIONS = (
    "labels",
    "task",
    "trials",
    "inputs",
    "duration",
    "dt",
    "scheme",
    "discard",
    "progress",
    "resume",
    "rng",
)


def similarity(
    things: Iterable[Any] | Mapping[str, Any],
    kind: str = "dynamics",
    *,
    labels: Iterable[str] | None = None,
    task: Task | None = None,
    trials: int | None = None,
    inputs: Any = None,
    duration: float | None = None,
    dt: float | None = None,
    scheme: str | None = None,
    discard: float = 0.0,
    progress: bool | None = None,
    resume: Similarity | None = None,
    rng: Seed = None,
    **settings: Any,
) -> Similarity:
    r"""Distances between networks, or between their activity: are they the same solution.

    ========================  ================================================================  =======================
    kind                      distance between two solutions                                    settings
    ========================  ================================================================  =======================
    ``dynamics``              Procrustes angle between operators of delay-embedded activity     delays, rank, ridge
    ``dynamics_eigenvalues``  2-Wasserstein distance between the eigenvalues of these           delays, rank, ridge
    ``cka``                   arccos of linear centered kernel alignment
    ``unbiased_cka``          the same with unbiased estimates
    ``cca``                   arccos of the mean canonical correlation (SVCCA)                  variance
    ``principal_angles``      root mean square angle between leading subspaces                  count
    ``weight_eigenvalues``    2-Wasserstein distance between eigenvalues of the weights
    ``weights``               angle between weights under the best order of units (a bound)
    ``attractors``            share of attractors, and of what follows them, not in common      pulses, rounds, length,
                                                                                                starts
    ========================  ================================================================  =======================

    Which of them answers the question? Activity (``cka``, ``cca``) can be alike where mechanisms differ, and differ
    where they are alike; ``dynamics`` compares the flow, up to a rotation of the state.

    Parameters
    ----------
    things : iterable or mapping of str to Network, Training, Trajectory or ndarray
        Two or more: networks, trained networks, an ensemble of them, or activity: trajectories, of which the states are
        taken, or arrays (trials, samples, units) or (samples, units).
    kind : str, optional
    labels : iterable of str, optional
        Names of the solutions. Default: those of the mapping or of the ensemble (`neurosim.Ensemble`), or numbers.
    task : Task, optional
        Networks do the same trials of this task. Default: none, see `inputs`.
    trials : int, optional
        Trials of each network. Default: 10.
    inputs : ndarray or callable, optional
        Without a task: inputs as `simulate` takes them. Default: none.
    duration : float, optional
        Of a trial without a task. Default: 50 of the slowest time constant of a unit.
    dt : float, optional
        Default: as the networks are stepped (`Network.stepping`), or else a tenth of the fastest time constant of a
        unit.
    scheme : {"rk4", "heun", "euler"}, optional
        Default: as the networks are stepped, or else "rk4".
    discard : float, optional
        Time that is left out at the beginning, in the unit of the samples for arrays.
    progress : bool, optional
        As in `neurosim.simulate`.
    resume : Similarity, optional
        What a call returned that Ctrl-C stopped: its distances are not computed again. Give the same things, settings
        and `rng`.
    rng : int, SeedSequence, Generator or None, optional
        Of the trials, initial states and noise of the task, which are the same for all networks of one size.
    **settings
        Of the kind, as in the table.

    Returns
    -------
    Similarity

    Warns
    -----
    InterruptionWarning
        After Ctrl-C while distances were computed; those that are missing are NaN.

    Raises
    ------
    ParameterError, ShapeError, UnknownNameError, UnknownKeywordError
        When there are fewer than two things, they cannot be compared by this kind, trials are too short for the
        delays, or a name is unknown.

    Notes
    -----
    The time step matters: delays and growth factors of ``dynamics`` count samples. ``cka``, ``unbiased_cka`` and
    ``cca`` need the same samples of the same trials, ``principal_angles`` and ``weights`` the same units. All distances
    are metrics, as far as minima were found, and for ``unbiased_cka`` its estimate is not negative. The square of
    ``dynamics_eigenvalues`` is the mean squared distance of matched eigenvalues, which other software reports.

    ``delays="auto"`` takes q delays, where 20 have a rank r: q = 20 + r²/20 or half of the samples of a trial, for that
    solution which needs most. ``rank="auto"`` counts the singular values above the optimal hard threshold for white
    noise (Gavish & Donoho 2014), again for that solution which has most; activity without noise then keeps all that
    rounding leaves. The result says in `measure` what was found.

    Operators of ``dynamics`` are estimated from trials. Where the distance between two runs of one network, in other
    trials, is not small, take more trials or a lower rank. Compare networks before and after training under the same
    steps: an untrained network without `Network.stepping` otherwise runs with the default ones.

    References
    ----------
    Dynamics: M. Ostrow, A. Eisen, L. Kozachkov, I. Fiete, NeurIPS 36 (2023). Rank: M. Gavish, D. L. Donoho,
    IEEE Trans. Inf. Theory 60, 5040 (2014). CKA: S. Kornblith, M. Norouzi, H. Lee, G.
    Hinton, ICML (2019). Metrics: A. H. Williams, E. Kunz, S. Kornblith, S. W. Linderman, NeurIPS 34, 4738 (2021).

    Examples
    --------
    >>> import neurosim as ns
    >>> networks = [ns.Network(ns.LeakyCurrent("tanh"), ns.Gaussian(gain), 30, rng=0) for gain in (0.5, 0.6, 3.0)]
    >>> similar = ns.analysis.similarity(networks, "dynamics", rank=5, rng=1)
    >>> bool(similar.distances[0, 1] < similar.distances[0, 2])
    True
    """
    names, subjects = _label(things, labels)
    if resume is not None and not isinstance(resume, Similarity):
        raise ParameterError(
            f"resume must be a Similarity (got {resume!r}); give what similarity() returned."
        )
    seed = seed_sequence(rng)
    measure = _measure(kind, settings, child(seed, "features"))
    conditions = Conditions(task, trials, inputs, duration, dt, scheme, seed)
    pairs = len(names) * (len(names) - 1) // 2
    with progress_bar(len(names) + pairs, "similarity", "comparison", progress) as bar:
        if measure.of == "network":
            _require_no_conditions(kind, conditions, discard)
            parts: list[Any] = [_require_network(kind, thing) for thing in subjects]
        else:
            parts = list(activity_of(subjects, conditions, discard, bar))
        measure = measure.fit(parts)
        features = [measure.features(part) for part in parts]
        measure.require_comparable(features)
        distances = _unknown(len(names)) if resume is None else _known(resume, names, kind, measure)
        try:
            measure.fill(distances, features, bar)
        except KeyboardInterrupt:
            left = len(missing_pairs(distances)[0])
            warnings.warn(
                f"stopped by Ctrl-C with {pairs - left} of {pairs} distances; give resume=, with the same rng, for the "
                f"others.",
                InterruptionWarning,
                stacklevel=2,
            )
    return Similarity(names, distances, kind, measure)


def _unknown(count: int) -> np.ndarray:
    """Matrix of distances of which none is known."""
    return np.where(np.eye(count, dtype=bool), 0.0, np.nan)


def _known(resume: Similarity, names: tuple[str, ...], kind: str, measure: Measure) -> np.ndarray:
    """Distances that an earlier call found."""
    for name, earlier, now in (
        ("labels", resume.labels, names),
        ("kind", resume.kind, kind),
        ("settings", repr(resume.measure), repr(measure)),
    ):
        if earlier != now:
            raise ParameterError(
                f"resume must be from a call with the same {name} (got {earlier}, not {now}); leave it out to begin "
                f"anew."
            )
    return resume.distances.copy()


def _label(
    things: Iterable[Any] | Mapping[str, Any], labels: Iterable[str] | None
) -> tuple[tuple[str, ...], list[Any]]:
    """Labels and things, two at least."""
    if isinstance(things, (Network, Training, Trajectory)) or not isinstance(things, Iterable):
        raise ParameterError(
            f"things must be a list or mapping of networks or activity (got {kind_of(things)}); give "
            f"[first, second, ...]."
        )
    subjects = list(things.values()) if isinstance(things, Mapping) else list(things)
    given = labels
    if given is None:
        given = list(things) if isinstance(things, Mapping) else getattr(things, "labels", None)
    each = (
        range(len(subjects)) if given is None else entries("labels", given, "give one for each of the things")
    )
    names = tuple(map(str, each))
    if len(subjects) < 2:
        raise ParameterError(f"things must be two solutions at least (got {len(subjects)}); give more.")
    if len(names) != len(subjects) or len(set(names)) < len(names):
        raise ParameterError(
            f"labels must be {len(subjects)} different names, one for each solution (got {list(names)})."
        )
    for name, thing in zip(names, subjects, strict=True):
        if not isinstance(thing, (Network, Training, Trajectory, np.ndarray)):
            raise ParameterError(
                f"things[{name}] must be a Network, Training, Trajectory or array (got {kind_of(thing)})."
            )
    return names, subjects


def _measure(kind: str, settings: Mapping[str, Any], seed: SeedSequence) -> Measure:
    chosen = MEASURES[one_of("kind", kind, MEASURES)]
    taken = list(inspect.signature(chosen).parameters)
    known = [name for name in taken if name != "rng"]
    for name in settings:
        if name not in known:
            raise unknown_keyword(f"similarity() of kind {kind!r}", name, [*known, *CONDITIONS])
    return chosen(**settings, rng=seed) if "rng" in taken else chosen(**settings)


def _require_no_conditions(kind: str, conditions: Conditions, discard: float) -> None:
    given = [*conditions.given, *(["discard"] if discard else [])]
    if given:
        raise ParameterError(
            f"{', '.join(given)} must not be given with kind={kind!r}, which simulates no activity; leave out, or take "
            f"kind='dynamics'."
        )


def _require_network(kind: str, thing: Any) -> Network:
    network = network_of(thing)
    if network is None:
        raise ParameterError(
            f"kind={kind!r} compares networks (got an array of shape {thing.shape}); give the networks, or take "
            f"kind='dynamics' for activity."
        )
    return network
