"""Sections on the weights: eigenvalues against the bulk, non-normality, moments, modes at rest."""

from __future__ import annotations

from functools import partial

import numpy as np

from neurosim import analysis, plotting
from neurosim.report.section import Drawing, Grid, Number, Section
from neurosim.report.subject import Subject

__all__ = ["modes", "weights"]

ROUNDING = "exact to rounding"


def weights(subject: Subject) -> Section:
    """Eigenvalues, non-normality and moments of the recurrent weights."""
    section = Section("Recurrent weights", "Of the matrix W alone, whatever the neurons do with it.")
    with section.attempt("spectrum"):
        _spectrum(section, analysis.spectrum(subject.network))
    with section.attempt("non-normality"):
        found = analysis.non_normality(subject.network)
        section.numbers["Henrici number"] = Number(
            found.henrici, trust="0: orthogonal eigenvectors, 1: none; exact to rounding"
        )
        section.numbers["numerical abscissa"] = Number(
            found.numerical_abscissa,
            trust="fastest growth at first, against the spectral abscissa in the long run",
        )
        section.drawings.append(
            Drawing(
                "non-normality", "Growth at first and in the long run", partial(plotting.non_normality, found)
            )
        )
    section.numbers["oscillation index"] = Number(
        analysis.oscillation_index(subject.network),
        trust="|Im λ| / |λ| of the eigenvalue of largest modulus: at least 0.15 counts as oscillatory (Jarne 2025)",
    )
    with section.attempt("moments of the weights"):
        _moments(section, analysis.weight_moments(subject.network))
    return section


def _spectrum(section: Section, found: analysis.Spectrum) -> None:
    edge = float("nan") if found.bulk is None else found.bulk.edge
    section.numbers["spectral radius"] = Number(
        found.radius, predicted=found.predicted_radius, trust="predicted for infinitely many random weights"
    )
    section.numbers["spectral abscissa"] = Number(found.abscissa, trust=ROUNDING)
    section.numbers["eigenvalues outside the bulk"] = Number(
        len(found.outliers),
        predicted=float(len(found.predicted_outliers)),
        trust=f"beyond {edge:.4g}, which one to three of a hundred random matrices exceed",
    )
    rows = [
        (f"{value.real:.4g}{value.imag:+.4g}i", f"{abs(value):.4g}")
        for value in found.outliers
        if value.imag >= 0.0
    ]
    if rows:
        section.grids.append(
            Grid("outliers (of a pair, the upper one)", ("eigenvalue", "modulus"), rows[:10])
        )
    caption = "Eigenvalues of W, with the ring that random weights of the same singular values fill"
    section.drawings.append(Drawing("spectrum", caption, partial(plotting.spectrum, found), (4.4, 4.6)))


def _moments(section: Section, found: analysis.WeightMoments) -> None:
    names = {
        "mean": "mean weight",
        "standard_deviation": "standard deviation of weights",
        "skewness": "skewness of weights",
        "kurtosis": "excess kurtosis of weights",
    }
    for name, title in names.items():
        section.numbers[title] = Number.within(
            getattr(found, name),
            found.standard_errors[name],
            trust="± 2 standard errors of as many normal numbers",
        )
    caption = "Distribution of the weights"
    section.drawings.append(Drawing("weights", caption, partial(plotting.weight_distribution, found)))


def modes(subject: Subject) -> Section:
    """How small displacements from rest grow and turn."""
    section = Section("Modes at rest", f"Linearized where trials start, without input; {subject.clock}.")
    with section.attempt("modes"):
        found = analysis.modes(subject.network, dt=subject.clock.map)
        pace = float(np.abs(found.growth[0]))
        section.numbers["growing modes"] = Number(
            int((found.growth > 0.0).sum()),
            trust="of small displacements; describes one instant unless rest is a fixed point",
        )
        section.numbers["growth rate of the fastest mode"] = Number(
            float(found.growth[0]), "1/time", trust=ROUNDING
        )
        section.numbers["its frequency"] = Number(
            abs(float(found.frequencies[0])), "cycles/time", trust=ROUNDING
        )
        if pace > 0.0:
            section.numbers["its time constant"] = Number(1.0 / pace, "time", trust=ROUNDING)
        section.drawings.append(Drawing("modes", "Modes at rest", partial(plotting.modes, found)))
    return section
