"""Section on where a network goes and where it could stand still: attractors and fixed points."""

from __future__ import annotations

from functools import partial

import numpy as np

from neurosim import analysis, plotting
from neurosim.analysis.weights.modes import growth_and_frequency
from neurosim.engine.simulate import simulate
from neurosim.randomness import child, seed_sequence
from neurosim.report.section import Drawing, Grid, Number, Section
from neurosim.report.subject import Subject
from neurosim.report.task_accuracy import channels_fit

__all__ = ["attractors", "fixed_points"]

STARTS, TASK_STARTS = 12, 12
"""Random states, and ends of trials of the tasks, from which attractors are searched."""
POINT_STARTS, ITERATIONS = 60, 60
MOST_DIMENSIONS = 1000
"""Dimensions up to which fixed points are searched, each step of which solves a system of as many equations."""
SETTLING, LEAST_SETTLING = 500, 200
"""Time before attractors are looked at, in the slowest time constant of a unit; of large networks less."""
WINDOW = 1000
"""Steps of the window in which an attractor is recognized."""
SHOWN = 8
MOST_STEPS = 20_000
COARSER = 2.0
"""Longer step of the flow for attractors, which RK4 still follows to many digits."""


def attractors(subject: Subject) -> Section:
    """What the network settles into without input."""
    dt = subject.clock.dt * (COARSER if subject.clock.scheme == "rk4" and subject.clock.map is None else 1.0)
    settling = subject.affordable(SETTLING, 1, least=LEAST_SETTLING)
    duration = min(round(settling * subject.slowest / dt), MOST_STEPS) * dt
    visited = _ends_of_trials(subject)
    states = _random_states(subject)
    origin = f"{len(states)} random states" + (
        f" and {len(visited)} ends of trials of the tasks" if len(visited) else ""
    )
    section = Section(
        "Attractors without input",
        f"From {origin}, after {duration:g} of time; {subject.clock.scheme}, dt = {dt:g}.",
    )
    with section.attempt("attractors"):
        found = analysis.attractors(
            subject.network,
            starts=np.concatenate([states, visited]),
            progress=False,
            duration=duration,
            window=WINDOW * dt,
            dt=dt,
            scheme=subject.clock.scheme,
        )
        section.numbers["starts"] = Number(len(states) + len(visited))
        section.numbers["attractors"] = Number(
            sum(each.kind != "unsettled" for each in found.found),
            trust="found from these starts; others may exist",
        )
        section.numbers["share of starts that settled"] = Number(
            found.settled, trust="the rest is chaos, a torus, or a transient longer than the run"
        )
        for kind in ("fixed point", "limit cycle"):
            count = sum(each.kind == kind for each in found.found)
            section.numbers[f"of them {kind}s"] = Number(count)
        section.grids.append(
            Grid("most visited first", ("kind", "starts", "period", "amplitude", "output"), _rows(found))
        )
        section.drawings.append(
            Drawing("attractors", "Attractors in their principal plane", partial(plotting.attractors, found))
        )
    return section


def _rows(found: analysis.Attractors) -> list[tuple[str, ...]]:
    return [
        (
            each.kind,
            str(each.count),
            "–" if np.isnan(each.period) else f"{each.period:.4g}",
            f"{each.amplitude:.3g}",
            ", ".join(f"{value:.3g}" for value in each.outputs.mean(axis=0)[:4]) or "–",
        )
        for each in found.found[:SHOWN]
    ]


