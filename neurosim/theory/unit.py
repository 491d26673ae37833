"""Time constant and nonlinearity of a unit, as mean-field theory needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from neurosim.equations import numpy_function, parameter_values, trace
from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.network_arguments import require_undelayed
from neurosim.theory.gaussian import mean_derivatives, moments

if TYPE_CHECKING:
    from neurosim.network import Network
    from neurosim.neurons.base import Neuron
    from neurosim.theory.gaussian import Rate

__all__ = ["Unit", "mean_field_unit", "slope_of", "unit_of"]

# Relative error of the mean slope that a step within a rate's width could hide.
AGREEMENT = 1e-5


class Unit(NamedTuple):
    """Unit of a mean-field theory.

    Attributes
    ----------
    tau : float
        Time constant.
    rate : callable
        The nonlinearity φ, a function of an array.
    in_rate_form : bool
        Whether the state is the rate (rate form) or the filtered input (current form).
    """

    tau: float
    rate: Rate
    in_rate_form: bool


def unit_of(neuron: Neuron) -> Unit:
    r"""Time constant and nonlinearity of a unit in current or rate form, recognized by values of its `drift`.

    In current form :math:`\tau\, dx/dt = -x + u, r = \phi(x)`. In rate form :math:`\tau\, dr/dt = -r + \phi(u)`, where
    the input :math:`u = W r` obeys :math:`\tau\, du/dt = -u + W \phi(u)`, the current form with the same W.

    Parameters
    ----------
    neuron : Neuron
        Model of the unit, with the same parameters for all units.

    Returns
    -------
    Unit

    Raises
    ------
    ParameterError
        When the unit has several variables, another drift, or parameters that differ between units.
    """
    sections = neuron.sections()
    if len(sections) > 1:
        raise ParameterError(
            f"neuron must be one kind of unit in this theory (got the populations "
            f"{', '.join(section.name for section in sections)}); try neurosim.theory.population_autocorrelation."
        )
    neuron = sections[0].neuron
    name = type(neuron).__name__
    if len(neuron.variables()) != 1:
        raise ParameterError(
            f"neuron must have one variable in mean-field theory (got {name} with {', '.join(neuron.variables())}); "
            f"try LeakyCurrent."
        )
    state, current = np.array([[0.0], [0.7], [-1.9], [2.3]]), np.array([[1.0], [-0.4], [0.6], [5.1]])
    drift, rate = np.asarray(neuron.drift(state, current)), np.asarray(neuron.rate(state))
    if np.ptp(drift, axis=1).any() or np.ptp(rate, axis=1).any():
        raise ParameterError(
            f"neuron must have identical units in mean-field theory (got {neuron!r}); try one number for every "
            f"parameter."
        )
    driven = np.asarray(neuron.drift(np.zeros_like(state), current))
    leak = float(np.ravel(neuron.drift(np.zeros(1), np.zeros(1)) - neuron.drift(np.ones(1), np.zeros(1)))[0])
    decays = leak > 0.0 and np.allclose(drift, driven - leak * state, rtol=1e-9)
    if decays and np.allclose(driven, leak * current, rtol=1e-9):
        return Unit(1.0 / leak, neuron.rate, in_rate_form=False)
    if decays and np.array_equal(rate[:, :1], state):
        return Unit(1.0 / leak, lambda u: neuron.drift(np.zeros_like(u), u) / leak, in_rate_form=True)
    raise ParameterError(
        f"neuron must be of the form tau dx/dt = -x + u or tau dr/dt = -r + phi(u) in mean-field theory (got {name}); "
        f"try LeakyCurrent or LeakyRate."
    )


def mean_field_unit(network: Network) -> Unit:
    """Time constant and nonlinearity of the units of a network without bias; see `unit_of`."""
    if np.any(require_undelayed(network, "mean-field theory").bias):
        raise ParameterError(
            "network.bias must be zero in mean-field theory (got other values); try "
            "network.replace(bias=np.zeros(network.size))."
        )
    return unit_of(network.neuron)


def slope_of(neuron: Neuron, variance: float) -> Rate:
    r"""Slope φ' of a unit in current or rate form, from its symbolic equations.

    Parameters
    ----------
    neuron : Neuron
    variance : float
        Variance of the Gaussian inputs of φ at which the slope is checked.

    Raises
    ------
    ParameterError
        When the slope does not satisfy :math:`\langle\phi'\rangle = \langle x \phi\rangle / D_0` (Stein): φ jumps,
        or the class gives another derivative, such as a surrogate gradient.
    """
    unit, equations = unit_of(neuron), trace(neuron)
    by_input = numpy_function(equations.drift_by_input[0], equations.arguments)
    by_state = numpy_function(equations.rate_by_state[0], (equations.variables[0], *equations.parameters))
    parameters = tuple(parameter_values(neuron).values())

    def slope(x: np.ndarray) -> np.ndarray:
        if unit.in_rate_form:
            return np.broadcast_to(unit.tau * by_input(np.zeros_like(x), x, *parameters), x.shape)
        return np.broadcast_to(by_state(x, *parameters), x.shape)

    claimed, expected = moments(slope, variance)[0], mean_derivatives(unit.rate, variance, 2)[1]
    if abs(claimed - expected) > AGREEMENT * (abs(expected) + np.sqrt(moments(slope, variance)[1])):
        raise ParameterError(
            f"neuron must have a rate without jumps and its exact derivative in the theory of stability (got "
            f"{neuron!r}, whose mean slope at the variance {variance:.4g} is {expected:.6g} by its rate and "
            f"{claimed:.6g} by its derivative); try a smooth activation such as tanh."
        )
    return slope
