"""Bifurcations of fixed points of a flow along a curve: their place and their kind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.analysis.fixed_points.arclength import ArclengthCurve, CurvePoint
from neurosim.results.result import Result

__all__ = ["Bifurcation", "bifurcation_between"]

PROBE = 1e-2
"""Root mean square displacement along the critical mode at which F is compared with its linear part."""
ODD = 1e-3
"""Share of the cubic coefficient below which the quadratic one is that of a symmetric F."""


@dataclass(frozen=True, eq=False)
class Bifurcation(Result, eigenvalue="1/time", frequency="1/time"):
    """Point of a curve at which one eigenvalue, or a pair, crosses the imaginary axis.

    Attributes
    ----------
    kind : {"saddle-node", "pitchfork", "transcritical", "Hopf", "degenerate"}
        Degenerate: several modes at once, or not located.
    parameter : float
    state : ndarray, shape (units,) or (units, variables)
    eigenvalue : complex
        The critical one where the search ended: its real part says how well the point is located.
    direction : ndarray, of the shape of the state
        Critical right eigenvector, its real part where it rotates, with a root mean square of 1.
    frequency : float
        Of the oscillation that begins at a Hopf bifurcation, in cycles per time; 0 for the others.
    """

    kind: str
    parameter: float
    state: np.ndarray
    eigenvalue: complex
    direction: np.ndarray
    frequency: float

    def __repr__(self) -> str:
        return f"Bifurcation({self.kind} at {self.parameter:.8g})"


def bifurcation_between(curve: ArclengthCurve, a: CurvePoint, b: CurvePoint) -> list[Bifurcation]:
    """Bifurcation between two neighboring points of a curve, in a list that is empty where there is none."""
    changes = abs(b.unstable - a.unstable)
    if not changes:
        return []
    critical = min(a.unstable, b.unstable)
    place = _locate(curve, a, b, critical)
    value = place.eigenvalues[critical]
    rotates = abs(value.imag) > 1e-6 * np.abs(place.eigenvalues).max()
    if changes == 2 and rotates:
        kind = "Hopf"
    elif changes == 1 and not rotates:
        kind = "saddle-node" if a.tangent[-1] * b.tangent[-1] < 0.0 else _crossing_kind(curve, place)
    else:
        kind = "degenerate"
    right, _ = _modes(curve.jacobian(place.at), value)
    field = curve.field(place.at)
    return [
        Bifurcation(
            kind=kind,
            parameter=curve.parameter(place.at),
            state=field.outside(curve.state(place.at))[0],
            eigenvalue=complex(value),
            direction=field.outside((right.real * curve.scale).reshape(curve.shape))[0],
            frequency=abs(value.imag) / (2.0 * np.pi) if kind == "Hopf" else 0.0,
        )
    ]


def _locate(curve: ArclengthCurve, a: CurvePoint, b: CurvePoint, critical: int) -> CurvePoint:
    """Point between two neighbors at which the real part of the critical eigenvalue vanishes."""
    from scipy.optimize import brentq

    found = {0.0: a}

    def growth(length: float) -> float:
        if length not in found:
            at = curve.correct(a.at + length * a.tangent, a.tangent)
            # exactly where curves cross the corrector has no unique solution: the nearest point so far is used
            found[length] = nearest() if at is None else curve.point_at(at, a.tangent)
        return float(found[length].eigenvalues[critical].real)

    def nearest() -> CurvePoint:
        return min(found.values(), key=lambda place: abs(place.eigenvalues[critical].real))

    whole = float(a.tangent @ (b.at - a.at))
    found[whole] = b
    brentq(growth, 0.0, whole, xtol=1e-12, rtol=1e-12, maxiter=60)
    return nearest()


def _modes(jacobian: np.ndarray, value: complex) -> tuple[np.ndarray, np.ndarray]:
    """Right and left eigenvectors, of norm one, of the eigenvalue nearest to a given one."""
    from scipy.linalg import eig

    values, left, right = eig(jacobian, left=True)
    nearest = int(np.abs(values - value).argmin())
    vector = right[:, nearest]
    return vector * np.exp(-1j * np.angle(vector[np.abs(vector).argmax()])), left[:, nearest]


def _crossing_kind(curve: ArclengthCurve, place: CurvePoint) -> str:
    """Whether the crossing curve is symmetric about this one: from F along the critical mode, to third order."""
    right, left = (
        vector.real for vector in _modes(curve.jacobian(place.at), place.eigenvalues[place.unstable - 1])
    )
    field, state = curve.field(place.at), curve.state(place.at)
    mode = (right * curve.scale * PROBE).reshape(curve.shape)
    samples = [float(left @ field.speeds(state + k * mode).reshape(-1)) for k in (-2, -1, 0, 1, 2)]
    quadratic = (samples[3] - 2.0 * samples[2] + samples[1]) / (2.0 * PROBE**2)
    cubic = (samples[4] - 2.0 * samples[3] + 2.0 * samples[1] - samples[0]) / (12.0 * PROBE**3)
    return "pitchfork" if abs(quadratic) <= ODD * abs(cubic) else "transcritical"