def _random_states(subject: Subject) -> np.ndarray:
    run = subject.run
    count = subject.affordable(STARTS, 1)
    late = run.states[:, :: max(1, run.states.shape[1] * len(run.states) // count)]
    return late.reshape(-1, *run.states.shape[2:])[:count]


def _ends_of_trials(subject: Subject) -> np.ndarray:
    ends = [np.empty((0, *subject.run.states.shape[2:]))]
    for name, task in subject.tasks.items():
        if not channels_fit(subject.network, task):
            continue
        seed = child(seed_sequence(subject.seed), f"attractors {name}")
        trials = task.trials(
            max(4, subject.affordable(TASK_STARTS, 3) // len(subject.tasks)),
            subject.clock.dt,
            child(seed, "trials"),
        )
        run = simulate(
            subject.network,
            **trials.simulation,
            scheme=subject.clock.scheme,
            rng=child(seed, "start"),
            progress=False,
        )
        ends.append(run.states[:, -1])
    return np.concatenate(ends)


def fixed_points(subject: Subject) -> Section:
    """Fixed points without input, their stability and time constants."""
    visited = _ends_of_trials(subject)
    section = Section(
        "Fixed points without input",
        f"At most {ITERATIONS} Newton steps from {subject.affordable(POINT_STARTS, 3)} states on trajectories from "
        "random starts"
        + (f" and {len(visited)} ends of trials; " if len(visited) else "; ")
        + f"{subject.clock}; seed {subject.seed}.",
    )
    with section.attempt("fixed points"):
        subject.require_few_dimensions(MOST_DIMENSIONS, "fixed_points")
        found = analysis.fixed_points(
            subject.network,
            starts=_point_starts(subject, visited),
            iterations=ITERATIONS,
            progress=False,
            rng=subject.seed,
        )
        step = subject.clock.map
        stable = found.stable if step is None else found.stable_in_map(step)
        section.numbers["fixed points"] = Number(
            len(found),
            trust=f"{int(found.certified.sum())} certified; {100.0 * found.reached:.3g} % of starts converged",
        )
        section.numbers["stable fixed points"] = Number(
            int(stable.sum()), trust="flow" if step is None else "Euler map"
        )
        section.numbers["slow points"] = Number(
            len(found.slow), trust=f"minima of the speed below {found.slow_speed:g}"
        )
        if len(found):
            section.numbers["coverage of fixed points"] = Number(
                found.coverage,
                trust="chance that another start that converges finds one of these (Good 1953)",
            )
            section.grids.append(_points(found, stable, step))
            section.drawings += _drawings(subject, found)
    return section


def _point_starts(subject: Subject, visited: np.ndarray) -> np.ndarray:
    states = subject.run.states
    # saddles are passed early: half of the samples are from the transient
    first = int(subject.discard / subject.run.dt)
    times = np.unique(
        np.concatenate([np.linspace(0, first, 13)[1:], np.linspace(first, states.shape[1] - 1, 13)]).astype(
            int
        )
    )
    passed = states[:, times].reshape(-1, *states.shape[2:])
    count = min(subject.affordable(POINT_STARTS, 3), len(passed))
    if count < POINT_STARTS:
        passed = passed[np.linspace(0, len(passed) - 1, count).astype(int)]
    return np.concatenate([passed[:count], visited])


def _points(found: analysis.FixedPoints, stable: np.ndarray, step: float | None) -> Grid:
    rows = []
    for k in range(min(len(found), SHOWN)):
        growth, frequency = growth_and_frequency(found.eigenvalues[k], step)
        slowest = int(np.abs(growth).argmin())
        rows.append(
            (
                str(k),
                found.kinds[k],
                "stable" if stable[k] else "unstable",
                str(int((growth > 0.0).sum())),
                f"{1.0 / max(abs(growth[slowest]), 1e-300):.4g}",
                f"{abs(frequency[slowest]):.3g}",
                f"{found.radii[k]:.1e}" if found.certified[k] else "no: " + found.reasons[k].split(" (")[0],
                str(int(found.counts[k])),
            )
        )
    heading = (
        "",
        "kind (flow)",
        "stability",
        "growing modes",
        "slowest time constant",
        "its frequency",
        "certified within",
        "starts",
    )
    return Grid("most stable first", heading, rows)


def _drawings(subject: Subject, found: analysis.FixedPoints) -> list[Drawing]:
    def over_trajectories(ax: object) -> None:
        plotting.fixed_points(found, subject.run, ax=ax)  # type: ignore[arg-type]

    return [
        Drawing("fixed-points", "Fixed points over trajectories", over_trajectories, (6.0, 4.0)),
        Drawing(
            "fixed-point-spectra",
            "Eigenvalues of the flow at the most stable fixed points",
            partial(plotting.fixed_point_spectra, found, most=SHOWN),
            (5.8, 1.2 + 0.42 * min(len(found), SHOWN)),
        ),
    ]
