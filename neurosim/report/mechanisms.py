"""Section on mechanisms: rank that a task needs, effective circuit of a low-rank network, how context selects."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from neurosim import analysis, plotting
from neurosim.errors import ParameterError
from neurosim.randomness import child, seed_sequence
from neurosim.report.section import Drawing, Grid, Number, Section
from neurosim.report.subject import Subject
from neurosim.report.task_accuracy import require_channels
from neurosim.report.weights import POPULATION_STARTS
from neurosim.results.numerals import numeral
from neurosim.tasks import Task
from neurosim.theory import EffectiveCircuit, effective_circuit

__all__ = ["mechanisms"]

TRIALS = 100
"""Trials for the accuracy at each rank."""
RANKS = range(1, 10)
CLOSER = 3
"""Tasks of which the effective rank is measured."""
MOST_UNITS = 500
"""Units up to which line attractors are searched."""
CIRCUIT_STARTS = 40
SEPARATION = 1.1
"""How much slower than all others the mode of a line attractor has to be."""


def mechanisms(subject: Subject) -> Section:
    """Effective rank in tasks, the few equations of a low-rank network, and terms of context modulation."""
    section = Section("Mechanisms", f"{subject.convention}; seed {subject.seed}.")
    operator = subject.network.recurrent
    if operator.base is None and operator.rank:
        with section.attempt("effective circuit"):
            _circuit(section, subject)
    else:
        section.missing["effective circuit"] = (
            "the recurrent weights have a full-rank part; the effective rank says how much of it a task needs."
        )
    for name, task in list(subject.tasks.items())[:CLOSER]:
        with section.attempt(f"effective rank in {name}"):
            _effective_rank(section, subject, name, task)
        if hasattr(task, "contexts"):
            with section.attempt(f"selection by context in {name}"):
                _selection(section, subject, name, task)
    return section


def _circuit(section: Section, subject: Subject) -> None:
    found = analysis.populations(subject.network, starts=POPULATION_STARTS, rng=subject.seed)
    circuit = effective_circuit(subject.network, found.mixture)
    section.result = circuit
    equations = f"{circuit.rank} equation{'s' * (circuit.rank > 1)} for κ"
    section.numbers["populations in the effective circuit"] = Number(
        circuit.populations, reliability=f"{equations}; exact for infinitely many units of these statistics"
    )
    reached, predicted = _ends(circuit, subject)
    section.numbers["error of the effective circuit"] = Number(
        float(
            np.abs(predicted - reached).max() / max(np.abs(reached).max(), np.abs(predicted).max(), 1e-300)
        ),
        reliability="largest distance of its final κ, without input, from that of the network from the same starts, in "
        "parts of the largest κ: finite size, and loadings that are not normal",
    )
    points = _circuit_points(circuit, subject)
    section.numbers["fixed points of the effective circuit"] = Number(
        len(points), reliability="without input; reached from states of the network"
    )
    section.numbers["stable fixed points of the effective circuit"] = Number(int(points.stable.sum()))
    if circuit.rank <= 2:
        caption = "Flow of the collective variables without input, its fixed points, and trajectories of the network"
        draw = partial(plotting.flow_field, circuit, subject.run.states, points=points)
        section.drawings.append(Drawing("flow-field", caption, draw, (4.8, 4.4), share=""))


def _ends(circuit: EffectiveCircuit, subject: Subject) -> tuple[np.ndarray, np.ndarray]:
    """Final κ of the autonomous run of the network, and of the circuit from the same starts."""
    kappa, stepping = circuit.project(subject.run.states), subject.stepping
    duration = float(subject.run.times[-1])
    run = circuit.simulate(duration, stepping.dt, stepping.scheme, start=kappa[:, 0])
    return kappa[:, -1], run.kappa[:, -1]


def _circuit_points(circuit: EffectiveCircuit, subject: Subject) -> analysis.FixedPoints:
    visited = circuit.project(subject.run.states).reshape(-1, circuit.rank)
    chosen = visited[np.linspace(0, len(visited) - 1, CIRCUIT_STARTS).astype(int)]
    starts = np.concatenate([np.zeros((1, circuit.rank)), chosen])
    return analysis.fixed_points(circuit.system(), starts=starts, progress=False, rng=subject.seed)


def _effective_rank(section: Section, subject: Subject, name: str, task: Task) -> None:
    require_channels(subject.network, task)
    seed = child(seed_sequence(subject.seed), f"rank {name}")
    trials = task.trials(TRIALS, subject.stepping.dt, child(seed, "trials"))
    most = subject.network.recurrent.rank if subject.network.recurrent.base is None else subject.network.size
    ranks = [rank for rank in RANKS if rank <= most]
    if not ranks:
        raise ParameterError("network.recurrent must have weights for its effective rank (got none).")
    found = analysis.effective_rank(subject.stepped, trials, ranks, rng=child(seed, "noise"))
    rank = found.rank()
    reliability = (
        f"smallest rank of W that keeps 90 % of the accuracy, {found.original:.3g} in {TRIALS} trials"
    )
    if rank is None:
        section.missing[f"{name}: effective rank"] = (
            f"above {ranks[-1]}: no smaller one keeps 90 % of the accuracy."
        )
    else:
        section.numbers[f"{name}: effective rank"] = Number(rank, reliability=reliability)
    caption = f"Accuracy in {name} with the best approximation of W of each rank"
    draw = partial(plotting.effective_rank, found)
    section.drawings.append(Drawing(f"effective-rank-{name}", caption, draw, (4.6, 3.6)))


def _selection(section: Section, subject: Subject, name: str, task: Any) -> None:
    require_channels(subject.network, task)
    subject.require_few_dimensions(MOST_UNITS, "context_selection")
    found = analysis.context_selection(
        subject.network,
        task.contexts,
        task.stimuli,
        points=1,
        separation=SEPARATION,
        rng=child(seed_sequence(subject.seed), f"context {name}"),
    )
    effects = found.effects[..., 0]
    rows = [
        (
            stimulus,
            *(numeral(effects[k, j]) for k in range(2)),
            *(f"{round(100.0 * share)} %".replace("-", "−") for share in found.fractions[j]),
        )
        for j, stimulus in enumerate(found.stimuli)
    ]
    heading = (
        "stimulus",
        *(f"effect in {context}" for context in found.contexts),
        "direct",
        "indirect",
        "selection",
    )
    title = (
        f"{name}: effect s · i of each stimulus in the middle of the attractor, and terms of its difference"
    )
    section.grids.append(Grid(title, heading, rows))
    caption = f"{name}: three terms of the difference between contexts (Pagan et al. 2025)"
    draw = partial(plotting.context_selection, found)
    section.drawings.append(Drawing(f"context-{name}", caption, draw, (4.8, 3.8)))
    section.drawings.append(
        Drawing(
            f"lines-{name}", f"{name}: drift along the line attractors", partial(_draw_lines, found), share=""
        )
    )


def _draw_lines(found: analysis.ContextSelection, ax: Any) -> None:
    for line, context in zip(found.attractors, found.contexts, strict=True):
        plotting.line_attractor(line, ax, label=context)
