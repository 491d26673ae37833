"""Echo states: whether the activity of a driven network forgets where it started."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from neurosim.analysis.lyapunov.result import LyapunovSpectrum
from neurosim.analysis.lyapunov.spectrum import lyapunov_spectrum
from neurosim.engine.simulate import simulate
from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.network_arguments import require_undelayed
from neurosim.randomness import Seed, child, seed_sequence
from neurosim.results.result import Result
from neurosim.time_constants import noise_or
from neurosim.validation import check_keywords, require_memory, whole_number

__all__ = ["EchoStates", "echo_states"]

Verdict = Literal["echo states", "several responses", "sensitive", "undetermined"]
MET = 1e-6
"""Distance of two trajectories, relative to that of their starts, at which they count as one."""


@dataclass(frozen=True, eq=False)
class EchoStates(Result, exponent="1/time", confidence="1/time", times="time"):
    """Whether the response of a network to its input depends on the initial state.

    Attributes
    ----------
    verdict : {"echo states", "several responses", "sensitive", "undetermined"}
        "echo states": the exponent is below 0 by its interval, and all starts meet. "several responses": it is below 0,
        but some starts do not meet, since the driven network has several stable responses. "sensitive": it is above 0,
        and they do not meet. "undetermined": neither, for instance because the exponent is too close to 0 or the run
        too short.
    exponent : float
        Largest conditional Lyapunov exponent, that of small displacements under the same input.
    confidence : ndarray, shape (2,)
        Its 95 % interval, over the time of the run.
    times : ndarray, shape (samples,)
    distances : ndarray, shape (starts - 1, samples)
        Distance of each further trajectory to the first one, relative to that of their starts.
    spectrum : LyapunovSpectrum
        Of the first start.
    """

    verdict: Verdict
    exponent: float
    confidence: np.ndarray
    times: np.ndarray
    distances: np.ndarray
    spectrum: LyapunovSpectrum

    @property
    def present(self) -> bool:
        """Whether the network has echo states."""
        return self.verdict == "echo states"

    @property
    def meet(self) -> np.ndarray:
        """Whether each further trajectory meets the first one, shape (starts - 1,)."""
        return self.distances[:, -1] < MET


@check_keywords
def echo_states(
    network: Network,
    duration: float | None = None,
    dt: float | None = None,
    scheme: str | None = None,
    *,
    inputs: Any = None,
    noise: Any = "network",
    discard: float | None = None,
    starts: int = 4,
    threads: int | None = None,
    progress: bool | None = None,
    rng: Seed = None,
) -> EchoStates:
    """Conditional Lyapunov exponent of a driven network, and whether trajectories from several starts meet.

    A network has the echo state property for an input if its state depends on the past of the input alone, so that
    trajectories from different starts meet. Then the largest exponent of displacements under that input is negative.
    The converse holds for starts that are close; several stable responses have negative exponents too, which is why
    both are measured.

    Parameters
    ----------
    network : Network
    duration, dt, scheme, inputs, noise, discard, threads, progress, rng : optional
        As in `lyapunov_spectrum`; inputs and noise are the same for all starts.
    starts : int, optional
        Number of trajectories, from N(0, 1) around the starting state of the network; at least 2.

    Returns
    -------
    EchoStates

    Raises
    ------
    ParameterError
        For fewer than two starts, and as `lyapunov_spectrum`.

    Notes
    -----
    Starts that meet do not prove that all would. Cost: once to twice that of one trajectory for the exponent, and the
    simulation of the starts.

    References
    ----------
    H. Jaeger, GMD Report 148 (2001), Definition 1. I. B. Yildiz, H. Jaeger, S. J. Kiebel, Neural Netw. 35, 1 (2012). G.
    Manjunath, H. Jaeger, Neural Comput. 25, 671 (2013).

    Examples
    --------
    Input suppresses chaos: a network that is chaotic by itself forgets its start when it is driven.

    >>> import numpy as np
    >>> import neurosim as ns
    >>> network = ns.Network(ns.LeakyRate("tanh"), ns.Gaussian(1.5), size=60, inputs=1, rng=0)
    >>> weak, strong = (
    ...     ns.analysis.echo_states(network, 200.0, 0.1, inputs=lambda t, a=a: np.array([a * np.sin(t)]), rng=1)
    ...     for a in (0.0, 10.0)
    ... )
    >>> weak.present, strong.present
    (False, True)
    """
    require_undelayed(network, "analysis.echo_states")
    if whole_number("starts", starts) < 2:
        raise ParameterError(f"starts must be at least 2, trajectories that may meet (got {starts}).")
    seed = seed_sequence(rng)
    states = _draw_starts(network, starts, np.random.default_rng(child(seed, "starts")))
    spectrum = lyapunov_spectrum(
        network,
        1,
        duration,
        dt,
        scheme,
        inputs=inputs,
        noise=noise,
        discard=discard,
        initial_state=states[0],
        threads=threads,
        progress=progress,
        rng=seed,
    )
    times, distances = _distances(network, spectrum, states, inputs, noise, seed, threads)
    return EchoStates(
        verdict=_verdict(spectrum, distances),
        exponent=float(spectrum.values[0]),
        confidence=spectrum.confidence[:, 0],
        times=times,
        distances=distances,
        spectrum=spectrum,
    )


def _draw_starts(network: Network, count: int, draw: np.random.Generator) -> np.ndarray:
    require_memory(16.0 * count * network.dimensions, f"starts = {count} states", "Take fewer starts.")
    center = network.starting_state().astype(np.float64)
    states = np.repeat(center[None], count, axis=0)
    states.reshape(count, network.size, -1)[..., 0] += draw.standard_normal((count, network.size))
    return states


def _distances(
    network: Network,
    spectrum: LyapunovSpectrum,
    states: np.ndarray,
    inputs: Any,
    noise: Any,
    seed: Any,
    threads: int | None,
) -> tuple[np.ndarray, np.ndarray]:
    """Times, and distances of the trajectories from the first one, each a simulation of one trial by itself."""
    whole = spectrum.discard + spectrum.duration
    steps = round(whole / spectrum.dt)
    every = max(1, steps // 200)
    given = np.asarray(inputs)[:steps] if isinstance(inputs, np.ndarray) and inputs.ndim == 2 else inputs
    runs = [
        simulate(
            network,
            steps * spectrum.dt,
            spectrum.dt,
            spectrum.scheme,
            given,
            initial_state=state,
            noise=noise_or(network.stepping, noise),
            record="states",
            every=every,
            rng=seed,
            threads=threads,
            progress=False,
        )
        for state in states
    ]
    first, *others = (run.states[0].reshape(len(run.times), -1) for run in runs)
    apart = np.array([np.linalg.norm(other - first, axis=1) for other in others])
    return runs[0].times, apart / apart[:, :1]


def _verdict(spectrum: LyapunovSpectrum, distances: np.ndarray) -> Verdict:
    low, high = spectrum.confidence[:, 0]
    meet = bool((distances[:, -1] < MET).all())
    if high < 0.0:
        return "echo states" if meet else "several responses"
    return "sensitive" if low > 0.0 and not meet else "undetermined"
