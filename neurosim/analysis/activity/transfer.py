"""Transfer function of a network, measured with weak oscillating inputs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.engine.simulate import simulate
from neurosim.errors import ParameterError, ShapeError
from neurosim.network import Network
from neurosim.network_arguments import require_network
from neurosim.randomness import Seed, child, seed_sequence
from neurosim.results.result import Result
from neurosim.schemes import EULER
from neurosim.time_constants import duration_or, stepping_or, time_constants
from neurosim.validation import check_keywords, finite, positive, whole_number

__all__ = ["MeasuredTransfer", "transfer_function"]

DURATION, DISCARD = 400.0, 100.0
"""Default times, in slowest time constants of a unit."""


@dataclass(frozen=True, eq=False)
class MeasuredTransfer(Result, frequencies="cycles/time", values="rate/input", standard_errors="rate/input"):
    """Response of mean rates to weak oscillating inputs.

    Attributes
    ----------
    frequencies : ndarray, shape (frequencies,)
        Rounded to whole cycles of the duration; in cycles per time.
    values : ndarray of complex, shape (frequencies, units, channels)
    standard_errors : ndarray, shape (frequencies, units, channels)
        Of the real and of the imaginary part, over trials.
    """

    frequencies: np.ndarray
    values: np.ndarray
    standard_errors: np.ndarray


@check_keywords
def transfer_function(
    network: Network,
    frequencies: np.ndarray,
    amplitude: float = 0.1,
    *,
    trials: int = 8,
    duration: float | None = None,
    discard: float | None = None,
    dt: float | None = None,
    scheme: str | None = None,
    rng: Seed = None,
) -> MeasuredTransfer:
    """Transfer function from the input channels to the rates, measured with weak inputs at all frequencies at once.

    Each channel in turn is given the sum of the cosines, with random phases; the component of each rate at each
    frequency, divided by that of the input and averaged over trials, is its response. Activity that the input did not
    cause is averaged away, as one over the root of trials times duration. Without noise. A scheme of higher order holds
    the input during each step, for which the response is corrected; images of the held input leave an error of about
    1e-3 at steps of a tenth of the time constant.

    Parameters
    ----------
    network : Network
        With input channels.
    frequencies : ndarray, shape (frequencies,)
        In cycles per time, above 0.
    amplitude : float, optional
        Of each cosine. The response is linear as long as their sum changes currents by less than the width of the
        nonlinearity.
    trials : int, optional
        From different random initial states, two or more.
    duration, discard : float, optional
        Time that is measured, and the time before it. Default: 400 and 100 of the slowest time constant of a unit.
    dt, scheme, rng
        As in `neurosim.simulate`.

    Returns
    -------
    MeasuredTransfer
        To be compared with `neurosim.theory.transfer_function`.

    Raises
    ------
    ParameterError
        When the network has no inputs, or frequencies are less than one cycle of the duration apart.

    Notes
    -----
    One simulation of `trials` trials for each channel.

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> unit = ns.Network(ns.LeakyCurrent("linear"), ns.Explicit([[0.0]]), size=1, inputs=1, rng=0)
    >>> unit = unit.replace(input_weights=np.ones((1, 1)))
    >>> slow = 0.5 / np.pi  # the frequency at which a leaky unit turns by 45 degrees
    >>> found = ns.analysis.transfer_function(unit, np.array([slow]), trials=2, dt=0.01, rng=0)
    >>> round(float(np.abs(found.values[0, 0, 0])), 2)
    0.71
    """
    if not require_network(network).inputs:
        raise ParameterError("network must have input channels (got none); try Network(..., inputs=1).")
    if whole_number("trials", trials) < 2:
        raise ParameterError(f"trials must be at least 2 for a standard error (got {trials}); try 8.")
    constants = time_constants(network)
    step, tableau = stepping_or(network.stepping, dt, scheme, constants)
    steps, before = (
        max(1, round(duration_or(name, given, multiple, constants) / step))
        for name, given, multiple in (("duration", duration, DURATION), ("discard", discard, DISCARD))
    )
    cycles = _whole_cycles(frequencies, steps, step)
    circular = 2.0 * np.pi * cycles / steps
    phases = 2.0 * np.pi * np.random.default_rng(child(seed_sequence(rng), "phases")).random(cycles.size)
    angles = np.multiply.outer(np.arange(before + steps), circular) + phases
    course = positive("amplitude", amplitude) * np.cos(angles).sum(axis=1)
    # an input that is held during a step of a scheme of higher order lags by half a step, and is smoothed
    held = 1.0 if tableau == EULER else np.exp(-0.5j * circular) * np.sinc(0.5 * circular / np.pi)
    waves = np.exp(-1j * angles[before:]) * (2.0 / (steps * amplitude)) / held
    by_channel = []
    for channel in range(network.inputs):
        inputs = course[:, None] * np.eye(network.inputs)[channel]
        run = simulate(
            network,
            step * (before + steps),
            step,
            tableau.name,
            inputs=inputs,
            trials=trials,
            noise=None,
            record="rates",
            rng=child(seed_sequence(rng), f"channel {channel}"),
            progress=False,
        )
        by_channel.append(np.einsum("sf,tsu->tfu", waves, run.rates[:, before:-1], optimize=True))
    by_trial = np.stack(by_channel, axis=-1)
    deviations = np.abs(by_trial - by_trial.mean(axis=0)) ** 2
    errors = np.sqrt(0.5 * deviations.sum(axis=0) / (trials * (trials - 1)))
    return MeasuredTransfer(cycles / (steps * step), by_trial.mean(axis=0), errors)


def _whole_cycles(frequencies: np.ndarray, steps: int, step: float) -> np.ndarray:
    """Numbers of cycles in the duration, different for each frequency."""
    frequencies = finite("frequencies", frequencies, np.float64)
    if frequencies.ndim != 1 or not frequencies.size:
        raise ShapeError(
            f"frequencies must have one axis (got the shape {frequencies.shape}); try np.linspace."
        )
    cycles = np.rint(frequencies * steps * step)
    if cycles.min() < 1.0 or 2.0 * cycles.max() >= steps or len(np.unique(cycles)) < cycles.size:
        raise ParameterError(
            f"frequencies must be at least one cycle of the duration {steps * step:.6g} apart, from that up to half a "
            f"cycle a step (got {frequencies.tolist()}); try a longer duration, or multiples of "
            f"{1.0 / (steps * step):.3g}."
        )
    return cycles
