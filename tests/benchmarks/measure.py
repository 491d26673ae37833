"""Times of contestants that take turns, and the rows of a table that are made of them."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

Contestants = dict[str, Callable[[], object]]
Goal = tuple[str, float]
"""A comparison, "<=" or ">=", and its bound."""


@dataclass
class Row:
    """Numbers measured for one piece of work, by column, and what some of them should reach."""

    work: str
    numbers: dict[str, float]
    goals: dict[str, Goal] = field(default_factory=dict)


def _calls_for(run: Callable[[], object], shortest: float) -> int:
    run()
    begin = time.perf_counter()
    run()
    return max(1, round(1.2 * shortest / (time.perf_counter() - begin)))


def interleaved(
    contestants: Contestants,
    *,
    rounds: int = 15,
    shortest: float = 0.01,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, np.ndarray]:
    """Seconds of a call of each contestant in each round, shape (rounds,).

    The contestants take turns, A B A B, so that a disturbance meets all of them; a sample repeats the call
    until it lasts `shortest` seconds. The first call, which may compile, is not counted. With
    ``clock=time.thread_time`` the time that other programs take on a busy machine is left out.
    """
    calls = {name: _calls_for(run, shortest) for name, run in contestants.items()}
    seconds = {name: np.empty(rounds) for name in contestants}
    gc.disable()
    for k in range(rounds):
        for name, run in contestants.items():
            begin = clock()
            for _ in range(calls[name]):
                run()
            seconds[name][k] = (clock() - begin) / calls[name]
    gc.enable()
    return seconds


def ratio(numerator: np.ndarray, denominator: np.ndarray) -> float:
    """Median of the ratios of samples taken in the same round."""
    return float(np.median(numerator / denominator))
