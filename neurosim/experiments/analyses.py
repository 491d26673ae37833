"""What an experiment can look at: a closed table of measurements and figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from neurosim.experiments import figures, measurement

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from neurosim.engine.trajectory import Trajectory
    from neurosim.experiments.figures import Case
    from neurosim.experiments.measurement import Measurement

__all__ = ["ANALYSES", "Analysis"]


@dataclass(frozen=True)
class Analysis:
    """Numbers of one network, a figure of all networks, and how far its prediction is to be trusted."""

    measure: Callable[[Trajectory, float], Measurement]
    draw: Callable[[Sequence[Case]], Axes]
    note: str = ""


MEAN_FIELD = "variance, half width: predicted for random weights of infinitely many units, without structure."

ANALYSES: dict[str, Analysis] = {
    "traces": Analysis(measurement.nothing, figures.traces),
    "heat_map": Analysis(measurement.nothing, figures.heat_map),
    "phase_portrait": Analysis(measurement.nothing, figures.phase_portrait),
    "spectrum": Analysis(
        measurement.spectrum, figures.spectrum, "radius, abscissa: predicted for infinitely many units."
    ),
    "autocorrelation": Analysis(measurement.correlation, figures.autocorrelation, MEAN_FIELD),
    "variance": Analysis(measurement.variance, figures.quantity("variance", "variance ⟨x²⟩"), MEAN_FIELD),
    "exponent": Analysis(
        measurement.exponent,
        figures.quantity("exponent", "largest Lyapunov exponent (1/time)"),
        "exponent: predicted for random weights of infinitely many units, without structure.",
    ),
    "coherence": Analysis(
        measurement.coherence,
        figures.quantity("coherence", "coherence χ"),
        "coherence: predicted to first order in J₁/g, an overestimate above 0.2; ± is the standard deviation "
        "over networks.",
    ),
    "overlap": Analysis(
        measurement.overlap,
        figures.quantity("overlap", "overlap κ"),
        "overlap: predicted for a fixed point of infinitely many units.",
    ),
}
