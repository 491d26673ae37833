"""Feedforward structure whose input and output modes are orthogonal, which makes chaos coherent."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.connectivity.base import Connectivity
from neurosim.connectivity.operator import Operator
from neurosim.declaration import Parameter
from neurosim.errors import ParameterError, ShapeError
from neurosim.validation import finite, whole_number

__all__ = ["Coherent"]


@dataclass(frozen=True)
class Coherent(Connectivity):
    r"""Input and output modes :math:`W = \sum_k \frac{J_k}{\sqrt N}\, \xi_k \nu_k^T` of coherent chaos.

    The rates are projected onto the *output mode* :math:`\nu`, and the result drives the *input mode* :math:`\xi`. The
    two are orthogonal, so the structure by itself has no non-zero eigenvalue. Added to a random matrix of gain g it
    drives the coherent mode :math:`\bar h = \xi^T h / N` without feedback while it is weak, with coherence
    :math:`\chi = (J/g) / \sqrt{1 + (J/g)^2}` for one mode. Added to a `RowBalanced` one it leaves the
    eigenvalues of the sum where they are at any strength.

    The scale is 1/√N here, and 1/N in `LowRank`.

    Parameters
    ----------
    strength : float or array of shape (modes,), optional
        J, for each mode.
    inputs, outputs : array, shape (units,) or (units, modes), optional
        :math:`\xi` and :math:`\nu`, both or neither, usually mutually orthogonal and of norm √N. Default:
        patterns of ±1; see `modes`.

    References
    ----------
    I. D. Landau, H. Sompolinsky, PLoS Comput. Biol. 14, e1006309 (2018).

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.connectivity import Coherent, Gaussian, RowBalanced
    >>> coherent_chaos = RowBalanced(Gaussian(gain=2.0)) + Coherent(strength=0.5)
    >>> Coherent(strength=1.0).build(4, np.random.default_rng(0)).dense()
    array([[ 0.5,  0.5, -0.5, -0.5],
           [ 0.5,  0.5, -0.5, -0.5],
           [ 0.5,  0.5, -0.5, -0.5],
           [ 0.5,  0.5, -0.5, -0.5]])
    """

    strength: Parameter = 0.5
    inputs: np.ndarray | None = None
    outputs: np.ndarray | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if np.ndim(self.strength) > 1:
            raise ShapeError(
                f"Coherent.strength must be one number, or one per mode (got shape {np.shape(self.strength)})."
            )
        if (self.inputs is None) != (self.outputs is None):
            raise ParameterError(
                "inputs and outputs must be given together (got one of them); give both, or neither."
            )
        if self.inputs is not None:
            for name in ("inputs", "outputs"):
                object.__setattr__(self, name, _columns(f"Coherent.{name}", getattr(self, name)))
            self._require_fit()

    def _require_fit(self) -> None:
        inputs, outputs = self._explicit_modes()
        if inputs.shape != outputs.shape:
            raise ShapeError(
                f"Coherent.inputs and outputs must have one shape (got {inputs.shape} and {outputs.shape})."
            )
        if np.ndim(self.strength) and np.size(self.strength) != inputs.shape[1]:
            raise ShapeError(
                f"Coherent.strength must be one number, or one for each of the {inputs.shape[1]} modes "
                f"(got {np.size(self.strength)})."
            )

    def _explicit_modes(self) -> tuple[np.ndarray, np.ndarray]:
        assert self.inputs is not None
        assert self.outputs is not None
        return self.inputs, self.outputs

    def modes(self, size: int) -> tuple[np.ndarray, np.ndarray]:
        r"""Input and output modes :math:`\xi, \nu`, two arrays of shape (size, modes).

        The default modes are mutually orthogonal square waves of ±1: Walsh functions, ordered by their number of sign
        changes, taken in turn for :math:`\xi_1, \nu_1, \xi_2, \nu_2, ...`. For one mode, they are
        :math:`\xi = 1` and :math:`\nu = +1` on the first half, -1 on the second, as in the paper.

        Raises
        ------
        ShapeError
            If given modes have another size, or the size is not a multiple of the smallest power of 2 that is at least
            twice the number of default modes (2 for one mode, 4 for two, 8 for three or four).
        """
        size = whole_number("size", size)
        if self.inputs is None:
            return _square_waves(np.size(self.strength), size)
        inputs, outputs = self._explicit_modes()
        if len(inputs) != size:
            raise ShapeError(
                f"size must be that of Coherent.inputs, {len(inputs)} (got {size}); build with size={len(inputs)}, "
                f"or leave inputs and outputs out."
            )
        return inputs, outputs

    def build(self, size: int, rng: np.random.Generator) -> Operator:  # noqa: ARG002, nothing is drawn
        """Operator of two factors; draws nothing."""
        inputs, outputs = self.modes(size)
        return Operator(left=inputs * (self.strength / np.sqrt(size)), right=outputs)


def _columns(name: str, modes: np.ndarray) -> np.ndarray:
    modes = finite(name, modes, np.float64)
    if modes.ndim not in (1, 2) or modes.size == 0:
        raise ShapeError(f"{name} must have shape (units,) or (units, modes) (got {modes.shape}).")
    modes = np.array(modes[:, None] if modes.ndim == 1 else modes)
    modes.setflags(write=False)
    return modes


def _square_waves(count: int, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of mutually orthogonal patterns of ±1, as two arrays of shape (size, count)."""
    pieces = 2 ** (2 * count - 1).bit_length()
    if size % pieces:
        raise ShapeError(
            f"size must be a multiple of {pieces} for {2 * count} orthogonal patterns of ±1 (got {size}); try "
            f"{(size // pieces + 1) * pieces}, or give inputs and outputs."
        )
    patterns = np.repeat(_walsh(pieces), size // pieces, axis=1).T
    return patterns[:, 0 : 2 * count : 2].copy(), patterns[:, 1 : 2 * count : 2].copy()


def _walsh(count: int) -> np.ndarray:
    """Walsh functions as rows, ordered by their number of sign changes; `count` is a power of 2."""
    rows = np.ones((1, 1))
    while len(rows) < count:
        rows = np.block([[rows, rows], [rows, -rows]])
    return rows[np.argsort((np.diff(rows) != 0).sum(axis=1))]
