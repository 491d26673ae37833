"""Networks of leaky units with piecewise-linear activations, as continuous piecewise-linear maps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import numpy as np

from neurosim.analysis.fixed_points.mixed_field import network_field
from neurosim.analysis.linear_regions.activation_pieces import pieces_of
from neurosim.analysis.linear_regions.hinge_map import HingeMap
from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.neurons.leaky import LeakyCurrent, LeakyRate

__all__ = ["PiecewiseNetwork", "piecewise_network", "unmet_assumption"]

NEGLIGIBLE = 1e-14
"""Singular value of W, relative to the largest and per unit, that counts as zero."""
KINK = 1e-9
"""Distance of a current to a knot, relative to the largest current, below which a unit is at its kink."""


class Factors(NamedTuple):
    """Weights as left @ right.T with as many columns as their rank, shape (units, rank) each."""

    left: np.ndarray
    right: np.ndarray


@dataclass(frozen=True, eq=False)
class PiecewiseNetwork:
    r"""Network of leaky units under a constant input, with the lines and bends of their activations.

    .. math:: \phi_i(u) = slope_i\, u + intercept_i + \sum_{h:\, unit_h = i} jump_h \max(u - knot_h, 0)

    Fixed points of both forms obey :math:`u = W \phi(u) + c`, with the constant :math:`c = W_{in} y + b`.

    Attributes
    ----------
    network : Network
        In double precision.
    inputs : ndarray, shape (channels,)
    constant, slope, intercept, tau : ndarray, shape (units,)
    rate_form : ndarray of bool, shape (units,)
        Whether the state of a unit is its rate, and not its current.
    unit : ndarray of int, shape (hinges,)
    knot, jump : ndarray, shape (hinges,)
    """

    network: Network
    inputs: np.ndarray
    constant: np.ndarray
    slope: np.ndarray
    intercept: np.ndarray
    tau: np.ndarray
    rate_form: np.ndarray
    unit: np.ndarray
    knot: np.ndarray
    jump: np.ndarray

    def factors(self) -> Factors:
        """Factors of W, of as many columns as its rank."""
        recurrent = self.network.recurrent
        if recurrent.base is None and recurrent.rank < recurrent.size:
            balanced = recurrent.balance()
            left, right = np.asarray(balanced.left), np.asarray(balanced.right)
        else:
            u, values, v = np.linalg.svd(recurrent.dense())
            left, right = u * values, v.T
        sizes = np.linalg.norm(left, axis=0) * np.linalg.norm(right, axis=0)
        kept = sizes > NEGLIGIBLE * len(left) * sizes.max(initial=0.0)
        return Factors(left[:, kept], right[:, kept])

    def overlap_map(self, factors: Factors) -> HingeMap:
        r"""Map :math:`z \to R^T \phi(L z + c)` of the overlaps :math:`z = R^T r`, with the network's fixed points."""
        left, right = factors
        slope, intercept = self.slope, self.intercept + self.slope * self.constant
        return HingeMap(
            (right.T * slope) @ left,
            right.T @ intercept,
            left[self.unit],
            self.knot - self.constant[self.unit],
            self.jump[:, None] * right[self.unit],
        )

    def euler_map(self, dt: float) -> HingeMap:
        """Euler step of the states, for units that are all in the same form."""
        weights, step, size = self.network.recurrent.dense(), dt / self.tau, self.network.size
        decay, every = np.diag(1.0 - step), np.arange(len(self.unit))
        normals = np.zeros((len(self.unit), size))
        if self.rate_form[0]:
            # r' = (1 - dt/tau) r + dt/tau phi(W r + c)
            jumps = np.zeros((len(self.unit), size))
            jumps[every, self.unit] = self.jump * step[self.unit]
            linear = decay + (step * self.slope)[:, None] * weights
            constant = step * (self.slope * self.constant + self.intercept)
            return HingeMap(linear, constant, weights[self.unit], self.knot - self.constant[self.unit], jumps)
        # x' = (1 - dt/tau) x + dt/tau (W phi(x) + c)
        normals[every, self.unit] = 1.0
        moved = step[:, None] * weights
        linear, constant = decay + moved * self.slope, moved @ self.intercept + step * self.constant
        return HingeMap(linear, constant, normals, self.knot, (moved[:, self.unit] * self.jump).T)

    def rates(self, currents: np.ndarray) -> np.ndarray:
        """Rates at currents of shape (points, units)."""
        rates = self.slope * currents + self.intercept
        bends = self.jump * np.maximum(currents[:, self.unit] - self.knot, 0.0)
        np.add.at(rates.T, self.unit, bends.T)
        return rates

    def slopes(self, currents: np.ndarray) -> np.ndarray:
        """Slopes of the activations at currents, from below at a knot, shape (points, units)."""
        slopes = np.broadcast_to(self.slope, currents.shape).copy()
        np.add.at(slopes.T, self.unit, (self.jump * self.above(currents)).T)
        return slopes

    def above(self, currents: np.ndarray) -> np.ndarray:
        """Which knots currents are above, shape (points, hinges)."""
        return currents[:, self.unit] - self.knot > self._reach(currents)

    def at_kink(self, currents: np.ndarray) -> np.ndarray:
        """Whether a current is within rounding of a knot, shape (points,)."""
        return (np.abs(currents[:, self.unit] - self.knot) <= self._reach(currents)).any(axis=1)

    def _reach(self, currents: np.ndarray) -> np.ndarray:
        return KINK * np.abs(currents).max(axis=1, keepdims=True, initial=1e-300)

    def states(self, currents: np.ndarray) -> np.ndarray:
        """States at fixed points with these currents: rates, or the currents, by the form of a unit."""
        return np.where(self.rate_form, self.rates(currents), currents)

    def eigenvalues(self, currents: np.ndarray, factors: Factors) -> np.ndarray:
        """Eigenvalues of the Jacobian at fixed points, in 1/time, shape (points, units), by descending real part."""
        slopes = self.slopes(currents)
        left, right = factors
        size, rank = left.shape
        if (self.tau == self.tau[0]).all():
            values = np.zeros((len(slopes), size), np.complex128)
            # those of W D that do not vanish are those of R^T D L
            for k, each in enumerate(slopes):
                values[k, :rank] = np.linalg.eigvals((right.T * each) @ left)
            values = (values - 1.0) / self.tau[0]
        else:
            weights = self.network.recurrent.dense()
            jacobians = [(weights * each - np.eye(size)) / self.tau[:, None] for each in slopes]
            values = np.linalg.eigvals(np.array(jacobians).reshape(-1, size, size)).astype(np.complex128)
        return np.take_along_axis(values, np.lexsort((-values.imag, -values.real), axis=-1), axis=-1)


