"""Dense networks against NumPy, JAX and PyTorch, each peer in a process of its own."""

from __future__ import annotations

from collections.abc import Iterator

from contestants import PEERS, neurosim_contestants
from limits import limit
from measure import Goal, Row, interleaved, ratio
from problems import Problem, batches, one_trial


def _rounds(problem: Problem) -> int:
    return 9 if problem.size >= 1000 else 15


def measured(problem: Problem, peer: str, goals: dict[str, Goal]) -> Row:
    """Time of a step beside one peer; beside NumPy also the limit."""
    bound = limit(problem) if peer == "numpy" else {}
    peers = PEERS[peer](problem)
    seconds = interleaved(
        {**neurosim_contestants(problem), **bound, **peers}, rounds=_rounds(problem), shortest=0.02
    )
    own = (seconds["neurosim"] - seconds["one step"]) / (problem.steps - 1)
    numbers = {f"{peer} / neurosim": min(ratio(seconds[name] / problem.steps, own) for name in peers)}
    if bound:
        step, setup = (sorted(times)[len(times) // 2] for times in (own, seconds["one step"]))
        numbers = {"us a step": step * 1e6, "set-up ms": setup * 1e3, **numbers}
        numbers["neurosim / limit"] = ratio(own, seconds["limit"] / problem.steps)
    return Row(problem.work, numbers, {name: goal for name, goal in goals.items() if name in numbers})


def _at_least(bound: float) -> dict[str, Goal]:
    return {f"{peer} / neurosim": (">=", bound) for peer in PEERS}


def one_trial_rows(peer: str) -> Iterator[Row]:
    """Rows of the single trials."""
    for problem in one_trial():
        goals = _at_least(2.0 if problem.size == 50 else 1.0)
        if problem.size > 50:
            goals["neurosim / limit"] = ("<=", 1.25)
        yield measured(problem, peer, goals)


def batch_rows(peer: str) -> Iterator[Row]:
    """Rows of many trials."""
    for problem in batches():
        goals = _at_least(1.6 if problem.size == 50 else 1.0)
        goals["neurosim / limit"] = ("<=", 1.35 if problem.size == 50 else 1.15)
        yield measured(problem, peer, goals)
