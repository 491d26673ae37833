"""Sections on the autonomous activity: variance, time scales, dimension and Lyapunov exponents, with theory."""

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
from neurosim.time_constants import time_constants

__all__ = ["activity", "chaos"]

EXPONENTS = 50
LARGEST = 300
"""Units up to which the covariance of a given network is predicted, within a second or two."""
AVERAGED, TRANSIENT = 300.0, 100.0
"""Duration over which exponents are averaged, and what is left out before it, in slowest time constants of a unit."""


def activity(subject: Subject) -> Section:
    """Variance, time scales and dimension of the activity without input."""
    section = Section("Autonomous activity", subject.settings)
    section.drawings.append(
        Drawing("traces", "Ten units, transient (gray) included", partial(_traces, subject), (7.2, 2.8))
    )
    with section.attempt("fluctuations, time scales, dimension"):
        subject.require_fluctuations()
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
    step = subject.map_step
    predicted = _predict(
        section, "mean-field autocorrelation", lambda: theory.autocorrelation(subject.network, dt=step)
    )
    error = float(measured.by_trial[:, 0].std(ddof=1) / np.sqrt(len(measured.by_trial)))
    section.numbers["mean square of the states"] = Number.with_error(
        float(measured.values[0]),
        error,
        predicted=None if predicted is None else predicted.variance,
        reliability="± 2 standard errors over trials",
    )
    section.drawings.append(
        Drawing(
            "autocorrelation", "Autocorrelation", partial(_draw_correlation, measured, predicted), share="y"
        )
    )
    with section.attempt("time scales of the activity"):
        scales = analysis.timescales(measured)
        expected = None
        if predicted is not None and predicted.variance > 0.0:
            expected = _predict(section, "predicted time scales", lambda: analysis.timescales(predicted))
        for name, title in (
            ("half_width", "half width at half maximum"),
            ("decay", "decay to 1/e"),
            ("integral", "integral"),
        ):
            section.numbers[f"autocorrelation: {title}"] = Number.with_error(
                getattr(scales, name),
                scales.standard_errors.get(name),
                "time",
                predicted=None if expected is None else getattr(expected, name),
                reliability="± 2 standard errors over trials",
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
    step = subject.map_step
    predicted = _predict(section, "predicted dimension", lambda: theory.dimension(subject.network, dt=step))
    section.numbers["participation ratio of the states"] = Number.with_error(
        found.participation_ratio,
        found.standard_error,
        "dimensions",
        predicted=None if predicted is None else predicted.states * found.units,
        reliability="± 2 standard errors over blocks of time; all trials together, whatever attractor each reached",
    )
    if subject.network.size <= LARGEST:
        own = _predict(
            section, "dimension of these very weights", lambda: theory.covariance(subject.network, dt=step)
        )
        if own is not None:
            section.numbers["participation ratio of the states, linear theory of these weights"] = Number(
                own.dimension.states * found.units,
                "dimensions",
                reliability=f"no measurement; its slowest mode decays within {own.slowest:.3g}, and modes much slower "
                "than the activity of a unit come out too large",
            )
    components = analysis.principal_components(subject.run, discard=subject.discard)
    count = int(np.searchsorted(np.cumsum(components.shares), 0.9) + 1)
    section.numbers["components for 90 % of the variance"] = Number(
        count, reliability="of this recording; short recordings give too few"
    )
    if len(components.shares) > 2:
        caption = "Variance along principal components"
        draw = partial(plotting.component_variances, components, found)
        section.drawings.append(Drawing("dimension", caption, draw, share="y"))


def chaos(subject: Subject) -> Section:
    """Lyapunov exponents of the autonomous network."""
    dimensions = subject.network.dimensions
    count = min(subject.affordable(EXPONENTS, 2, least=2), dimensions)
    duration = subject.span(AVERAGED)
    section = Section(
        "Lyapunov exponents",
        f"The {count} largest of {dimensions}; one random initial state, no input, no noise; {subject.convention}; "
        f"averaged over {subject.in_words(duration)}. Intervals hold 95 % along this trajectory; another initial state "
        f"may reach another attractor, and other weights differ more.",
    )
    with section.attempt("Lyapunov exponents"):
        found = section.result = analysis.lyapunov_spectrum(
            subject.autonomous,
            count,
            duration=duration,
            dt=subject.stepping.dt,
            scheme=subject.stepping.scheme,
            discard=subject.span(TRANSIENT),
            progress=False,
            rng=child(seed_sequence(subject.seed), "exponents"),
        )
        step = subject.map_step
        predicted = _predict(
            section, "predicted exponent", lambda: float(theory.lyapunov_exponent(subject.network, dt=step))
        )
        whole = None
        if predicted is not None and (predicted < 0.0 or step == time_constants(subject.network).fastest):
            whole = _predict(
                section,
                "predicted Lyapunov spectrum",
                lambda: theory.lyapunov_spectrum(subject.network, dt=step),
            )
        _exponents(section, found, predicted, whole)
    return section


def _exponents(
    section: Section,
    found: analysis.LyapunovSpectrum,
    predicted: float | None,
    whole: theory.LyapunovLimit | None,
) -> None:
    reliability = (
        "both halves of the run agree" if found.converged else "not converged: the halves of the run differ"
    )
    if found.status != "bounded":
        reliability += "; rates of growth of a state that does not stay bounded"
    low, high = found.confidence[:, 0]
    section.numbers["largest exponent"] = Number(
        float(found.values[0]), "1/time", float(low), float(high), predicted, reliability
    )
    for name, value, ends, unit in (
        ("Kaplan–Yorke dimension", found.dimension, found.dimension_confidence, "dimensions"),
        ("entropy rate (upper bound)", found.entropy_rate, found.entropy_rate_confidence, "1/time"),
    ):
        expected = None
        if whole is not None:
            share = whole.dimension if unit == "dimensions" else whole.entropy_rate
            expected = share * found.dimensions
        if found.status != "bounded":
            section.missing[name] = "defined for bounded dynamics only."
        elif np.isfinite(value):
            section.numbers[name] = Number(value, unit, float(ends[0]), float(ends[1]), expected, reliability)
        else:
            section.missing[name] = f"needs more than the {found.values.size} exponents that were computed."
    if len(found.values) > 1:
        caption = "Lyapunov spectrum with 95 % intervals"
        draw = partial(plotting.lyapunov_spectrum, found, predicted if whole is None else whole)
        section.drawings.append(Drawing("lyapunov", caption, draw))


def _predict(section: Section, what: str, compute: Callable[[], Any]) -> Any:
    """Prediction of a theory, or None with the reason in the section."""
    with section.attempt(what):
        return compute()
    return None
