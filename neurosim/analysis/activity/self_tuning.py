"""Self-tuned coherent chaos: a simulation beside the state that theory predicts for a strong mode."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.analysis.activity.coherence import coherent_mode
from neurosim.analysis.activity.recording import recording
from neurosim.engine.trajectory import Trajectory
from neurosim.network_arguments import require_undelayed
from neurosim.results.result import Result
from neurosim.theory.coherence import SelfTunedState, self_tuned_state
from neurosim.theory.unit import unit_of
from neurosim.validation import instance_of

__all__ = ["SelfTuning", "self_tuning"]

# Relative deviations from theory that count as agreement: finite strengths and some hundred units make 1 to 3 %.
SLOPE, PERIOD = 0.03, 0.06
# Largest fluctuation of a constant mode, and largest residual, relative to the mode.
STEADY = 0.1


@dataclass(frozen=True, eq=False)
class SelfTuning(Result, period="time"):
    r"""Coherent mode :math:`\bar h` of a network with one strong mode, beside the state that theory predicts.

    Attributes
    ----------
    leading_eigenvalue : complex
        :math:`\lambda_1` of the recurrent weights, that of the largest real part.
    gap : float
        Real part of :math:`\lambda_1` minus that of the next eigenvalue (of a pair, the next pair).
    predicted : neurosim.theory.SelfTunedState
        Its amplitude and its period in units of the neuron's time constant.
    amplitude : ndarray, shape (trials,)
        Mean of :math:`|\bar h|` over time.
    fluctuation : ndarray, shape (trials,)
        Standard deviation of :math:`\bar h` in time.
    period : ndarray, shape (trials,)
        Mean time between upward zero crossings of :math:`\bar h`; infinite for fewer than two.
    slope : ndarray, shape (trials,)
        :math:`\mathrm{Re}\,\lambda_1` times the average of :math:`\phi'(\bar h)` over time: 1 in the predicted state.
    residual : ndarray, shape (trials,)
        Root mean square of the activity orthogonal to the mode, divided by that of the mode: near 0 in the predicted
        state.
    reached : ndarray of bool, shape (trials,)
        Whether each trial is in the predicted state: the slope within 3 % of 1, the residual at most 0.1, and a mode
        that is constant within 10 % for a real :math:`\lambda_1`, or has the period within 6 % for a complex one.
    """

    leading_eigenvalue: complex
    gap: float
    predicted: SelfTunedState
    amplitude: np.ndarray
    fluctuation: np.ndarray
    period: np.ndarray
    slope: np.ndarray
    residual: np.ndarray
    reached: np.ndarray


def self_tuning(
    run: Trajectory, mode: np.ndarray | None = None, *, discard: float | None = None
) -> SelfTuning:
    """Compare a simulated network of one strong mode with the self-tuned state of theory.

    A network may have other attractors beside that state; see `neurosim.theory.self_tuned_state`.

    Parameters
    ----------
    run : Trajectory
        Of a network of tanh units in current form with ``RowBalanced(...) + Coherent(strength)``, for some periods of
        the predicted oscillation.
    mode : ndarray, shape (units,), optional
        Direction, as in `coherent_mode`.
    discard : float, optional
        Time to discard at the beginning. Default: half of the run.

    Returns
    -------
    SelfTuning

    Raises
    ------
    ParameterError
        When the network falls silent in theory: no eigenvalue has a real part above 1.

    Notes
    -----
    Costs the eigenvalues of the weights, about 25 units³.

    References
    ----------
    I. D. Landau, H. Sompolinsky, PLoS Comput. Biol. 14, e1006309 (2018).
    """
    instance_of("run", run, Trajectory, "try ns.simulate(network, ...)")
    discard = 0.5 * float(run.times[-1]) if discard is None else discard
    values, interval = recording(run, discard=discard)
    along = coherent_mode(run, mode, discard=discard)
    network = require_undelayed(run.network, "analysis.self_tuning", "run.network")
    eigenvalues = network.recurrent.eigenvalues()
    eigenvalues = eigenvalues[np.lexsort((-eigenvalues.imag, -eigenvalues.real))]
    leading = complex(eigenvalues[0])
    predicted, tau = self_tuned_state(leading), unit_of(run.network.neuron).tau
    others = eigenvalues[2 if leading.imag else 1 :]
    squares = np.mean(along**2, axis=1)
    amplitude, fluctuation = np.abs(along).mean(axis=1), along.std(axis=1)
    period = np.array([_period(each) for each in along]) * interval
    slope = leading.real * np.mean(1.0 - np.tanh(along) ** 2, axis=1)
    residual = np.sqrt(np.maximum(np.mean(values**2, axis=(1, 2)) / squares - 1.0, 0.0))
    if leading.imag:
        right = np.abs(period / (tau * predicted.period) - 1.0) <= PERIOD
    else:
        right = fluctuation <= STEADY * amplitude
    return SelfTuning(
        leading_eigenvalue=leading,
        gap=float(leading.real - others[0].real) if others.size else float("inf"),
        predicted=predicted,
        amplitude=amplitude,
        fluctuation=fluctuation,
        period=period,
        slope=slope,
        residual=residual,
        reached=right & (np.abs(slope - 1.0) <= SLOPE) & (residual <= STEADY),
    )


def _period(mode: np.ndarray) -> float:
    """Mean number of samples between upward zero crossings, interpolated linearly; infinite for fewer than two."""
    before = np.flatnonzero((mode[:-1] < 0.0) & (mode[1:] >= 0.0))
    if before.size < 2:
        return float("inf")
    crossings = before + mode[before] / (mode[before] - mode[before + 1])
    return float((crossings[-1] - crossings[0]) / (before.size - 1))
