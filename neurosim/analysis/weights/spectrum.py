"""Eigenvalues of weights and Jacobians, beside the predictions of random-matrix theory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from neurosim.analysis.system import System
from neurosim.equations.local import local_derivatives
from neurosim.network_arguments import require_network
from neurosim.results.result import Result
from neurosim.theory import bulk_radius
from neurosim.theory.bulk import Bulk, bulk, bulk_of
from neurosim.theory.gain import column_means
from neurosim.theory.heavy_tails import HeavyTailedBulk, heavy_tailed_bulk
from neurosim.theory.reciprocity import reciprocity

if TYPE_CHECKING:
    from neurosim.network import Network

__all__ = ["Spectrum", "jacobian_spectrum", "spectrum"]


@dataclass(frozen=True, eq=False)
class Spectrum(Result):
    """Eigenvalues of the recurrent weights W, or of a Jacobian in 1/time.

    Attributes
    ----------
    eigenvalues : ndarray of complex, shape (eigenvalues,)
        By descending real part.
    predicted_radius : float
        Radius of the disc that the bulk fills as the network grows; see `neurosim.theory.bulk_radius`.
    bulk : neurosim.theory.Bulk or HeavyTailedBulk or None
        Ring that the bulk fills at this size, and its edge; None for a Jacobian that no theory describes.
    predicted_outliers : ndarray of complex
        Eigenvalues of the low-rank part and the means of the columns that lie outside the edge. Random weights whose
        rows are not balanced shift them, also in large networks.
    stability_limit : float
        Real part above which a mode of a flow grows: 1 for weights, of leaky units with slope 1 at rest; 0 for a
        Jacobian.
    """

    eigenvalues: np.ndarray
    predicted_radius: float
    bulk: Bulk | HeavyTailedBulk | None
    predicted_outliers: np.ndarray
    stability_limit: float = 1.0

    @property
    def radius(self) -> float:
        """Largest absolute value."""
        return float(np.abs(self.eigenvalues).max())

    @property
    def abscissa(self) -> float:
        """Largest real part, to be compared with `stability_limit`."""
        return float(self.eigenvalues[0].real)

    @property
    def leading(self) -> complex:
        """Eigenvalue with the largest real part; of a complex pair, the one above the real axis."""
        return complex(self.eigenvalues[0])

    @property
    def outliers(self) -> np.ndarray:
        """Eigenvalues outside the edge of the bulk; about one of fifty random networks has one by chance."""
        if self.bulk is None:
            return np.zeros(0, complex)
        return self.eigenvalues[~self.bulk.contains(self.eigenvalues)]


def spectrum(network: Network) -> Spectrum:
    """Eigenvalues of the recurrent weights of a network.

    Parameters
    ----------
    network : Network

    Returns
    -------
    Spectrum

    Notes
    -----
    Costs about 28 units³: 1 s for 1000 units; units · rank² for purely low-rank weights. An eigenvalue is right to
    about 1e-16 times the norm of W times its condition number; see `neurosim.analysis.weights.non_normality`.

    References
    ----------
    Bulk: K. Rajan, L. F. Abbott, Phys. Rev. Lett. 97, 188104 (2006); further ones at `neurosim.theory.bulk`.
    Outliers: T. Tao, Probab. Theory Relat. Fields 155, 231 (2013).

    Examples
    --------
    >>> import neurosim as ns
    >>> rotation = ns.Network(ns.LeakyCurrent("tanh"), ns.Orthogonal(gain=1.2), size=50, rng=0)
    >>> round(ns.analysis.spectrum(rotation).radius, 10)
    1.2
    """
    values = require_network(network).recurrent.eigenvalues()
    random = bulk(network)
    structure = _structure(network)
    return Spectrum(
        _sort(values), bulk_radius(network), random, _sort(structure[~random.contains(structure)])
    )


def jacobian_spectrum(
    network: Network | System, state: np.ndarray | None = None, inputs: np.ndarray | None = None
) -> Spectrum:
    r"""Eigenvalues of the Jacobian of the flow, :math:`J = A + B W C`, at one state.

    Parameters
    ----------
    network : Network or System
    state : ndarray, shape (units,) or (units, variables), optional
        Default: the initial state of the network, or rest.
    inputs : ndarray, shape (channels,), optional
        Constant input. Default: none.

    Returns
    -------
    Spectrum
        In 1/time. For units of one variable and one τ the bulk is the ring of B W C about -1/τ, whose radius for
        Gaussian weights is :math:`g\langle\phi'^2\rangle^{1/2}/\tau`; the slopes are taken to be independent of the
        weights. Otherwise `bulk` is None and `predicted_radius` NaN.

    Notes
    -----
    Costs about 28 (units · variables)³. A mode grows where the real part is positive; `neurosim.analysis.weights.modes`
    has the growth and frequency of a discrete step too.

    References
    ----------
    Y. Ahmadian, F. Fumarola, K. D. Miller, Phys. Rev. E 91, 012820 (2015).

    Examples
    --------
    >>> import neurosim as ns
    >>> rotation = ns.Network(ns.LeakyCurrent("tanh", tau=2.0), ns.Orthogonal(gain=1.2), size=50, rng=0)
    >>> at_rest = ns.analysis.jacobian_spectrum(rotation)
    >>> at_rest.bulk.center, round(at_rest.bulk.outer_radius, 10)
    (-0.5, 0.6)
    """
    if isinstance(network, System):
        point = network.checked_state("state", state)
        network.require_jacobian(point)
        values = np.linalg.eigvals(network.jacobian_at(point))
        return Spectrum(_sort(values), float("nan"), None, np.zeros(0, complex), stability_limit=0.0)
    require_network(network)
    state = network.starting_state() if state is None else state
    matrix = network.jacobian(state, inputs)
    random = _jacobian_bulk(network, np.asarray(state), inputs, matrix)
    radius = float("nan") if random is None else random.outer_radius
    return Spectrum(
        _sort(np.linalg.eigvals(matrix)), radius, random, np.zeros(0, complex), stability_limit=0.0
    )


def _jacobian_bulk(
    network: Network, state: np.ndarray, inputs: np.ndarray | None, jacobian: np.ndarray
) -> Bulk | None:
    """Bulk for units of one variable with the same decay; None otherwise, or without response to the input."""
    if len(network.neuron.variables()) > 1:
        return None
    current = network.recurrent @ network.neuron.values(state.reshape(-1)) + network.bias
    neuron = network.neuron
    if inputs is not None:
        current = current + network.input_weights @ inputs
        neuron = neuron.held_at(dict(zip(network.input_names, inputs, strict=True)))
    local = local_derivatives(neuron, state.reshape(1, -1), current)
    own, answer = local.drift_by_state[0, 0], local.drift_by_input[0]
    symmetry = reciprocity(network)
    # slopes that differ leave neither an ellipse nor the law of heavy tails
    slopes = answer * local.rate_by_state[0]
    unlike = symmetry != 0.0 and np.ptp(slopes) > 1e-12 * np.abs(slopes).max()
    if np.ptp(own) > 1e-12 * np.abs(own).max() or not answer.any() or unlike or heavy_tailed_bulk(network):
        return None
    return bulk_of(jacobian - np.diag(own), answer, float(own[0]), symmetry)


def _structure(network: Network) -> np.ndarray:
    r"""Eigenvalues of the low-rank part and the column means together, those of :math:`R^T L`."""
    operator, size = network.recurrent, network.size
    lefts, rights = [np.ones((size, 1))], [column_means(network)[:, None]]
    if operator.left is not None and operator.right is not None:
        lefts.append(operator.left)
        rights.append(operator.right)
    left, right = np.hstack(lefts), np.hstack(rights)
    return np.linalg.eigvals(right.T @ left).astype(complex)


def _sort(values: np.ndarray) -> np.ndarray:
    values = values.astype(complex)
    return values[np.lexsort((-values.imag, -values.real))]
