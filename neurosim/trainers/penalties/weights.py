"""Penalties on the size of weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import autograd.numpy as anp

from neurosim.trainers.named import kept_names, require_names
from neurosim.trainers.penalties.base import Penalty

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
        return self.strength * _summed(self.names, run.parameters, anp.abs)


@dataclass(frozen=True)
class L2(Penalty):
    r"""Mean square weight, :math:`strength \sum_{names} \langle W_{ij}^2 \rangle`.

    Parameters
    ----------
    names : str or sequence of str
        Which parameters, as for `L1`.
    strength : float
        Above 0.

    Notes
    -----
    The mean is over the entries of each array, the convention of PsychRNN. Yang et al. (2019) and TensorFlow take half
    the *sum* of squares: their `l2_weight` for an array of n weights is the strength l2_weight · n / 2 here, one `L2`
    for each array.
    """

    names: str | Sequence[str] = ("recurrent",)
    strength: float = 1e-4

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "names", kept_names(f"{type(self).__name__}.names", self.names))

    def __call__(self, run: Any, trials: Any) -> Any:  # noqa: D102
        del trials
        return self.strength * _summed(self.names, run.parameters, lambda weights: weights * weights)


def _summed(names: Any, parameters: Any, size: Callable[[Any], Any]) -> Any:
    require_names(names, parameters)
    return sum(anp.mean(size(parameters[name])) for name in names)
