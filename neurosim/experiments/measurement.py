"""Numbers that the analyses take from one simulated network, each beside what theory predicts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from neurosim import analysis, theory
from neurosim.analysis.activity.recording import recording
from neurosim.connectivity.operator import Operator
from neurosim.errors import ParameterError
from neurosim.theory.dimension import dimension
from neurosim.theory.rank_one import overlap as predicted_overlap

if TYPE_CHECKING:
    from neurosim.engine.trajectory import Trajectory
    from neurosim.network import Network

__all__ = [
    "Measurement",
    "Quantity",
    "coherence",
    "correlation",
    "exponent",
    "nothing",
    "overlap",
    "spectrum",
    "variance",
]

Result = TypeVar("Result")

# Modes whose cosine is below this count as orthogonal; the weights may be in single precision.
ORTHOGONAL = 1e-5


@dataclass(frozen=True)
class Quantity:
    """One number: measured, predicted by theory, and the standard deviation expected over networks.

    None where this network has no such number, where no theory describes it, and where no spread is known.
    """

    measured: float | None
    predicted: float | None = None
    spread: float | None = None


@dataclass(frozen=True, eq=False)
class Measurement:
    """Quantities by name, and the result that a figure draws."""

    quantities: dict[str, Quantity]
    result: Any = None


def nothing(run: Trajectory, discard: float) -> Measurement:  # noqa: ARG001
    """No numbers: the figure is all there is."""
    return Measurement({})


def variance(run: Trajectory, discard: float) -> Measurement:
    """Mean square of the states, beside mean-field theory."""
    square = float(np.mean(recording(run, discard=discard).values ** 2, dtype=np.float64))
    predicted = _defined(lambda: theory.variance(_random_part(run.network)))
    return Measurement({"variance": Quantity(square, predicted)})


def correlation(run: Trajectory, discard: float) -> Measurement:
    """Mean autocorrelation: its value and width at half height, beside mean-field theory."""
    longest = 0.25 * (run.times[-1] - discard)
    measured = analysis.autocorrelation(run, discard=discard, longest=longest)
    square, width = float(measured.values[0]), _defined(lambda: analysis.half_width(measured))
    predicted = _defined(lambda: theory.autocorrelation(_random_part(run.network)))
    theory_square = theory_width = None
    if predicted is not None:
        theory_square, theory_width = predicted.variance, _defined(lambda: analysis.half_width(predicted))
    quantities = {"variance": Quantity(square, theory_square), "half width": Quantity(width, theory_width)}
    return Measurement(quantities, (measured, predicted))


def spectrum(run: Trajectory, discard: float) -> Measurement:  # noqa: ARG001
    """Largest modulus and real part of the eigenvalues of the weights, beside random-matrix theory.

    Outside the disc of the random part are the eigenvalues that the structure has on its own.
    """
    result, operator = analysis.spectrum(run.network), run.network.recurrent
    own = np.zeros(1)
    if operator.left is not None and operator.right is not None:
        own = np.linalg.eigvals(operator.right.T @ operator.left)
    radius = max(result.predicted_radius, float(np.abs(own).max()))
    abscissa = max(result.predicted_radius, float(own.real.max()))
    numbers = {"radius": Quantity(result.radius, radius), "abscissa": Quantity(result.abscissa, abscissa)}
    return Measurement(numbers, result)


def coherence(run: Trajectory, discard: float) -> Measurement:
    r"""Coherence of the mode that the structure drives, beside first-order theory and its spread.

    The variance along one direction differs between networks by the relative standard deviation
    :math:`\sqrt{2 / PR}`, with the participation ratio PR of the rates where the mode is driven by them, and
    of the states where it is only one direction among many.
    """
    measured = analysis.coherence(run, discard=discard)
    random = _defined(lambda: theory.autocorrelation(_random_part(run.network)))
    if random is None or random.variance == 0.0:
        return Measurement({"coherence": Quantity(measured)})
    size, strength = run.network.size, _strength(run.network.recurrent)
    predicted = float(theory.coherence(strength, random.gain, size))
    fractions = _defined(lambda: dimension(_random_part(run.network)))
    if fractions is None:
        return Measurement({"coherence": Quantity(measured, predicted)})
    ratio = (strength / random.gain) ** 2
    driven, any_other = ratio / np.sqrt(fractions.rates), 1.0 / size / np.sqrt(fractions.states)
    square = np.hypot(driven, any_other) / (1.0 + ratio)
    spread = float(square * np.sqrt(2.0 / size) / (2.0 * predicted))
    return Measurement({"coherence": Quantity(measured, predicted, spread)})


def overlap(run: Trajectory, discard: float) -> Measurement:
    r"""Overlap :math:`\kappa = n^T \phi / N` with rank-one structure, beside the theory of a fixed point.

    Averaged over time; of several trials the root mean square, since they may end at either sign.
    """
    right = run.network.recurrent.right
    if right is None or right.shape[1] != 1:
        raise ParameterError(
            f"network.recurrent has a part of rank {run.network.recurrent.rank}, and the overlap is with "
            f"structure of rank one; add a LowRank or GaussianLowRank connectivity."
        )
    along = recording(run.rates, dt=run.dt, discard=discard).values @ right[:, 0]
    square = np.mean(np.mean(along, axis=1, dtype=np.float64) ** 2)
    predicted = _defined(lambda: predicted_overlap(run.network))
    return Measurement({"overlap": Quantity(float(np.sqrt(square)), predicted)})


def exponent(run: Trajectory, discard: float) -> Measurement:
    """Largest Lyapunov exponent along the trajectory, in 1/time, beside mean-field theory."""
    settings = run.settings
    result = analysis.lyapunov_spectrum(
        run.network,
        1,
        run.times[-1] - discard,
        settings.dt,
        settings.scheme,
        noise=settings.noise,
        discard=discard,
        progress=False,
        rng=settings.seed,
    )
    predicted = _defined(lambda: float(theory.lyapunov_exponent(_random_part(run.network))))
    return Measurement({"exponent": Quantity(float(result.values[0]), predicted)}, result)


def _defined(result: Callable[[], Result]) -> Result | None:
    """Result, or None where theory does not describe the network, or the activity has no such number."""
    try:
        return result()
    except ParameterError:
        return None


def _random_part(network: Network) -> Network:
    """Network without structure that reads nothing of what it drives: it leaves single units alone."""
    operator = network.recurrent
    if operator.left is None or operator.right is None:
        return network
    lengths = float(np.linalg.norm(operator.left) * np.linalg.norm(operator.right))
    if operator.base is None or np.abs(operator.right.T @ operator.left).max() > ORTHOGONAL * lengths:
        raise ParameterError(
            "network.recurrent has structure that acts on itself, which this theory does not describe; "
            "compare with theory.overlap."
        )
    return network.replace(recurrent=Operator(operator.base))


def _strength(operator: Operator) -> float:
    r"""Strength J of the structure :math:`J \xi \nu^T / \sqrt N` with modes of norm √N."""
    if operator.left is None or operator.right is None:
        return 0.0
    return float(np.linalg.norm(operator.left) * np.linalg.norm(operator.right) / np.sqrt(operator.size))
