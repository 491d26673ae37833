"""Characteristic roots: the rates at which small displacements from a constant state grow in a system with delays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.analysis.delays.linear_system import DelayedLinearSystem
from neurosim.analysis.delays.linearization import linearize
from neurosim.analysis.delays.root_search import rightmost_roots
from neurosim.analysis.stability import growth_and_frequency, growth_in_flow
from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.network_arguments import require_network
from neurosim.results.result import Result
from neurosim.validation import check_keywords, whole_number

__all__ = ["CharacteristicRoots", "characteristic_roots"]


@dataclass(frozen=True, eq=False)
class CharacteristicRoots(Result, values="1/time", without_delays="1/time", delays="time"):
    r"""Rightmost roots of :math:`\det(\lambda - A_0 - \sum_k A_k e^{-\lambda d_k}) = 0`.

    Attributes
    ----------
    values : ndarray of complex, shape (roots,)
        λ in 1/time by descending real part, the two of a pair next to each other. There is no root to the right of the
        last that is not among them.
    vectors : ndarray of complex, shape (dimensions, roots)
        v of the solution :math:`v\, e^{\lambda t}`, of norm 1, ordered by variable, then by unit. Those of a multiple
        root may be equal.
    residuals : ndarray, shape (roots,)
        Norm of the characteristic matrix times v, relative to the norms of its terms: backward errors.
    without_delays : ndarray of complex, shape (dimensions,)
        Eigenvalues of :math:`A_0 + \sum_k A_k`, to which the roots go as the delays go to zero, by descending real
        part.
    delays : ndarray, shape (delays,)
        d_k, ascending; empty where there are none.
    """

    values: np.ndarray
    vectors: np.ndarray
    residuals: np.ndarray
    without_delays: np.ndarray
    delays: np.ndarray

    @property
    def rightmost(self) -> complex:
        """Root with the largest real part; of a pair, the one above the real axis."""
        return complex(self.values[0])

    @property
    def stable(self) -> bool:
        """Whether all displacements decay."""
        return bool(growth_in_flow(self.values).max() < 0)

    @property
    def growing(self) -> int:
        """Number of growing modes among the roots."""
        return int((growth_in_flow(self.values) > 0).sum())

    @property
    def frequencies(self) -> np.ndarray:
        """Im λ / 2π, in cycles per time, shape (roots,)."""
        return growth_and_frequency(self.values)[1]


@check_keywords
def characteristic_roots(
    network: Network | DelayedLinearSystem,
    state: Any = None,
    inputs: Any = None,
    *,
    count: int = 10,
) -> CharacteristicRoots:
    r"""Rightmost characteristic roots of a network with delays at a constant state, usually a fixed point.

    Small displacements obey :math:`dx/dt = A_0 x(t) + \sum_k A_k x(t - d_k)`, with solutions :math:`v e^{\lambda t}`
    for infinitely many λ. Finitely many lie to the right of any vertical line, so that the rightmost tells the
    stability. A fixed point with delays is one without, and has another stability.

    Parameters
    ----------
    network : Network or DelayedLinearSystem
        Of a network without delays, the roots are the eigenvalues of its Jacobian. They are those of the flow, whatever
        the step with which the network is meant to be run.
    state : ndarray, shape (units,) or (units, variables), optional
        Default: the initial state of the network, or rest. None for a linear system.
    inputs : ndarray, shape (channels,), optional
        Constant input. Default: none.
    count : int, optional
        Number of roots. One more is given where it would divide a pair, and fewer where the system has fewer.

    Returns
    -------
    CharacteristicRoots

    Raises
    ------
    ParameterError
        Where not even the rightmost root is resolved: for delays very much longer than the time constants.

    Notes
    -----
    The generator of the system on Chebyshev points gives all roots approximately; the number of points, 12 or more, is
    doubled until each of the rightmost agrees with its correction by Newton's method. Roots are then right to rounding;
    a multiple root to the square root of it.

    Costs 10 (dimensions + points · directions)³ operations, where directions are those of the state that act with a
    delay: the rank of the delayed weights. On one core, 100 units that all act with a delay of one time constant take
    3 s, 300 units 34 s; with delayed weights of low rank a fraction of a second.

    References
    ----------
    D. Breda, S. Maset, R. Vermiglio, SIAM J. Sci. Comput. 27, 482 (2005).

    Examples
    --------
    The roots of dx/dt = -x(t - 1) are the branches of Lambert's function at -1:

    >>> import neurosim as ns
    >>> equation = ns.analysis.DelayedLinearSystem([[0.0]], [1.0], [[[-1.0]]])
    >>> ns.analysis.characteristic_roots(equation, count=2).values.round(6)
    array([-0.318132+1.337236j, -0.318132-1.337236j])
    """
    count = whole_number("count", count)
    system = _linear_system(network, state, inputs)
    roots = rightmost_roots(system, count)
    if not len(roots.values):
        raise ParameterError(
            f"delays must be at most some hundred time constants (got {system.longest:g}) to resolve a root; "
            f"take shorter ones."
        )
    plain = np.linalg.eigvals(system.without_delays()).astype(complex)
    return CharacteristicRoots(
        roots.values,
        roots.vectors,
        roots.residuals,
        plain[np.lexsort((-plain.imag, -plain.real))],
        system.delays,
    )


def _linear_system(given: Any, state: Any, inputs: Any) -> DelayedLinearSystem:
    if isinstance(given, DelayedLinearSystem):
        if state is not None or inputs is not None:
            raise ParameterError("state and inputs must be None for a linear system, whose fixed point is 0.")
        return given
    network = require_network(given)
    return linearize(network, network.starting_state() if state is None else np.asarray(state), inputs)
