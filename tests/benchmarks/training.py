"""One training step against the plain tape, JAX and PyTorch, each in a process of its own, and against BLAS."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from measure import Goal, Row, interleaved, ratio
from training_contestants import PEERS, Learner, bptt, neurosim_learner
from training_problems import TrainingProblem, training_problems

UPDATES = 3
"""Steps after which the losses of all contestants have to agree still."""
CLOSE = {"float64": 1e-10, "float32": 1e-4}
"""Largest difference of two contestants, relative to the largest entry."""
BATCHES, EPOCHS = 4, 3
"""Batches of an epoch of `ns.BPTT`; the time of an update is from epoch 1 to the last."""

GOALS: dict[int, dict[str, Goal]] = {
    50: {
        "autograd / neurosim": (">=", 9.0),
        "jax / neurosim": (">=", 1.7),
        "torch / neurosim": (">=", 8.0),
        "neurosim / products": ("<=", 1.6),
    },
    256: {
        "jax / neurosim": (">=", 1.6),
        "torch / neurosim": (">=", 2.2),
        "neurosim / products": ("<=", 1.2),
    },
}
"""By the number of units."""


def _difference(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.max(np.abs(one - other)) / np.max(np.abs(other)))


def require_agreement(
    problem: TrainingProblem, learners: dict[str, Learner], histories: dict[str, np.ndarray]
) -> float:
    """Stop unless all contestants have the gradients and, for a few updates, the losses of the first one.

    Returns
    -------
    float
        The largest difference of gradients.
    """
    close, (first, *others) = CLOSE[problem.dtype], learners
    gradients = {name: learner.gradients() for name, learner in learners.items()}
    losses = {name: np.array([learner.step() for _ in range(UPDATES)]) for name, learner in learners.items()}
    worst = 0.0
    for name in others:
        for key, expected in gradients[first].items():
            difference = _difference(gradients[name][key], expected)
            worst = max(worst, difference)
            if not difference < close:
                raise RuntimeError(f"{problem.work}: d loss / d {key} of {name} is off by {difference:.1e}")
    for name, found in {**losses, **histories}.items():
        if not _difference(found, losses[first]) < close:
            raise RuntimeError(f"{problem.work}: losses of {name} are {found}, not {losses[first]}")
    return worst


def products_alone(problem: TrainingProblem) -> Callable[[], object]:
    """The matrix products of a step in NumPy's BLAS, and nothing else: no function, no loss, no update."""
    rows = problem.trials * problem.steps

    def filled(*shape: int) -> np.ndarray:
        return np.random.default_rng(0).standard_normal(shape).astype(problem.dtype)

    weights, into, out = (filled(problem.size, k) for k in (problem.size, problem.inputs, problem.outputs))
    rates, currents = filled(problem.trials, problem.size), filled(problem.trials, problem.size)
    inputs, outputs = filled(rows, problem.inputs), filled(rows, problem.outputs)
    kept, slopes = filled(rows, problem.size), filled(rows, problem.size)

    def run() -> None:
        for _ in range(2 * problem.steps):
            np.dot(rates, weights, out=currents)
        np.dot(inputs, into.T, out=slopes)
        np.dot(kept, out, out=outputs)
        np.dot(outputs, out.T, out=slopes)
        for left, right in ((slopes, kept), (slopes, inputs), (outputs, kept)):
            np.dot(left.T, right)

    return run


def _with_bptt(problem: TrainingProblem, threads: int) -> dict[str, Callable[[], object]]:
    """Runs of `ns.BPTT` whose difference is free of what a training costs before its first update."""
    return {
        f"bptt {epochs}": lambda epochs=epochs: bptt(problem, threads, batches=BATCHES, epochs=epochs)
        for epochs in (1, EPOCHS)
    }


def _update_of_bptt(seconds: dict[str, np.ndarray]) -> np.ndarray:
    return (seconds[f"bptt {EPOCHS}"] - seconds["bptt 1"]) / ((EPOCHS - 1) * BATCHES)


def _rounds(problem: TrainingProblem) -> int:
    return 9 if problem.size > 50 else 15


def measured(problem: TrainingProblem, peer: str, threads: int) -> Row:
    """Time of a step beside one peer; beside the plain tape, which is NumPy, also BPTT and the limit."""
    own, peers = neurosim_learner(problem, threads), PEERS[peer](problem, threads)
    beside = peer == "autograd" and threads == 1
    histories = {}
    if beside:
        training = bptt(problem, threads, batches=1, epochs=UPDATES, clipping=None)
        histories["BPTT"] = training.history["loss"]
    worst = require_agreement(problem, {"neurosim": own, **peers}, histories)
    contestants = {"neurosim": own.step, **{name: learner.step for name, learner in peers.items()}}
    if beside:
        contestants |= {"products": products_alone(problem), **_with_bptt(problem, threads)}
    seconds = interleaved(contestants, rounds=_rounds(problem), shortest=0.02)
    numbers = {f"{peer} / neurosim": min(ratio(seconds[name], seconds["neurosim"]) for name in peers)}
    if beside:
        numbers = {
            "ms a step": 1e3 * float(np.median(seconds["neurosim"])),
            "neurosim / products": ratio(seconds["neurosim"], seconds["products"]),
            "BPTT / step": ratio(_update_of_bptt(seconds), seconds["neurosim"]),
            **numbers,
        }
    numbers[f"error {peer}"] = worst
    goals = {name: goal for name, goal in GOALS[problem.size].items() if name in numbers}
    return Row(problem.work, numbers, goals)


def rows(peer: str) -> Iterator[Row]:
    """Rows beside one peer, on one thread."""
    for problem in training_problems():
        yield measured(problem, peer, threads=1)


def _speedup(problem: TrainingProblem) -> Row:
    learners = {str(k): neurosim_learner(problem, k) for k in (1, 2)}
    require_agreement(problem, learners, {})
    contestants = {name: learner.step for name, learner in learners.items()}
    seconds = interleaved(contestants, rounds=_rounds(problem), shortest=0.05)
    numbers = {
        "ms a step": 1e3 * float(np.median(seconds["2"])),
        "one thread / two": ratio(seconds["1"], seconds["2"]),
    }
    return Row(problem.work, numbers, {"one thread / two": (">=", 1.6)})


def rows_of_two_threads(peer: str = "") -> Iterator[Row]:
    """Rows beside one peer, both on two threads; without one, two threads of neurosim against its one."""
    for problem in training_problems():
        yield measured(problem, peer, threads=2) if peer else _speedup(problem)
