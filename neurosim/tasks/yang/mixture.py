"""Mixture of the tasks of Yang et al. (2019): each batch is one of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from neurosim.errors import ParameterError
from neurosim.randomness import Seed, child, seed_sequence, stream
from neurosim.tasks.base import Task
from neurosim.tasks.trials import Trials
from neurosim.tasks.yang.base import YangTask
from neurosim.tasks.yang.rules import distinct_rules
from neurosim.tasks.yang.variants import rule_task, rules_of
from neurosim.validation import array_of_shape, entries

__all__ = ["Yang2019", "yang2019"]


@dataclass(frozen=True)
class Yang2019(Task):
    """Mixture of the tasks of Yang et al. (2019): every batch is one of them, drawn at random.

    Parameters
    ----------
    rules : tuple of str, optional
        Names of the tasks as in `neurosim.tasks.RULES`, or as in the code of the authors. Default: all of the variant.
        The input channels are those of all rules of the variant, so that a network can learn others later.
    probabilities : tuple of float, optional
        Probability of each; they add up to 1. Default: as published, equal except for "context_dm1" and "context_dm2",
        which are five times as probable as the others.
    variant : {"paper", "code", "cross_entropy", "easy", "driscoll"}, optional
        "code" differs from the paper in two ways: the mask is squared (see `YangTask`), and directions that do not
        match are at least 20 degrees apart, not 10. "cross_entropy" is the other loss that the code offers: targets are
        probabilities, for a softmax readout. "easy", which the authors use for continual learning, has ten times the
        coherence in decisions, and twice as much in those with a delay. "driscoll" are the fifteen tasks of Driscoll
        et al. 2024: rings are sine and cosine, answers must be less than 18 degrees off, durations and coherences are
        continuous.

    Attributes
    ----------
    odds : ndarray, shape (tasks,)
        Probability of each.
    tasks : dict of str to YangTask
        Task of each rule, for test and psychometric trials; ``task.tasks["go"].replace(...)`` changes its settings.

    References
    ----------
    G. R. Yang, M. R. Joglekar, H. F. Song, W. T. Newsome, X.-J. Wang, Nat. Neurosci. 22, 297 (2019);
    L. N. Driscoll, K. Shenoy, D. Sussillo, Nat. Neurosci. 27, 1349 (2024).

    Examples
    --------
    >>> import neurosim as ns
    >>> task = ns.tasks.yang2019("all")
    >>> len(task.tasks), len(task.inputs), len(task.outputs)
    (20, 85, 33)
    >>> str(task.trials(64, dt=20.0, rng=1).conditions["rule"][0])
    'dms'
    """

    rules: tuple[str, ...] | None = None
    probabilities: tuple[float, ...] | None = None
    variant: str = "paper"

    lengths_vary = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.rules is not None:
            object.__setattr__(self, "rules", distinct_rules("rules", self.rules))
        if self.probabilities is not None:
            given = array_of_shape(
                "probabilities", self.probabilities, (len(self.tasks),), "One number for each rule."
            )
            object.__setattr__(self, "probabilities", tuple(given.tolist()))
        if self.odds.min() < 0.0 or abs(self.odds.sum() - 1.0) > 1e-6:
            raise ParameterError(
                f"probabilities must be at least 0 and add up to 1 (got {self.probabilities!r}, sum "
                f"{self.odds.sum():g})."
            )

    @cached_property
    def tasks(self) -> dict[str, YangTask]:
        """Task of each rule."""
        rules = rules_of(self.variant)
        return {rule: rule_task(rule, self.variant) for rule in (rules if self.rules is None else self.rules)}

    @property
    def odds(self) -> np.ndarray:
        """Probability of each of the tasks, shape (tasks,)."""
        if self.probabilities is not None:
            return np.array(self.probabilities)
        weights = np.where([rule.startswith("context_dm") for rule in self.tasks], 5.0, 1.0)
        return weights / weights.sum()

    @property
    def inputs(self) -> tuple[str, ...]:
        """Input channels of every one of the tasks."""
        return next(iter(self.tasks.values())).inputs

    @property
    def outputs(self) -> tuple[str, ...]:
        """Output channels of every one of the tasks."""
        return next(iter(self.tasks.values())).outputs

    @property
    def settings(self) -> Mapping[str, Any]:
        """Networks and training of the authors; see `YangTask.settings`."""
        return next(iter(self.tasks.values())).settings

    def trials(self, count: int, dt: float, rng: Seed = None) -> Trials:
        """Batch of trials of one rule, which the condition "rule" names; see `YangTask.trials`."""
        seed = seed_sequence(rng)
        rule = stream(seed, "rule").choice(list(self.tasks), p=self.odds / self.odds.sum())
        return self.tasks[str(rule)].trials(count, dt, child(seed, "trials"))._with(task=self)

    def accuracy(self, trials: Trials, outputs: np.ndarray) -> np.ndarray:
        """Accuracy by the rule of the trials."""
        return self.tasks[str(trials.conditions["rule"][0])].accuracy(trials, outputs)


def yang2019(rules: str | Iterable[str] = "all", variant: str = "paper", **fields: Any) -> Task:
    """Tasks of Yang et al. (2019) by name: one, several, or all twenty.

    Parameters
    ----------
    rules : str or sequence of str, optional
        ``"all"``, a rule such as ``"delay_go"`` (or ``"delaygo"``, its name in the code of the authors), or several.
    variant : {"paper", "code", "cross_entropy", "easy", "driscoll"}, optional
        See `Yang2019`.
    **fields
        For one rule: fields of its class, see `YangTask`. Otherwise: ``probabilities``.

    Returns
    -------
    YangTask or Yang2019

    Raises
    ------
    UnknownNameError, UnknownKeywordError
        For an unknown name; suggests the nearest.

    Examples
    --------
    >>> import neurosim as ns
    >>> ns.tasks.yang2019("fdgo")
    YangGo()
    >>> ns.tasks.yang2019("delay_anti", response=400.0)
    YangDelayGo(rule='delay_anti', response=400.0)
    """
    if isinstance(rules, str) and rules != "all":
        return rule_task(rules, variant, **fields)
    chosen = None if isinstance(rules, str) else tuple(entries("rules", rules, "try ('go', 'anti')"))
    return Yang2019(rules=chosen, variant=variant, **fields)