def unmet_assumption(network: Network) -> str:
    """Why a network is not one of leaky units with piecewise-linear activations; empty where it is."""
    for section in network.neuron.sections():
        neuron: Any = section.neuron
        if type(neuron) not in (LeakyCurrent, LeakyRate):
            return f"its units are {type(neuron).__name__}, neither LeakyCurrent nor LeakyRate"
        if pieces_of(neuron.activation) is None:
            return f"the activation {neuron.activation!r} is not continuous and piecewise linear"
    return ""


def piecewise_network(network: Network, inputs: Any = None) -> PiecewiseNetwork:
    """Network under a constant input, as linear pieces.

    Raises
    ------
    ParameterError
        If its units are not leaky units with piecewise-linear activations.
    """
    field = network_field(network, inputs)
    reason = unmet_assumption(field.network)
    if reason:
        raise ParameterError(
            f"network must have LeakyCurrent or LeakyRate units with a piecewise-linear activation such as 'relu' (got "
            f"a network of which {reason}); try analysis.fixed_points, which searches."
        )
    size = field.network.size
    slope, intercept, tau, rate_form = np.zeros(size), np.zeros(size), np.zeros(size), np.zeros(size, bool)
    units, knots, jumps = [], [], []
    for section in field.network.neuron.sections():
        own, neuron = np.arange(size)[section.units], cast(Any, section.neuron)
        pieces: Any = pieces_of(neuron.activation)
        slope[own], intercept[own], tau[own] = pieces.slope, pieces.intercept, neuron.tau
        rate_form[own] = isinstance(neuron, LeakyRate)
        for knot, jump in zip(pieces.knots, pieces.jumps, strict=True):
            units.append(own)
            knots.append(np.broadcast_to(knot, own.shape))
            jumps.append(np.broadcast_to(jump, own.shape))
    return PiecewiseNetwork(
        network=field.network,
        inputs=field.inputs,
        constant=field.network.bias + field.network.input_weights @ field.inputs,
        slope=slope,
        intercept=intercept,
        tau=tau,
        rate_form=rate_form,
        unit=np.concatenate(units) if units else np.zeros(0, np.intp),
        knot=np.concatenate(knots) if knots else np.zeros(0),
        jump=np.concatenate(jumps) if jumps else np.zeros(0),
    )
