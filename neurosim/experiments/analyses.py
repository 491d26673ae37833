"""Analyses of an experiment: what each measures in a network, what theory predicts, and the figure of all networks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from neurosim import analysis, theory
from neurosim.analysis.activity.recording import recording
from neurosim.connectivity.operator import Operator
from neurosim.errors import ParameterError
from neurosim.experiments import figures
from neurosim.experiments.quantities import Case, Measurement, Quantity
from neurosim.network_arguments import require_undelayed
from neurosim.theory.dimension import dimension
from neurosim.theory.rank_one import overlap as predicted_overlap

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from neurosim.engine.trajectory import Trajectory
    from neurosim.network import Network

__all__ = ["ANALYSES", "Analysis"]

Value = TypeVar("Value")

# Vectors whose cosine is below this count as orthogonal; weights may be in single precision.
ORTHOGONAL = 1e-5
# Mean square below which activity has decayed.
SILENT = 1e-12


@dataclass(frozen=True)
class Analysis:
    """One analysis: quantities of a network, a figure of all networks, and a note on the prediction.

    Attributes
    ----------
    measure : callable
        Function of (run, discard) that returns a `Measurement`.
    draw : callable
        Function of the cases of all networks that returns axes.
    note : str
        Assumptions of the prediction, printed below the table.
    """

    measure: Callable[[Trajectory, float], Measurement]
    draw: Callable[[Sequence[Case]], Axes]
    note: str = ""


def nothing(run: Trajectory, discard: float) -> Measurement:  # noqa: ARG001
    """No quantity, for analyses that only draw a figure."""
    return Measurement({})


def variance(run: Trajectory, discard: float) -> Measurement:
    """Mean square of the states, with the mean-field prediction."""
    square = float(np.mean(recording(run, discard=discard).values ** 2, dtype=np.float64))
    predicted = _or_none(lambda: theory.variance(_random_part(run.network)))
    return Measurement({"variance": Quantity(square, predicted)})


def correlation(run: Trajectory, discard: float) -> Measurement:
    """Mean autocorrelation: value at lag zero and half width at half maximum, with the mean-field predictions."""
    longest = 0.25 * (run.times[-1] - discard)
    measured = analysis.autocorrelation(run, discard=discard, longest=longest)
    square, width = float(measured.values[0]), None
    if not _is_silent(run, discard):
        width = _or_none(lambda: analysis.half_width(measured))
    predicted = _or_none(lambda: theory.autocorrelation(_random_part(run.network)))
    theory_square = theory_width = None
    if predicted is not None:
        theory_square, theory_width = predicted.variance, _or_none(lambda: analysis.half_width(predicted))
    quantities = {"variance": Quantity(square, theory_square), "half width": Quantity(width, theory_width)}
    return Measurement(quantities, (measured, predicted))


def spectrum(run: Trajectory, discard: float) -> Measurement:  # noqa: ARG001
    """Spectral radius and abscissa of the recurrent weights, with the prediction of random-matrix theory.

    Predicted is the larger of the radius of the random part and that of the low-rank part alone.
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
    r"""Coherence along the output mode of the low-rank part, with its prediction to first order and its spread.

    The variance along one direction differs between networks by the relative standard deviation
    :math:`\sqrt{2 / PR}`, with the participation ratio PR of the rates for a mode that is driven by them, and
    of the states for any other direction.
    """
    measured = analysis.coherence(run, discard=discard)
    random = _or_none(lambda: theory.autocorrelation(_random_part(run.network)))
    if random is None or random.variance == 0.0:
        return Measurement({"coherence": Quantity(measured)})
    size, strength = run.network.size, _strength(run.network.recurrent)
    predicted = float(theory.coherence(strength, random.gain, size))
    fractions = _or_none(lambda: dimension(_random_part(run.network)))
    if fractions is None:
        return Measurement({"coherence": Quantity(measured, predicted)})
    ratio = (strength / random.gain) ** 2
    driven, any_other = ratio / np.sqrt(fractions.rates), 1.0 / size / np.sqrt(fractions.states)
    square = np.hypot(driven, any_other) / (1.0 + ratio)
    spread = float(square * np.sqrt(2.0 / size) / (2.0 * predicted))
    return Measurement({"coherence": Quantity(measured, predicted, spread)})


