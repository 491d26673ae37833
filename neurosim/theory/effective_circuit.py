"""Effective circuits: the few equations that a low-rank network of many units obeys, by mean-field theory."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from neurosim.connectivity.gaussian_mixture_low_rank import GaussianMixtureLowRank
from neurosim.conveniences import convenience
from neurosim.errors import ParameterError, ShapeError
from neurosim.readouts import outputs_of
from neurosim.results.result import Result
from neurosim.theory.circuit_flow import CircuitFlow
from neurosim.theory.circuit_loop import integrate
from neurosim.theory.circuit_run import CircuitRun, sampled_inputs
from neurosim.theory.loadings import Columns, columns_of, loadings_of, moments_of
from neurosim.theory.unit import Unit, unit_of
from neurosim.time_constants import stepping_or, time_constants
from neurosim.validation import array_of_shape, finite, positive

if TYPE_CHECKING:
    from neurosim.network import Network

__all__ = ["EffectiveCircuit", "effective_circuit"]

DIFFERENCE = 1e-5
"""Change of the input of a typical unit, for the differences of the Jacobian."""


@dataclass(frozen=True, eq=False)
class EffectiveCircuit(Result):
    r"""Effective circuit of a low-rank network: equations of its collective variables κ, one for each pair of vectors.

    With the loadings :math:`m_r, n_r`, input weights :math:`I_k` and bias b of the units,

    .. math::
        \tau \dot\kappa_r = -\kappa_r + \sum_p \alpha_p \left[ \langle n_r\rangle_p \langle\phi\rangle_p +
            \sigma_p(n_r, h) \langle\phi'\rangle_p \right], \qquad
        h = \sum_s m_s \kappa_s + \sum_k I_k v_k + b\, w.

    The averages of φ over population p are over a normal h with the mean and the variance that the loadings of the
    population give it, and :math:`\sigma_p(n_r, h)` is their covariance, linear in κ, v and w.

    In current form κ, v and w are the coordinates of the state, :math:`x = h`: v are the inputs u and w is 1, both
    filtered with τ. In rate form :math:`\kappa_r = n_r \cdot r / N`, v = u and w = 1.

    Attributes
    ----------
    network : Network
        The network that it describes: its neuron, readout and names of channels are used.
    mixture : GaussianMixtureLowRank
        Populations of its loadings.
    """

    network: Network
    mixture: GaussianMixtureLowRank

    @property
    def rank(self) -> int:
        """Number of collective variables."""
        return self.mixture.rank

    @property
    def populations(self) -> int:
        """Number of populations."""
        return self.mixture.populations

    @cached_property
    def columns(self) -> Columns:
        """Which loadings there are."""
        return columns_of(self.network)

    @cached_property
    def unit(self) -> Unit:
        """Time constant and nonlinearity of the units."""
        return unit_of(self.network.neuron)

    @cached_property
    def _flow(self) -> CircuitFlow:
        return CircuitFlow(self.mixture, self.columns, self.unit)

    def speed(self, kappa: Any, inputs: Any = None) -> np.ndarray:
        """Time derivative of κ under a constant input that has been on for long, shape (..., rank).

        Parameters
        ----------
        kappa : ndarray, shape (..., rank)
        inputs : ndarray, shape (channels,), optional
            Default: zero.
        """
        places = finite("kappa", kappa, np.float64)
        if places.shape[-1:] != (self.rank,):
            raise ShapeError(
                f"kappa must have shape (..., {self.rank}), one for each pair (got {places.shape})."
            )
        given = self._constant(inputs)
        flat = places.reshape(-1, self.rank)
        averages = self._flow.rates(self._flow.drive(flat, given))[:, : self.rank]
        return ((averages - flat) / self.unit.tau).reshape(places.shape)

    def jacobian(self, kappa: Any, inputs: Any = None) -> np.ndarray:
        """Derivative of the speed of κ by κ at one place, shape (rank, rank), by central differences."""
        place = array_of_shape("kappa", kappa, (self.rank,))
        scale = np.sqrt(np.mean(loadings_of(self.network)[:, self.columns.left] ** 2, axis=0))
        steps = DIFFERENCE / np.where(scale > 0.0, scale, 1.0)
        sides = self.speed(place + np.diag(steps), inputs) - self.speed(place - np.diag(steps), inputs)
        return sides.T / (2.0 * steps)

    def _constant(self, inputs: Any) -> np.ndarray:
        if inputs is None:
            return np.zeros(self.columns.inputs)
        return array_of_shape(
            "inputs", inputs, (self.columns.inputs,), "One constant value for each channel."
        )

    def system(self, inputs: Any = None) -> Any:
        """Dynamical system of κ under a constant input, for `neurosim.analysis.fixed_points` and the like.

        Parameters
        ----------
        inputs : ndarray, shape (channels,), optional

        Returns
        -------
        neurosim.analysis.System

        Examples
        --------
        >>> import numpy as np
        >>> import neurosim as ns
        >>> structure = ns.connectivity.GaussianMixtureLowRank([1.0], np.zeros((1, 2)), [[[1.0, 2.0], [2.0, 4.1]]])
        >>> network = ns.Network(ns.LeakyCurrent("tanh"), structure, size=100, rng=0)
        >>> circuit = ns.theory.effective_circuit(network)
        >>> ns.analysis.fixed_points(circuit.system(), starts=np.array([[-1.0], [0.1], [2.0]])).kinds
        ('stable node', 'stable node', 'unstable node')
        """
        given = self._constant(inputs)
        return convenience("EffectiveCircuit.system")(
            lambda kappa: self.speed(kappa, given),
            lambda kappa: self.jacobian(kappa, given),
            self.rank,
            check_jacobian=False,
        )

    def project(self, states: Any) -> np.ndarray:
        r"""Collective variables κ of states of the network, shape (..., rank).

        In current form by least squares :math:`x \approx \sum m_r \kappa_r + \sum I_k v_k + b w`, which is exact but
        for what decays of the initial state; in rate form :math:`n_r \cdot r / N`.

        Parameters
        ----------
        states : ndarray, shape (..., units)
            Such as ``run.states``.
        """
        given = finite("states", states, np.float64)
        if given.shape[-1:] != (self.network.size,):
            raise ShapeError(f"states must have {self.network.size} units (got shape {given.shape}).")
        values = loadings_of(self.network)
        if self.unit.in_rate_form:
            return given @ values[:, self.columns.right] / self.network.size
        inverse = np.linalg.pinv(values[:, self.columns.driving])
        return given @ inverse.T[:, : self.rank]

    def simulate(
        self,
        duration: float,
        dt: float | None = None,
        scheme: str | None = None,
        inputs: Any = None,
        trials: int | None = None,
        start: Any = None,
    ) -> CircuitRun:
        """Run the circuit; ``circuit.simulate(**trials.simulation)`` does the trials of a task.

        Parameters
        ----------
        duration : float
            Rounded to a whole number of steps.
        dt, scheme : optional
            As in `neurosim.simulate`: by default those of `Network.stepping`, or a tenth of the time constant and
            Euler's scheme.
        inputs : ndarray, shape (channels,), (steps, channels) or (trials, steps, channels), optional
            Sample k is held during step k. Default: zero.
        trials : int, optional
            Default: as many as `inputs` or `start` have, or 1.
        start : ndarray, shape (rank,) or (trials, rank), optional
            Initial κ. Default: that of the initial state of the network, or of silence.

        Returns
        -------
        CircuitRun

        Notes
        -----
        Without the noise that the network may have. About 1 µs for an evaluation of two populations in one trial, by a
        loop that is compiled for each nonlinearity.
        """
        constants = time_constants(self.network)
        dt, tableau = stepping_or(self.network.stepping, dt, scheme, constants, default="euler")
        steps = max(1, round(positive("duration", duration) / dt))
        kappa = self._start() if start is None else finite("start", start, np.float64)
        held, kappa = sampled_inputs(inputs, kappa, steps, trials, self.columns.inputs, self.rank)
        flow, rank, trials = self._flow, self.rank, len(kappa)
        others = self.columns.outputs if self.unit.in_rate_form else flow.count - rank
        first = np.concatenate([kappa, np.zeros((trials, others))], axis=1)
        states = integrate(flow, self.network.neuron, self.unit, first, held, dt, tableau)
        weighted = states[..., rank:]
        if not self.unit.in_rate_form:
            weighted = flow.rates(states.reshape(-1, flow.count))[:, rank:].reshape(trials, steps + 1, -1)
        outputs = outputs_of(self.network.readout, weighted + self.network.readout_bias)
        return CircuitRun(dt * np.arange(steps + 1), states[..., :rank], outputs)

    def _start(self) -> np.ndarray:
        return self.project(self.network.starting_state())


def effective_circuit(network: Network, mixture: GaussianMixtureLowRank | None = None) -> EffectiveCircuit:
    r"""Effective circuit of a low-rank network, with populations.

    Parameters
    ----------
    network : Network
        Of low rank, without a random part, of identical units in current or rate form; untrained or trained.
    mixture : GaussianMixtureLowRank, optional
        Populations of its loadings: ``analysis.populations(network).mixture``. Default: those that the network was
        drawn from, if its connectivity is such a mixture with all loadings; or else one population with the mean and
        covariance of its loadings.

    Returns
    -------
    EffectiveCircuit

    Raises
    ------
    ParameterError, ShapeError
        When an assumption fails, which the message names: a full-rank part, units that differ or have several
        variables, another number of loadings.

    Notes
    -----
    Derivation. The state of a unit in current form obeys :math:`\tau\dot x_i = -x_i + \sum_r m_{ir} \hat\kappa_r +
    \sum_k I_{ik} u_k + b_i` with :math:`\hat\kappa_r = N^{-1} \sum_j n_{jr} \phi(x_j)`. The right-hand side is in the
    span of m, I and b, so that :math:`x = \sum m_r \kappa_r + \sum I_k v_k + b w` from a start in it, where each
    coordinate is its source filtered by τ: :math:`\tau\dot\kappa_r = -\kappa_r + \hat\kappa_r`. In rate form,
    multiplying :math:`\tau\dot r_j = -r_j + \phi(h_j)` by :math:`n_{jr}/N` and summing gives the same equation for
    :math:`\kappa_r = N^{-1} n_r \cdot r`. So far this is exact. For N → ∞ the sum over units is
    :math:`\sum_p \alpha_p \langle n_r \phi(h)\rangle_p`, where n and h are jointly normal within a population, and
    :math:`\langle n \phi(h)\rangle = \langle n\rangle\langle\phi\rangle + \mathrm{cov}(n, h)\langle\phi'\rangle`
    (Stein). Errors of a network of N units are of order :math:`1/\sqrt N`.

    References
    ----------
    M. Beiran, A. Dubreuil, A. Valente, F. Mastrogiuseppe, S. Ostojic, Neural Comput. 33, 1572 (2021); A. Dubreuil,
    A. Valente, M. Beiran, F. Mastrogiuseppe, S. Ostojic, Nat. Neurosci. 25, 783 (2022).

    Examples
    --------
    A bistable network, :math:`\dot\kappa = -\kappa + 2 \kappa \langle\phi'\rangle`:

    >>> import numpy as np
    >>> import neurosim as ns
    >>> structure = ns.connectivity.GaussianMixtureLowRank([1.0], np.zeros((1, 2)), [[[1.0, 2.0], [2.0, 4.1]]])
    >>> network = ns.Network(ns.LeakyCurrent("tanh"), structure, size=100, rng=0)
    >>> run = ns.theory.effective_circuit(network).simulate(duration=60.0, start=[0.1])
    >>> run.kappa[0, [0, -1], 0].round(3)
    array([0.1  , 1.337])
    """
    columns = columns_of(network)
    unit_of(network.neuron)
    if mixture is None:
        declared = network.connectivity
        if isinstance(declared, GaussianMixtureLowRank) and declared.means.shape[1] == columns.total:
            mixture = declared
        else:
            mixture = moments_of(network)
    if not isinstance(mixture, GaussianMixtureLowRank):
        raise ParameterError(
            f"mixture must be a GaussianMixtureLowRank (got a {type(mixture).__name__}); try "
            f"analysis.populations(network).mixture."
        )
    if (mixture.rank, mixture.means.shape[1]) != (columns.rank, columns.total):
        raise ShapeError(
            f"mixture must have rank {columns.rank} and {columns.total} loadings, as the network (got rank "
            f"{mixture.rank} and {mixture.means.shape[1]}); try analysis.populations(network).mixture."
        )
    return EffectiveCircuit(network, mixture)
