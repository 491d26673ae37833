"""Penalties on the size of weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import autograd.numpy as anp

from neurosim.trainers.parameter_names import kept_names, require_names
from neurosim.trainers.penalties.base import SQUARES, Penalty
from neurosim.validation import one_of

__all__ = ["L1", "L2"]


@dataclass(frozen=True)
class L1(Penalty):
    r"""Mean absolute weight, :math:`strength \sum_{names} \langle |W_{ij}| \rangle`.

    Parameters
    ----------
    names : str or sequence of str
        Which parameters: ``"recurrent"``, ``"input_weights"``, ``"readout_weights"``, ``"bias"``, ...
    strength : float
        Above 0.

    Notes
    -----
    The mean is over the entries of each array (of sparse weights, those that exist), so that one strength serves all
    sizes. This is the convention of PsychRNN and of Yang et al. (2019), Nature Neuroscience 22, 297 (`l1_weight`).
    """

    names: str | Sequence[str] = ("recurrent",)
    strength: float = 1e-4

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "names", kept_names(f"{type(self).__name__}.names", self.names))

    def __call__(self, run: Any, trials: Any) -> Any:  # noqa: D102
        del trials
        require_names(self.names, run.parameters)
        return self.strength * sum(anp.mean(anp.abs(run.parameters[name])) for name in self.names)


@dataclass(frozen=True)
class L2(Penalty):
    r"""Mean square weight, :math:`strength \sum_{names} \langle W_{ij}^2 \rangle`.

    Parameters
    ----------
    names : str or sequence of str
        Which parameters, as for `L1`.
    strength : float
        Above 0.
    form : {"mean", "half_sum"}
        What is made of the squares: their mean over the entries of each array, the convention of PsychRNN; or half
        their *sum*, :math:`\tfrac{1}{2} \sum_{ij} W_{ij}^2`, that of TensorFlow and of Yang et al. (`l2_weight`).

    References
    ----------
    Yang, Joglekar, Song, Newsome & Wang (2019), Nature Neuroscience 22, 297. Ehrlich et al. (2021), eNeuro 8,
    ENEURO.0427-20.2020 (PsychRNN).
    """

    names: str | Sequence[str] = ("recurrent",)
    strength: float = 1e-4
    form: str = "mean"

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "names", kept_names(f"{type(self).__name__}.names", self.names))
        one_of("L2.form", self.form, SQUARES)

    def __call__(self, run: Any, trials: Any) -> Any:  # noqa: D102
        del trials
        require_names(self.names, run.parameters)
        return self.strength * sum(SQUARES[self.form](run.parameters[name]) for name in self.names)
