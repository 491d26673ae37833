"""What mean-field theory needs to know of a unit: its time constant and its nonlinearity."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from neurosim.equations import numpy_function, parameter_values, trace
from neurosim.errors import ParameterError
from neurosim.network import given_network
from neurosim.theory.gaussian import mean_derivatives, moments

if TYPE_CHECKING:
    from neurosim.network import Network
    from neurosim.neurons.base import Neuron
    from neurosim.theory.gaussian import Rate

__all__ = ["current_form", "described", "slope_of"]

# Relative error of the mean slope that a step within a rate's width could hide.
AGREEMENT = 1e-5


def current_form(neuron: Neuron) -> tuple[float, Rate]:
    r"""Time constant and nonlinearity of a unit in current form, :math:`\tau\, dx/dt = -x + u, r = \phi(x)`.

    The form is recognised by what `drift` does, so that any neuron of that form is understood.

    Parameters
    ----------
    neuron : Neuron
        The model of one unit, with the same parameters for all units.

    Returns
    -------
    tau : float
    rate : callable
        φ as a function of an array.

    Raises
    ------
    ParameterError
        When the unit has several variables, another drift, or parameters that differ between units.
    """
    name = type(neuron).__name__
    if len(neuron.variables()) != 1:
        raise ParameterError(
            f"neuron = {name} has the variables {', '.join(neuron.variables())}; mean-field theory describes "
            f"units of one variable with tau dx/dt = -x + u, for instance LeakyCurrent."
        )
    state, current = np.array([[0.0], [0.7], [-1.9], [2.3]]), np.array([[1.0], [-0.4], [0.6], [5.1]])
    drift, rate = np.asarray(neuron.drift(state, current)), np.asarray(neuron.rate(state))
    if np.ptp(drift, axis=1).any() or np.ptp(rate, axis=1).any():
        raise ParameterError(
            f"neuron = {neuron!r} has units that differ; mean-field theory describes identical units: give "
            f"every parameter as one number."
        )
    slope = float(drift[0, 0])
    if slope <= 0.0 or not np.allclose(drift[:, :1], slope * (current - state), rtol=1e-9):
        raise ParameterError(
            f"neuron = {name} is not of the form tau dx/dt = -x + u that mean-field theory describes; use "
            f"LeakyCurrent. (In rate form, it is the input current that obeys the theory, not the state.)"
        )
    return 1.0 / slope, neuron.rate


def described(network: Network) -> tuple[float, Rate]:
    """Time constant and nonlinearity of a network whose units have no bias; see `current_form`."""
    if np.any(given_network(network).bias):
        raise ParameterError(
            "network.bias is not zero, and mean-field theory describes networks without bias; "
            "use network.replace(bias=np.zeros(network.size))."
        )
    return current_form(network.neuron)


def slope_of(neuron: Neuron, variance: float) -> Rate:
    r"""Slope φ' of a unit in current form, from its traced equations.

    Parameters
    ----------
    neuron : Neuron
    variance : float
        Variance of the Gaussian states over which the slope will be averaged.

    Raises
    ------
    ParameterError
        When the slope does not satisfy :math:`\langle\phi'\rangle = \langle x \phi\rangle / D_0` (Stein): φ jumps,
        or the class gives another `rate_by_state`, such as a surrogate gradient.
    """
    equations = trace(neuron)
    by_state = numpy_function(equations.rate_by_state[0], (equations.variables[0], *equations.parameters))
    parameters = tuple(parameter_values(neuron).values())

    def slope(x: np.ndarray) -> np.ndarray:
        return np.broadcast_to(by_state(x, *parameters), x.shape)

    claimed, expected = moments(slope, variance)[0], mean_derivatives(neuron.rate, variance, 2)[1]
    if abs(claimed - expected) > AGREEMENT * (abs(expected) + np.sqrt(moments(slope, variance)[1])):
        raise ParameterError(
            f"neuron = {neuron!r} has a mean slope of {expected:.6g} at the variance {variance:.4g}, and its "
            f"derivative says {claimed:.6g}: the theory of its stability needs a rate without jumps and its exact "
            f"derivative; use a smooth activation such as tanh."
        )
    return slope
