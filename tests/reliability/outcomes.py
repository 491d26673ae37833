"""Outcomes of attacks, counted by kind, and the command line that all attacks have."""

from __future__ import annotations

import argparse
import collections
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path


class Outcomes:
    """How often each attack ended how, and which broke a promise."""

    def __init__(self) -> None:
        self.counts: collections.Counter[tuple[str, str]] = collections.Counter()
        self.broken: list[str] = []

    def held(self, attack: str, outcome: str) -> None:
        """Count an attack that ended as promised."""
        self.counts[attack, outcome] += 1

    def broke(self, attack: str, what: str) -> None:
        """Count an attack that broke a promise, and remember how."""
        self.counts[attack, "BROKEN"] += 1
        self.broken.append(f"{attack}: {what}")

    def judge(self, attack: str, outcome: str, as_promised: bool, what: object = "") -> None:
        """Count an attack by whether it ended as promised."""
        if as_promised:
            self.held(attack, outcome)
        else:
            self.broke(attack, f"not {outcome}: {what}")

    def table(self) -> str:
        """One line for each kind of attack and outcome, and one for each broken promise."""
        width = max((len(attack) for attack, _ in self.counts), default=0)
        lines = [
            f"{attack:{width}}  {n:6d}  {outcome}" for (attack, outcome), n in sorted(self.counts.items())
        ]
        return "\n".join([*lines, *(f"BROKEN {what}" for what in dict.fromkeys(self.broken))])


def run_attack(attack: Callable[[int, int, Path], Outcomes], description: str | None, count: int) -> None:
    """Parse the options, make the attack, print its outcomes, and exit with 1 if a promise was broken.

    Parameters
    ----------
    attack : callable
        Takes how often, a seed, and an empty folder.
    description : str
    count : int
        How often if the command line does not say.
    """
    parser = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=count, help=f"how often (default {count})")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args()
    begin = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="neurosim-reliability-") as folder:
        outcomes = attack(chosen.count, chosen.seed, Path(folder))
    print(outcomes.table())
    print(f"{sum(outcomes.counts.values())} attacks in {time.perf_counter() - begin:.0f} s")
    sys.exit(1 if outcomes.broken else 0)
