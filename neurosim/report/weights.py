"""Sections on the recurrent weights: eigenvalues, non-normality, moments, and linear modes at rest."""

from __future__ import annotations

from functools import partial

from neurosim import analysis, plotting
from neurosim.report.section import Drawing, Grid, Number, Section
from neurosim.report.subject import Subject
from neurosim.results.numerals import numeral

__all__ = ["modes", "weights"]

FEWEST = 3
"""Units below which figures of spectra and distributions show nothing that the numbers do not."""
SHOWN = 10
POPULATION_STARTS = 20
"""Starts of the fit of populations; about a second for 500 units of rank two."""


def weights(subject: Subject) -> Section:
    """Eigenvalues, non-normality and moments of the recurrent weights."""
    section = Section("Recurrent weights", "Of the matrix W alone; the neurons do not matter here.")
    with section.attempt("spectrum"):
        _spectrum(section, analysis.spectrum(subject.network))
    with section.attempt("non-normality"):
        _non_normality(section, analysis.non_normality(subject.network))
    section.numbers["oscillation index"] = Number(
        analysis.oscillation_index(subject.network),
        reliability="|Im λ| / |λ| of the eigenvalue of largest modulus; at least 0.15 counts as oscillatory by the "
        "convention of Jarne (2025)",
    )
    with section.attempt("moments of the weights"):
        _moments(section, analysis.weight_moments(subject.network))
    operator = subject.network.recurrent
    if operator.base is None and operator.rank:
        with section.attempt("populations of units"):
            _populations(
                section, analysis.populations(subject.network, starts=POPULATION_STARTS, rng=subject.seed)
            )
    if subject.network.size < FEWEST:
        section.drawings.clear()
    return section


def _populations(section: Section, found: analysis.Populations) -> None:
    """Populations of a low-rank network, in the plane of its first pair of vectors."""
    section.numbers["populations of units"] = Number(
        found.count,
        reliability="normal distributions of the loadings; their number by the Bayesian information criterion among "
        f"{', '.join(map(str, found.bic))}; {found.agreeing[found.count]} of {POPULATION_STARTS} fits ended here",
    )
    caption = "Loadings of the units on the first pair of vectors, by population"
    section.drawings.append(
        Drawing("populations", caption, partial(plotting.populations, found), (4.6, 4.0), share="")
    )


def _spectrum(section: Section, found: analysis.Spectrum) -> None:
    section.numbers["spectral radius"] = Number(found.radius, predicted=found.predicted_radius)
    section.numbers["spectral abscissa"] = Number(found.abscissa, reliability="largest real part")
    edge = "" if found.bulk is None else f"modulus above {found.bulk.edge:.4g}, "
    section.numbers["eigenvalues outside the bulk"] = Number(
        len(found.outliers),
        predicted=len(found.predicted_outliers),
        reliability=f"{edge}exceeded by 1 to 3 % of random matrices",
    )
    rows = [
        (
            f"{numeral(value.real)} {'+' if value.imag >= 0 else '−'} {numeral(abs(value.imag))}i",
            numeral(abs(value)),
        )
        for value in found.outliers
        if value.imag >= 0.0
    ]
    if rows:
        section.grids.append(
            Grid("outliers (one of each conjugate pair)", ("eigenvalue", "modulus"), rows[:SHOWN])
        )
    caption = "Eigenvalues of W, and the ring that eigenvalues of random matrices with the same singular values fill"
    section.drawings.append(Drawing("spectrum", caption, partial(plotting.spectrum, found), (4.4, 4.6)))


def _non_normality(section: Section, found: analysis.NonNormality) -> None:
    section.numbers["Henrici number"] = Number(
        # of a normal matrix rounding leaves some 1e-15
        0.0 if found.henrici < 1e-12 else found.henrici,
        reliability="departure from normality: 0 if all eigenvectors are orthogonal, at most 1",
    )
    section.numbers["numerical abscissa"] = Number(
        found.numerical_abscissa,
        reliability="largest initial growth rate of dx/dt = W x; the spectral abscissa is the asymptotic one",
    )
    caption = "Eigenvalues of the symmetric part of W (initial growth) and real parts of those of W (asymptotic growth)"
    section.drawings.append(
        Drawing("non-normality", caption, partial(plotting.non_normality, found), share="y")
    )


def _moments(section: Section, found: analysis.WeightMoments) -> None:
    names = {
        "mean": "mean weight",
        "standard_deviation": "standard deviation of weights",
        "skewness": "skewness of weights",
        "kurtosis": "excess kurtosis of weights",
    }
    for name, title in names.items():
        section.numbers[title] = Number.with_error(
            getattr(found, name),
            found.standard_errors[name],
            reliability="± 2 standard errors for the same number of normally distributed values",
        )
    caption = "Distribution of the weights"
    section.drawings.append(Drawing("weights", caption, partial(plotting.weight_distribution, found)))


def modes(subject: Subject) -> Section:
    """Growth rates and frequencies of small displacements from the resting state."""
    section = Section(
        "Modes at rest", f"Linearized at the initial state of trials, without input; {subject.convention}."
    )
    with section.attempt("modes"):
        step = subject.map_step
        found = analysis.modes(subject.network, dt=step)
        section.numbers["growing modes"] = Number(
            int((found.growth > 0.0).sum()),
            reliability="of small displacements; it lasts only if the resting state is a fixed point",
        )
        section.numbers["marginal modes"] = Number(
            int((found.growth == 0.0).sum()),
            reliability="neither growing nor decaying, within rounding errors",
        )
        _fastest(section, found)
        if len(found.growth) >= FEWEST:
            section.drawings.append(
                Drawing("modes", "Growth rate and frequency of each mode", partial(plotting.modes, found))
            )
    return section


def _fastest(section: Section, found: analysis.Modes) -> None:
    """Growth rate, frequency and time constant of the fastest growing (or slowest decaying) mode."""
    growth = float(found.growth[0])
    section.numbers["growth rate (fastest mode)"] = Number(
        growth, "1/time", reliability="negative if all modes decay, 0 if the mode is marginal"
    )
    section.numbers["frequency (fastest mode)"] = Number(abs(float(found.frequencies[0])), "cycles/time")
    section.numbers["time constant (fastest mode)"] = Number(
        float(found.time_constants[0]), "time", reliability="of growth or decay by a factor e"
    )
