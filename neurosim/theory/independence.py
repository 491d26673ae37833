"""Assumptions of mean-field theory on the random part of the weights, each with an error that names it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.connectivity.heavy_tailed import HeavyTailed
from neurosim.errors import ParameterError
from neurosim.theory.ensemble import terms_of
from neurosim.theory.gain import beyond_chance, column_means, gain_of
from neurosim.theory.reciprocity import reciprocity
from neurosim.theory.variance_profile import row_squares, rows_differ

if TYPE_CHECKING:
    from neurosim.network import Network

__all__ = ["random_gain", "require_random_weights"]

# Largest sum of squared shares of single weights in the variance of an input; 3/n for n Gaussian weights.
DOMINANCE, FINITE = 0.05, 10.0


def random_gain(network: Network) -> float:
    """Gain of a network whose weights are as mean-field theory needs them; see `require_random_weights`.

    Raises
    ------
    ParameterError
        Also when the weights have a low-rank part or columns with a mean.
    """
    remedy = "try gain= for a prediction of the random part alone."
    if network.recurrent.rank:
        raise ParameterError(
            f"network.recurrent must have no low-rank part in this theory (got rank {network.recurrent.rank}); {remedy}"
        )
    require_random_weights(network)
    gain = gain_of(network)
    if beyond_chance(np.ones(network.size) @ network.recurrent, gain):
        raise ParameterError(
            f"network.recurrent must have columns of zero mean in this theory (got other means); {remedy}"
        )
    return gain


def require_random_weights(network: Network) -> None:
    """Refuse random parts for which the input of a unit is not a Gaussian process of the same statistics for all.

    Raises
    ------
    ParameterError
        When a few weights dominate, reciprocal weights are correlated, or rows have different mean squares.
    """
    _require_many_inputs(network)
    symmetry = reciprocity(network)
    if symmetry != 0.0:
        raise ParameterError(
            f"network.recurrent must have independent reciprocal weights in this theory, or a unit feels its own past "
            f"through others and its input is not Gaussian (got a correlation of {symmetry:.3g}); try a simulation."
        )
    base, means = network.recurrent.base, column_means(network)
    if base is not None and rows_differ(base, means):
        sizes = np.sqrt(row_squares(base, means))
        raise ParameterError(
            f"network.recurrent must have rows of equal variance in this theory, so that all units receive the same "
            f"input statistics (got rows of different variance, with root sums of squares from {sizes.min():.3g} to "
            f"{sizes.max():.3g}); try a simulation, or a network for each population that is independent of others."
        )


def _require_many_inputs(network: Network) -> None:
    """Refuse weights of which a few dominate the input of a unit, so that it is not Gaussian."""
    remedy = "try a simulation, or neurosim.theory.bulk and critical_gain for the stability of silence."
    for term, _ in terms_of(network.connectivity):
        if isinstance(term, HeavyTailed) and term.alpha < 2.0:
            raise ParameterError(
                f"network.recurrent must have weights of finite variance in this theory, so that inputs are Gaussian "
                f"(got {term!r}, of which a few weights dominate each input); {remedy}"
            )
    base: Any = network.recurrent.base
    if base is None:
        return
    squares: Any = base**2 if isinstance(base, np.ndarray) else base.power(2)
    fourths = squares**2 if isinstance(base, np.ndarray) else squares.power(2)
    sums, fourth = (np.asarray(each.sum(axis=1)).ravel() for each in (squares, fourths))
    filled = sums > 0.0
    shares = float(np.mean(fourth[filled] / sums[filled] ** 2)) if filled.any() else 0.0
    weights = network.recurrent.connections / network.size
    if shares > DOMINANCE + FINITE / max(weights, 1.0):
        raise ParameterError(
            f"network.recurrent must have many weights of similar size in this theory, so that inputs are Gaussian "
            f"(got inputs that are dominated by {1.0 / shares:.1f} weights each); {remedy}"
        )
