"""Sections on the attractors and the fixed points of a network without input."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from neurosim import analysis, plotting
from neurosim.analysis.stability import growth_and_frequency, growth_signs
from neurosim.engine.simulate import simulate
from neurosim.randomness import child, seed_sequence
from neurosim.report.section import Drawing, Grid, Number, Section
from neurosim.report.subject import Subject
from neurosim.report.task_accuracy import channels_fit
from neurosim.results.numerals import numeral

__all__ = ["attractors", "fixed_points"]

STARTS, TASK_STARTS = 12, 12
"""Random states, and final states of trials of the tasks, from which attractors are searched."""
POINT_STARTS, ITERATIONS = 60, 60
MOST_DIMENSIONS = 1000
"""Dimensions up to which fixed points are searched; each iteration solves a linear system of this size."""
SETTLING, LEAST_SETTLING = 500, 200
"""Time before attractors are identified, in slowest time constants of a unit; the lower one for large networks."""
WINDOW = 1000
"""Steps of the window in which an attractor is identified."""
SHOWN = 8
MOST_STEPS = 20_000
COARSER = 2.0
"""Factor on the step of the flow for attractors, where RK4 is still accurate to many digits."""


def attractors(subject: Subject) -> Section:
    """Attractors that the network reaches without input."""
    section = Section("Attractors without input")
    with section.attempt("attractors"):
        stepping = subject.stepping
        dt = stepping.dt * (COARSER if subject.declared is None else 1.0)
        settling = subject.affordable(SETTLING, 1, least=LEAST_SETTLING)
        duration = min(round(settling * subject.slowest / dt), MOST_STEPS) * dt
        states, visited = _random_states(subject), _ends_of_trials(subject)
        section.settings = (
            f"From {len(states)} random states{_and_ends(visited)}, run for {subject.in_words(duration)}, without "
            f"noise; {subject.convention if subject.declared else f'flow, RK4 with dt = {dt:g}'}."
        )
        found = section.result = analysis.attractors(
            subject.autonomous,
            starts=np.concatenate([states, visited]),
            progress=False,
            duration=duration,
            window=WINDOW * dt,
            dt=dt,
            scheme=stepping.scheme,
        )
        _count_attractors(section, found)
        if any(each.kind in ("limit cycle", "unsettled") for each in found.found):
            caption = "Attractors in their principal plane, with the number of starts"
            draw = partial(plotting.attractors, found)
            section.drawings.append(Drawing("attractors", caption, draw, (6.0, 3.8), share=""))
    return section


def _count_attractors(section: Section, found: analysis.Attractors) -> None:
    section.numbers["starts"] = Number(len(found.labels))
    section.numbers["attractors"] = Number(
        sum(each.kind in ("fixed point", "limit cycle") for each in found.found),
        reliability="reached from these starts; others may exist",
    )
    for kind in ("fixed point", "limit cycle"):
        count = sum(each.kind == kind for each in found.found)
        section.numbers[f"of these, {kind}s"] = Number(count)
    section.numbers["share of starts that settled"] = Number(
        found.settled,
        reliability="the others show chaos, quasiperiodic motion, unbounded growth, or a transient longer than the run",
    )
    heading = ("kind", "starts", "period", "amplitude", "mean output")
    section.grids.append(Grid("where the starts ended, most frequent first", heading, _rows(found)))


def _rows(found: analysis.Attractors) -> list[tuple[str, ...]]:
    return [
        (
            each.kind,
            str(each.count),
            numeral(each.period),
            f"{each.amplitude:.3g}",
            ", ".join(f"{value:.3g}".replace("-", "−") for value in each.outputs.mean(axis=0)[:4]) or "–",
        )
        for each in found.found[:SHOWN]
    ]


def _and_ends(visited: np.ndarray) -> str:
    return f" and {len(visited)} final states of trials" if len(visited) else ""


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
            subject.stepping.dt,
            child(seed, "trials"),
        )
        run = simulate(
            subject.network,
            **{**trials.simulation, "scheme": subject.stepping.scheme, "noise": None},
            rng=child(seed, "start"),
            progress=False,
        )
        ends.append(run.states[:, -1])
    return np.concatenate(ends)


def fixed_points(subject: Subject) -> Section:
    """Fixed points without input, with their stability and time constants."""
    section = Section("Fixed points without input")
    with section.attempt("fixed points"):
        subject.require_few_dimensions(MOST_DIMENSIONS, "fixed_points")
        visited = _ends_of_trials(subject)
        starts = _point_starts(subject, visited)
        section.settings = (
            f"At most {ITERATIONS} Newton iterations from {len(starts) - len(visited)} states on autonomous "
            f"trajectories{_and_ends(visited)}; {subject.convention}; seed {subject.seed}."
        )
        found = section.result = analysis.fixed_points(
            subject.stepped, starts=starts, iterations=ITERATIONS, progress=False, rng=subject.seed
        )
        _count_points(section, found)
        if len(found):
            section.grids.append(_points(found))
            section.drawings += _drawings(subject, found)
    return section


def _count_points(section: Section, found: analysis.FixedPoints) -> None:
    section.numbers["fixed points"] = Number(
        len(found),
        reliability=f"{'exactly' if found.complete else 'at least'} so many; {int(found.certified.sum())} certified; "
        f"{100.0 * found.reached:.3g} % of starts converged",
    )
    section.numbers["stable fixed points"] = Number(
        int(found.stable.sum()), reliability="of the flow" if found.dt is None else "of the Euler map"
    )
    section.numbers["slow points"] = Number(
        len(found.slow), reliability=f"local minima of the speed below {found.slow_speed:g}"
    )
    if len(found) and not found.complete:
        section.numbers["coverage of fixed points"] = Number(
            found.coverage,
            reliability="estimated chance that another converging start reaches one of these (Good 1953)",
        )


def _point_starts(subject: Subject, visited: np.ndarray) -> np.ndarray:
    states = subject.run.states
    # trajectories pass saddles early: half of the samples are from the transient
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


def _points(found: analysis.FixedPoints) -> Grid:
    rows = []
    for k in range(min(len(found), SHOWN)):
        values = found.eigenvalues[k]
        signs = growth_signs(values, found.dt)
        growth, frequency = growth_and_frequency(values, found.dt)
        slowest = int(np.abs(growth).argmin())
        rows.append(
            (
                str(k),
                found.kinds[k],
                str(int((signs > 0).sum())),
                str(int((signs == 0).sum())),
                "∞" if signs[slowest] == 0 else numeral(1.0 / abs(growth[slowest])),
                numeral(abs(frequency[slowest])),
                f"{found.radii[k]:.1e}" if found.certified[k] else "no: " + found.reasons[k].split(" (")[0],
                str(int(found.counts[k])),
            )
        )
    heading = (
        "",
        "kind",
        "growing modes",
        "marginal modes",
        "time constant (slowest mode)",
        "frequency (slowest mode)",
        "certified within",
        "starts",
    )
    convention = "flow" if found.dt is None else f"Euler map with dt = {found.dt:g}"
    return Grid(f"stability in the {convention}, most stable first", heading, rows)


def _drawings(subject: Subject, found: analysis.FixedPoints) -> list[Drawing]:
    points = Drawing(
        "fixed-points",
        "Fixed points over autonomous trajectories, in the principal plane",
        partial(_draw_points, found, subject),
        (6.0, 4.0),
        share="",
    )
    if found.eigenvalues.shape[1] < 2:
        return [points]
    spectra = Drawing(
        "fixed-point-spectra",
        "Growth rates of the modes at the most stable fixed points, with the frequency across each row",
        partial(plotting.fixed_point_spectra, found, most=SHOWN),
        (5.8, 1.2 + 0.42 * min(len(found), SHOWN)),
        share="x",
    )
    return [points, spectra]


def _draw_points(found: analysis.FixedPoints, subject: Subject, ax: Any) -> None:
    plotting.fixed_points(found, subject.run, ax=ax)
