"""Moments of the distribution of weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.connectivity.operator import Operator
from neurosim.errors import ParameterError
from neurosim.network_arguments import require_network
from neurosim.results.result import Result

if TYPE_CHECKING:
    from neurosim.network import Network

__all__ = ["WeightMoments", "existing_connections", "weight_moments"]


@dataclass(frozen=True, eq=False)
class WeightMoments(Result):
    """Moments of the distribution of recurrent weights, with the standard errors for normally distributed weights.

    Attributes
    ----------
    mean, standard_deviation : float
        In units of the weights.
    skewness : float
        Third standardized moment; 0 for a symmetric distribution.
    kurtosis : float
        Fourth standardized moment minus 3; 0 for a normal distribution.
    count : int
        Number of weights.
    values : ndarray, shape (count,)
        The weights.
    """

    mean: float
    standard_deviation: float
    skewness: float
    kurtosis: float
    count: int
    values: np.ndarray

    @property
    def standard_errors(self) -> dict[str, float]:
        """Standard errors by name, for the same number of independent normally distributed weights."""
        n = self.count
        return {
            "mean": self.standard_deviation / np.sqrt(n),
            "standard_deviation": self.standard_deviation / np.sqrt(2.0 * n),
            "skewness": float(np.sqrt(6.0 / n)),
            "kurtosis": float(np.sqrt(24.0 / n)),
        }


def existing_connections(operator: Operator) -> np.ndarray:
    """Which connections exist, whatever their weights, bool of shape (units, units); all with a low-rank part."""
    base: Any = operator.base
    if operator.rank or isinstance(base, np.ndarray):
        whole = np.ones(operator.shape, bool)
        return whole if operator.rank or operator.pattern is None else operator.pattern.copy()
    exists = np.zeros(operator.shape, bool)
    if base is not None:
        exists[np.repeat(np.arange(operator.size), np.diff(base.indptr)), base.indices] = True
    return exists


def weight_moments(network: Network | Operator) -> WeightMoments:
    """Mean, standard deviation, skewness and kurtosis of the recurrent weights.

    Parameters
    ----------
    network : Network or Operator
        Without a low-rank part, the weights of the existing connections; else all units² weights.

    Returns
    -------
    WeightMoments
        Population moments, without corrections for the number of weights.

    Raises
    ------
    ParameterError
        When all weights are equal: their skewness and kurtosis are undefined.

    Notes
    -----
    Costs units².

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> two_values = ns.Operator(np.array([[1.0, -1.0], [-1.0, 1.0]]))
    >>> ns.analysis.weight_moments(two_values).kurtosis
    -2.0
    """
    operator = network if isinstance(network, Operator) else require_network(network).recurrent
    values = operator.dense()[existing_connections(operator)].astype(np.float64)
    mean = float(values.mean()) if values.size else 0.0
    deviation = float(values.std()) if values.size else 0.0
    if deviation <= 1e-14 * abs(mean) or deviation == 0.0:
        raise ParameterError(
            f"network must have weights that differ, for their skewness and kurtosis (got {values.size} weights, all "
            f"equal to {mean:.6g})."
        )
    standard = (values - mean) / deviation
    return WeightMoments(
        mean,
        deviation,
        float(np.mean(standard**3)),
        float(np.mean(standard**4)) - 3.0,
        values.size,
        values,
    )
