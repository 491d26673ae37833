"""Numbers and figures on the geometry of activity in a task: tangling, rotations, readout, demixed components."""

from __future__ import annotations

from functools import partial

import numpy as np

from neurosim import analysis, plotting
from neurosim.engine.trajectory import Trajectory
from neurosim.errors import ParameterError
from neurosim.report.section import Drawing, Number, Section
from neurosim.tasks import Trials

__all__ = ["activity_geometry"]

PLANES = 3
"""Most planes of rotation that are fitted."""
MOST_LEVELS = 8
"""Levels of a factor of demixed components; a variable with more is continuous."""
MOST_FACTORS = 2
"""Factors of demixed components; each further one doubles the number of marginalizations."""


def activity_geometry(
    section: Section, name: str, trials: Trials, run: Trajectory, time_constant: float
) -> None:
    """Add tangling, alignment of the readout, rotations and demixed components of the rates in one task."""
    rates = run.rates
    with section.attempt(f"tangling in {name}"):
        _tangling(section, name, run, time_constant)
    with section.attempt(f"alignment of the readout in {name}"):
        _readout(section, name, run)
    with section.attempt(f"rotations in {name}"):
        _require_alignment(trials)
        _rotations(section, name, rates, run.dt)
    with section.attempt(f"demixed components in {name}"):
        _require_alignment(trials)
        _demixed_components(section, name, trials, rates, run.dt)


def _require_alignment(trials: Trials) -> None:
    """Raise where epochs start at different times, so that trials cannot be averaged at equal times."""
    for epoch, (start, stop) in trials.epochs.items():
        if np.ptp(start) or np.ptp(stop):
            raise ParameterError(f"trials differ in the time of the epoch {epoch!r}; fix its duration.")


def _tangling(section: Section, name: str, run: Trajectory, time_constant: float) -> None:
    found = analysis.tangling(run.rates, dt=run.dt)
    section.numbers[f"{name}: tangling of rates"] = Number(
        found.percentile() * time_constant**2,
        "1/(time constant)²",
        reliability=f"90th percentile of Q (Russo et al. 2018), {100.0 * found.share:.0f} % of the variance; "
        "changes of the input tangle the rates as well",
    )
    if run.outputs is not None and run.outputs.shape[2]:
        outputs = analysis.tangling(run.outputs, dt=run.dt)
        section.numbers[f"{name}: tangling of outputs"] = Number(
            outputs.percentile() * time_constant**2,
            "1/(time constant)²",
            reliability="as above, of the readout: larger where the network untangles what it puts out",
        )


def _readout(section: Section, name: str, run: Trajectory) -> None:
    weights = run.network.readout_weights
    if weights is None or not len(weights):
        raise ParameterError("the network has no readout.")
    found = analysis.readout_alignment(run.rates, weights)
    section.numbers[f"{name}: correlation of readout and rates"] = Number(
        found.correlation,
        predicted=found.chance,
        reliability="ρ of Schuessler et al. (2024): large for aligned, small for oblique dynamics",
    )
    section.numbers[f"{name}: components for 90 % of the output"] = Number(
        found.output_dimension(),
        reliability=f"leading principal components; {found.activity_dimension()} carry 90 % of the variance of "
        "the rates",
    )
    caption = f"Variance of rates and output in {name}, by principal component"
    draw = partial(plotting.readout_alignment, found)
    section.drawings.append(Drawing(f"readout-{name}", caption, draw, (6.4, 3.4)))


def _rotations(section: Section, name: str, rates: np.ndarray, dt: float) -> None:
    found = analysis.jpca(rates, 2 * min(PLANES, _dimension(rates) // 2), dt=dt)
    section.numbers[f"{name}: derivatives explained by rotations"] = Number(
        found.r_squared,
        reliability=f"R² of an antisymmetric fit (jPCA); {found.r_squared_linear:.2f} for any linear fit. High values "
        "alone are no evidence of rotational dynamics (Elsayed & Cunningham 2017)",
    )
    caption = f"Rates in {name} in the fastest plane of rotation, without their mean over trials"
    draw = partial(plotting.rotations, found, rates)
    section.drawings.append(Drawing(f"rotations-{name}", caption, draw, (4.2, 4.0), share=""))


def _dimension(rates: np.ndarray) -> int:
    """Dimension of what differs between trials."""
    deviations = (rates - rates.mean(axis=0)).reshape(-1, rates.shape[2])
    rank = int(
        np.linalg.matrix_rank(deviations, tol=1e-6 * max(float(np.linalg.norm(deviations, 2)), 1e-300))
    )
    if rank < 2:
        raise ParameterError(
            f"a rotation needs activity that differs in two dimensions or more (got {rank})."
        )
    return rank


def _demixed_components(section: Section, name: str, trials: Trials, rates: np.ndarray, dt: float) -> None:
    factors = _factors(trials)
    found = analysis.demixed_components(rates, factors, count=min(3, rates.shape[2]), dt=dt)
    for factor, share in zip(found.names, found.marginal_shares, strict=True):
        section.numbers[f"{name}: variance of {factor}"] = Number(
            float(share), reliability="share of the variance of condition averages (Kobak et al. 2016)"
        )
    caption = f"Demixed principal components of the rates in {name}"
    draw = partial(plotting.demixed_variances, found)
    width = 2.6 + 0.3 * found.shares.size
    section.drawings.append(Drawing(f"demixed-{name}", caption, draw, (width, 3.4)))


def _factors(trials: Trials) -> dict[str, np.ndarray]:
    """Discrete conditions of which every combination occurs, the first of them first."""
    chosen: dict[str, np.ndarray] = {}
    for name, values in trials.conditions.items():
        levels = np.asarray(values)
        if levels.ndim != 1 or not 2 <= len(np.unique(levels)) <= MOST_LEVELS:
            continue
        if len(chosen) < MOST_FACTORS and _all_combinations({**chosen, name: levels}):
            chosen[name] = levels
    if not chosen:
        raise ParameterError(
            f"demixed components need a condition with 2 to {MOST_LEVELS} levels (got none in trials.conditions)."
        )
    return chosen


def _all_combinations(factors: dict[str, np.ndarray]) -> bool:
    places = [np.unique(levels, return_inverse=True)[1].reshape(-1) for levels in factors.values()]
    shape = tuple(int(place.max()) + 1 for place in places)
    return bool(np.bincount(np.ravel_multi_index(tuple(places), shape), minlength=int(np.prod(shape))).all())
