"""Readout functions: what turns the weighted rates of a network into its outputs, for arrays and for gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from neurosim.validation import one_of

__all__ = ["READOUTS", "differentiable_outputs", "outputs_of"]


def outputs_of(readout: str, weighted_rates: np.ndarray) -> np.ndarray:
    r"""Outputs :math:`z = f(W_{out} r + b_{out})` of weighted rates.

    Parameters
    ----------
    readout : {"linear", "logistic", "softmax"}
        f: the identity, :math:`1/(1 + e^{-a})`, or :math:`e^{a_k}/\sum_l e^{a_l}` over the last axis.
    weighted_rates : ndarray, shape (..., outputs)
        :math:`W_{out} r + b_{out}`.

    Returns
    -------
    ndarray, shape (..., outputs)

    See Also
    --------
    differentiable_outputs : the same for values that autograd follows.
    """
    return _READOUTS[one_of("readout", readout, READOUTS)][0](weighted_rates)


def differentiable_outputs(readout: str, weighted_rates: Any) -> Any:
    """Outputs of weighted rates as `outputs_of` gives them, through which autograd passes gradients."""
    return _READOUTS[one_of("readout", readout, READOUTS)][1](weighted_rates)


def _linear(values: Any) -> Any:
    return values


def _logistic(values: np.ndarray) -> np.ndarray:
    from scipy.special import expit

    return expit(values)


def _softmax(values: np.ndarray) -> np.ndarray:
    from scipy.special import softmax

    return softmax(values, axis=-1)


def _differentiable_logistic(values: Any) -> Any:
    import autograd.numpy as anp

    # the half-angle form does not overflow
    return 0.5 + 0.5 * anp.tanh(0.5 * values)


def _differentiable_softmax(values: Any) -> Any:
    import autograd.numpy as anp

    powers = anp.exp(values - anp.max(values, axis=-1, keepdims=True))
    return powers / anp.sum(powers, axis=-1, keepdims=True)


_READOUTS: dict[str, tuple[Callable[[Any], Any], Callable[[Any], Any]]] = {
    "linear": (_linear, _linear),
    "logistic": (_logistic, _differentiable_logistic),
    "softmax": (_softmax, _differentiable_softmax),
}
READOUTS = tuple(_READOUTS)
"""Names of the readout functions."""
