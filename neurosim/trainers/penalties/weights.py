"""Penalties on the size of weights: L1 and L2."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import autograd.numpy as anp

from neurosim.errors import ParameterError
from neurosim.trainers.parameter_names import as_names, require_names
from neurosim.trainers.penalties.base import SQUARES, Penalty
from neurosim.validation import one_of

__all__ = ["L1", "L2"]


class _WeightPenalty(Penalty):
    """Penalty on parameters that are named."""

    reads: ClassVar[str] = "parameters"

    names: str | Sequence[str]

    def __post_init__(self) -> None:
        own = type(self).__name__
        if isinstance(self.strength, str):
            raise ParameterError(
                f"{own}.strength must be a number (got {self.strength!r}); for the names of the parameters "
                f"try {own}(names={self.strength!r})."
            )
        super().__post_init__()
        object.__setattr__(self, "names", as_names(f"{own}.names", self.names))

    def _weights(self, run: Any) -> list[Any]:
        """Named parameters of a run; of recurrent weights, the existing connections."""
        require_names(self.names, run.parameters)
        pattern = run.network.recurrent.pattern
        return [
            run.parameters[name][pattern]
            if name == "recurrent" and pattern is not None
            else run.parameters[name]
            for name in self.names
        ]


@dataclass(frozen=True)
class L1(_WeightPenalty):
    r"""Mean absolute weight, :math:`strength \sum_{names} \langle |W_{ij}| \rangle`, which favors sparse weights.

    Parameters
    ----------
    strength : float
        Above 0.
    names : str or sequence of str
        Which parameters: ``"recurrent"``, ``"input_weights"``, ``"readout_weights"``, ``"bias"``, ...

    Notes
    -----
    The mean is over the entries of each array (of recurrent weights, the existing connections), so that one strength
    serves all sizes. This is the convention of PsychRNN and of Yang et al. (2019), Nature Neuroscience 22, 297
    (`l1_weight`).
    """

    strength: float = 1e-4
    names: str | Sequence[str] = ("recurrent",)

    def __call__(self, run: Any, trials: Any) -> Any:  # noqa: D102
        del trials
        return self.strength * sum(anp.mean(anp.abs(weights)) for weights in self._weights(run))


@dataclass(frozen=True)
class L2(_WeightPenalty):
    r"""Mean square weight, :math:`strength \sum_{names} \langle W_{ij}^2 \rangle`, also known as weight decay.

    Parameters
    ----------
    strength : float
        Above 0.
    names : str or sequence of str
        Which parameters, as for `L1`.
    form : {"mean", "half_sum"}
        How the squares are reduced: their mean over the entries of each array, the convention of PsychRNN; or half
        their *sum*, :math:`\tfrac{1}{2} \sum_{ij} W_{ij}^2`, that of TensorFlow and of Yang et al. (`l2_weight`).

    References
    ----------
    Yang, Joglekar, Song, Newsome & Wang (2019), Nature Neuroscience 22, 297. Ehrlich et al. (2021), eNeuro 8,
    ENEURO.0427-20.2020 (PsychRNN).
    """

    strength: float = 1e-4
    names: str | Sequence[str] = ("recurrent",)
    form: str = "mean"

    def __post_init__(self) -> None:
        super().__post_init__()
        one_of("L2.form", self.form, SQUARES)

    def __call__(self, run: Any, trials: Any) -> Any:  # noqa: D102
        del trials
        return self.strength * sum(SQUARES[self.form](weights) for weights in self._weights(run))
