"""Penalties on firing rates: L1 and L2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import autograd.numpy as anp

from neurosim.trainers.penalties.base import SQUARES, Penalty
from neurosim.validation import one_of

__all__ = ["RateL1", "RateL2"]


@dataclass(frozen=True)
class RateL1(Penalty):
    r"""Mean absolute rate, :math:`strength \, \langle |r| \rangle` over trials, steps and units; favors sparsity.

    Parameters
    ----------
    strength : float
        Above 0.

    Notes
    -----
    The `l1_h` of Yang et al. (2019), Nature Neuroscience 22, 297.
    """

    reads: ClassVar[str] = "rates"

    strength: float = 1e-4

    def __call__(self, run: Any, trials: Any) -> Any:  # noqa: D102
        del trials
        return self.part(run, 1.0)

    def part(self, run: Any, share: float) -> Any:
        """Contribution of a run that has this share of all trials and steps."""
        return share * self.strength * anp.mean(anp.abs(run.rates))


@dataclass(frozen=True)
class RateL2(Penalty):
    r"""Mean square rate, :math:`strength \, \langle r^2 \rangle` over trials, steps and units.

    Parameters
    ----------
    strength : float
        Above 0.
    form : {"mean", "half_sum"}
        How the squares are reduced: their mean, the convention of PsychRNN; or half their *sum* over trials, steps and
        units, the `l2_h` of Yang et al. (2019), which grows with the batch size and the length of trials.

    References
    ----------
    Sussillo, Churchland, Kaufman & Shenoy (2015), Nature Neuroscience 18, 1025. Yang, Joglekar, Song, Newsome & Wang
    (2019), Nature Neuroscience 22, 297.
    """

    reads: ClassVar[str] = "rates"

    strength: float = 1e-4
    form: str = "mean"

    def __post_init__(self) -> None:
        super().__post_init__()
        one_of("RateL2.form", self.form, SQUARES)

    def __call__(self, run: Any, trials: Any) -> Any:  # noqa: D102
        del trials
        return self.part(run, 1.0)

    def part(self, run: Any, share: float) -> Any:
        """Contribution of a run that has this share of all trials and steps."""
        factor = share if self.form == "mean" else 1.0
        return factor * self.strength * SQUARES[self.form](run.rates)