def overlap(run: Trajectory, discard: float) -> Measurement:
    r"""Overlap :math:`\kappa = n^T \phi / N` with rank-one structure, with the prediction for a fixed point.

    Mean over time, root mean square over trials (the sign depends on the initial state).
    """
    right = run.network.recurrent.right
    if right is None or right.shape[1] != 1:
        raise ParameterError(
            f"network.recurrent must have a low-rank part of rank 1 (got rank {run.network.recurrent.rank}); "
            f"add a LowRank or GaussianLowRank connectivity."
        )
    along = recording(run.rates, dt=run.dt, discard=discard).values @ right[:, 0]
    square = np.mean(np.mean(along, axis=1, dtype=np.float64) ** 2)
    predicted = _or_none(lambda: predicted_overlap(run.network))
    return Measurement({"overlap": Quantity(float(np.sqrt(square)), predicted)})


def exponent(run: Trajectory, discard: float) -> Measurement:
    """Largest Lyapunov exponent along the trajectory, in 1/time, with the mean-field prediction."""
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
    predicted = _or_none(lambda: float(theory.lyapunov_exponent(_random_part(run.network))))
    return Measurement({"exponent": Quantity(float(result.values[0]), predicted)}, result)


def participation(run: Trajectory, discard: float) -> Measurement:
    """Participation ratio of the states divided by the number of units, with the prediction of cavity theory."""
    measured = None
    if not _is_silent(run, discard):
        measured = analysis.participation_ratio(run, discard=discard).fraction
    predicted = _or_none(lambda: dimension(_random_part(run.network)).states)
    return Measurement({"dimension": Quantity(measured, predicted)})


def _is_silent(run: Trajectory, discard: float) -> bool:
    """Whether the activity has decayed, so that its correlations are those of rounding or of a last transient."""
    return float(np.mean(recording(run, discard=discard).values ** 2, dtype=np.float64)) < SILENT


def _or_none(compute: Callable[[], Value]) -> Value | None:
    """Value of a function, or None if the theory does not apply or the activity has no such number."""
    try:
        return compute()
    except ParameterError:
        return None


def _random_part(network: Network) -> Network:
    """Network without its low-rank part; raises unless that part has no feedback on itself (right · left = 0)."""
    operator = require_undelayed(network, "the theory of the random part").recurrent
    if operator.left is None or operator.right is None:
        return network
    lengths = float(np.linalg.norm(operator.left) * np.linalg.norm(operator.right))
    if operator.base is None or np.abs(operator.right.T @ operator.left).max() > ORTHOGONAL * lengths:
        raise ParameterError(
            "network.recurrent has a low-rank part with feedback on itself, to which this theory does not apply; "
            "compare with theory.overlap."
        )
    return network.replace(recurrent=Operator(operator.base, pattern=operator.pattern))


def _strength(operator: Operator) -> float:
    r"""Strength J of rank-one structure :math:`J \xi \nu^T / \sqrt N` with modes of norm √N."""
    if operator.left is None or operator.right is None:
        return 0.0
    return float(np.linalg.norm(operator.left) * np.linalg.norm(operator.right) / np.sqrt(operator.size))


MEAN_FIELD = (
    "variance, half width: predicted for infinitely many units with random weights, without low-rank part."
)

ANALYSES: dict[str, Analysis] = {
    "traces": Analysis(nothing, figures.traces),
    "heat_map": Analysis(nothing, figures.heat_map),
    "phase_portrait": Analysis(nothing, figures.phase_portrait),
    "spectrum": Analysis(
        spectrum,
        figures.spectrum,
        "radius, abscissa: predicted for infinitely many units with random weights.",
    ),
    "autocorrelation": Analysis(correlation, figures.autocorrelation, MEAN_FIELD),
    "variance": Analysis(variance, figures.quantity("variance", "variance ⟨x²⟩"), MEAN_FIELD),
    "exponent": Analysis(
        exponent,
        figures.quantity("exponent", "largest Lyapunov exponent (1/time)"),
        "exponent: predicted for infinitely many units with random weights, without low-rank part.",
    ),
    "dimension": Analysis(
        participation,
        figures.quantity("dimension", "participation ratio / units"),
        "dimension: participation ratio of the states per unit, predicted for infinitely many units with independent "
        "random weights.",
    ),
    "coherence": Analysis(
        coherence,
        figures.quantity("coherence", "coherence χ"),
        "coherence: predicted to first order in J₁/g; ± is the standard deviation over networks.",
    ),
    "overlap": Analysis(
        overlap,
        figures.quantity("overlap", "overlap κ"),
        "overlap: predicted for a fixed point of infinitely many units.",
    ),
}
