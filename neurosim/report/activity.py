"""Sections on what a network does by itself: fluctuations, dimension, chaos, each beside its theory."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from neurosim import analysis, plotting, theory
from neurosim.errors import NeurosimError
from neurosim.randomness import child, seed_sequence
from neurosim.report.section import Drawing, Number, Section
from neurosim.report.subject import Subject

__all__ = ["activity", "chaos"]

EXPONENTS = 50
AVERAGED = 300.0
"""Time that exponents are averaged over, in the slowest time constant of a unit."""
RANDOM = "; theory of infinitely many random weights"


def activity(subject: Subject) -> Section:
    """Variance, time scales and dimension of the activity without input."""
    section = Section("Activity by itself", subject.settings)
    section.drawings.append(
        Drawing("traces", "Ten units, transient included", lambda ax: _traces(subject, ax), (7.2, 2.8))
    )
    with section.attempt("fluctuations, time scales, dimension"):
        subject.require_motion()
        with section.attempt("autocorrelation"):
            _autocorrelation(section, subject)
        with section.attempt("dimension"):
            _dimension(section, subject)
    return section


def _traces(subject: Subject, ax: Any) -> None:
    plotting.traces(subject.run, ax=ax)
    ax.axvspan(0.0, subject.discard, color="black", alpha=0.06, linewidth=0.0)
    ax.set_xlim(0.0, min(2.0 * subject.discard, subject.run.times[-1]))


def _autocorrelation(section: Section, subject: Subject) -> None:
    measured = analysis.autocorrelation(subject.run, discard=subject.discard)
    step = subject.clock.map
    predicted = _theory(
        section, "mean-field autocorrelation", lambda: theory.autocorrelation(subject.network, dt=step)
    )
    scatter = float(measured.by_trial[:, 0].std(ddof=1) / np.sqrt(len(measured.by_trial)))
    section.numbers["mean square of the states"] = Number.within(
        float(measured.values[0]),
        scatter,
        predicted=None if predicted is None else predicted.variance,
        trust=f"± 2 standard errors over trials{_beside(predicted)}",
    )
    section.drawings.append(
        Drawing("autocorrelation", "Autocorrelation", partial(_draw_correlation, measured, predicted))
    )
    with section.attempt("time scales of the activity"):
        scales = analysis.timescales(measured)
        expected = (
            None
            if predicted is None
            else _theory(section, "predicted time scales", lambda: analysis.timescales(predicted))
        )
        for name, title in (
            ("half_width", "half width"),
            ("decay", "decay to 1/e"),
            ("integral", "integral"),
        ):
            section.numbers[f"autocorrelation: {title}"] = Number.within(
                getattr(scales, name),
                scales.standard_errors.get(name),
                "time",
                predicted=None if expected is None else getattr(expected, name),
                trust=f"± 2 standard errors over trials{_beside(expected)}",
            )


def _draw_correlation(measured: Any, predicted: Any, ax: Any) -> None:
    plotting.autocorrelation(measured, predicted, ax=ax)
    try:
        longest = 8.0 * analysis.half_width(measured)
    except NeurosimError:
        return
    ax.set_xlim(0.0, min(longest, measured.lags[-1]))


def _dimension(section: Section, subject: Subject) -> None:
    found = analysis.participation_ratio(subject.run, discard=subject.discard)
    step = subject.clock.map
    predicted = _theory(section, "predicted dimension", lambda: theory.dimension(subject.network, dt=step))
    section.numbers["participation ratio of the states"] = Number.within(
        found.participation_ratio,
        found.standard_error,
        "dimensions",
        predicted=None if predicted is None else predicted.states * found.units,
        trust=f"± 2 standard errors over blocks of time; attractors of all trials together{_beside(predicted)}",
    )
    components = analysis.principal_components(subject.run, discard=subject.discard)
    count = int(np.searchsorted(np.cumsum(components.shares), 0.9) + 1)
    section.numbers["components for 90 % of the variance"] = Number(
        count, trust="of this recording, biased downwards"
    )
    caption = "Variance along principal components"
    section.drawings.append(
        Drawing("dimension", caption, partial(plotting.component_variances, components, found))
    )


def chaos(subject: Subject) -> Section:
    """Lyapunov exponents of the autonomous network."""
    dimensions = subject.network.size * len(subject.network.neuron.variables())
    count = min(subject.affordable(EXPONENTS, 2, least=2), dimensions)
    duration = subject.steps(AVERAGED)
    section = Section(
        "Lyapunov exponents",
        f"The {count} largest of {dimensions}, one random start, no input, no noise; {subject.clock}; averaged over "
        f"{duration:g} of time; intervals hold 95 % along this trajectory, other weights differ more.",
    )
    with section.attempt("Lyapunov exponents"):
        found = analysis.lyapunov_spectrum(
            subject.network.replace(initial_state=None),
            count,
            duration=duration,
            dt=subject.clock.dt,
            scheme=subject.clock.scheme,
            discard=subject.steps(100.0),
            progress=False,
            rng=child(seed_sequence(subject.seed), "exponents"),
        )
        step = subject.clock.map
        predicted = _theory(
            section, "predicted exponent", lambda: float(theory.lyapunov_exponent(subject.network, dt=step))
        )
        _exponents(section, found, predicted)
    return section


def _exponents(section: Section, found: analysis.LyapunovSpectrum, predicted: float | None) -> None:
    trust = (
        "both halves of the run agree" if found.converged else "not converged: the halves of the run differ"
    )
    low, high = found.confidence[:, 0]
    section.numbers["largest exponent"] = Number(
        float(found.values[0]), "1/time", float(low), float(high), predicted, f"{trust}{_beside(predicted)}"
    )
    for name, value, ends, unit in (
        ("Kaplan–Yorke dimension", found.dimension, found.dimension_confidence, "dimensions"),
        ("entropy rate (bound)", found.entropy_rate, found.entropy_rate_confidence, "1/time"),
    ):
        if np.isfinite(value):
            section.numbers[name] = Number(value, unit, float(ends[0]), float(ends[1]), trust=trust)
        else:
            section.missing[name] = f"needs more than the {found.values.size} exponents that were computed."
    caption = "Lyapunov spectrum with 95 % intervals"
    section.drawings.append(
        Drawing("lyapunov", caption, partial(plotting.lyapunov_spectrum, found, predicted))
    )


def _beside(predicted: Any) -> str:
    return "" if predicted is None else RANDOM


def _theory(section: Section, what: str, compute: Callable[[], Any]) -> Any:
    """Prediction, or None with the reason in the section."""
    with section.attempt(what):
        return compute()
    return None
