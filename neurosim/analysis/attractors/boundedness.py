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
BLOCKS = 8
"""Parts of a run whose mean norms are compared."""
LEAST = 1e-2
"""Growth of the logarithm of the norm from the first part of a run to the last that counts, if each part has more than
the one before, where no exponent says how much to expect."""
LARGE = 0.3
"""The same, for a transient to be called one."""
STIFF = 0.5
"""Change of the norm in a step, in parts of it, from which a step does not resolve how the flow returns."""


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

    A trajectory grows if its norm does, from the first eighth of the run to the last, at no less than half of the
    largest Lyapunov exponent: in chaos that stays bounded the distance between neighbors grows while the norm does not,
    in a linear instability both grow alike, however slowly. Where the exponent is zero or unknown, it must grow from
    each eighth to the next. It grows without bound if, enlarged to 10⁶, it does not shrink by e within 10 of the
    slowest time constants, as it does where rates saturate and units leak.

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
    blocks = np.array_split(np.log(np.maximum(sizes, 1e-300)), min(BLOCKS, len(sizes)))
    means = np.array([block.mean() for block in blocks])
    grown = float(means[-1] - means[0])
    if exponent * duration > 1e-3:
        # the first and the last part are this share of the run apart
        grows = grown > 0.5 * exponent * duration * (1.0 - 1.0 / BLOCKS)
    else:
        grows = grown > LEAST and bool((np.diff(means) > 0.0).all())
    if grows and not _returns(field, last, dt, scheme):
        return "unbounded"
    return "growing" if grows and grown > LARGE else "bounded"


def _returns(field: VectorField, state: np.ndarray, dt: float, scheme: Tableau) -> bool:
    """Whether the flow shrinks a state that is enlarged to `AFAR`."""
    afar = state * (AFAR / max(float(np.sqrt(np.mean(state**2))), 1e-300))
    before = norms(afar)[0]
    inward = -float(np.sum(afar * field.speeds(afar))) / before**2
    if scheme.stages > 1 and inward * dt > STIFF:
        return True
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
