"""Whether activity stays bounded, grows for the time being, or grows without bound, at whatever speed."""

from __future__ import annotations

from typing import Literal

import numpy as np

from neurosim.analysis.fixed_points.vector_field import VectorField, norms
from neurosim.schemes import Tableau

__all__ = ["Boundedness", "boundedness"]

Boundedness = Literal["bounded", "growing", "unbounded"]
"""Bounded; still growing at the end of the run, but returning from afar; or growing without bound."""

AFAR = 1e6
"""Factor by which a state is enlarged to see whether the flow returns it."""
RETURN = 10.0
"""Slowest time constants within which an enlarged state must shrink by e."""
LEAST = 0.3
"""Growth of the logarithm of the norm from the first to the last quarter of a run that counts without an exponent."""


def boundedness(
    field: VectorField,
    sizes: np.ndarray,
    last: np.ndarray,
    *,
    exponent: float = 0.0,
    duration: float,
    dt: float,
    scheme: Tableau,
) -> Boundedness:
    r"""Whether a trajectory stays bounded, from its norms and from what the flow does far away.

    A trajectory grows if its norm does, from the first to the last quarter of the run, at no less than half of the
    largest Lyapunov exponent: in chaos that stays bounded the distance between neighbors grows while the norm does not,
    in a linear instability both grow alike, however slowly. It grows without bound if, enlarged by 10⁶, it does not
    shrink by e within 10 of the slowest time constants, as it does where rates saturate and units leak.

    Parameters
    ----------
    field : VectorField
    sizes : ndarray, shape (samples,)
        Norms of the state along the run, at equal times.
    last : ndarray, shape (variables, 1, units)
        Last state.
    exponent : float, optional
        Largest Lyapunov exponent, in 1/time.
    duration : float
        Time between the first and the last sample.
    dt : float
    scheme : Tableau
        Steps by which the network is run.
    """
    if not np.isfinite(sizes).all():
        return "unbounded"
    quarter = max(1, len(sizes) // 4)
    with np.errstate(divide="ignore", invalid="ignore"):
        grown = float(np.log(sizes[-quarter:]).mean() - np.log(sizes[:quarter]).mean())
    # the quarters lie three quarters of the run apart
    expected = 0.5 * exponent * 0.75 * duration
    if not grown > (expected if exponent * duration > 1e-3 else LEAST):
        return "bounded"
    if not _returns(field, last, dt, scheme):
        return "unbounded"
    return "growing" if grown > LEAST else "bounded"


def _returns(field: VectorField, state: np.ndarray, dt: float, scheme: Tableau) -> bool:
    """Whether the flow shrinks a state that is enlarged to `AFAR`."""
    afar = state * (AFAR / max(float(np.sqrt(np.mean(state**2))), 1e-300))
    before = norms(afar)[0]
    steps = int(np.ceil(RETURN * field.time_constants(state).slowest / dt))
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps):
            afar = _step(field, afar, dt, scheme)
            size = norms(afar)[0]
            if not np.isfinite(size):
                return False
            if size < before / np.e:
                return True
    return False


def _step(field: VectorField, states: np.ndarray, dt: float, scheme: Tableau) -> np.ndarray:
    stage, total = states, states.copy()
    for ahead, share in zip(scheme.ahead, scheme.b, strict=True):
        speeds = field.speeds(stage)
        total = total + dt * share * speeds
        stage = states + dt * ahead * speeds
    return total
