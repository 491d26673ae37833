"""Sign constraints: Dale's law, non-negative weights, and given signs for each entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import autograd.numpy as anp
import numpy as np
from autograd.tracer import getval

from neurosim.errors import ParameterError, ShapeError
from neurosim.network import Network
from neurosim.trainers.constraints.base import Arrays, Constraint
from neurosim.trainers.parameter_names import as_names, require_names
from neurosim.validation import finite, non_negative

__all__ = ["Dale", "IncomingSigns", "NonNegative", "SignConstrained"]


@dataclass(frozen=True)
class SignConstrained(Constraint):
    r"""Given signs s for each entry, :math:`W = s \, |V|` for free V.

    The derivative at V = 0 is s, so that entries that start at 0 are trained; an entry that crosses 0 is reflected.

    Parameters
    ----------
    name : str
        Which parameter.
    signs : ndarray
        1, -1 or 0 for each entry, of the shape of the parameter or one that broadcasts to it; entries with 0 are 0. For
        the data of sparse weights under Dale's law: ``np.where(excitatory[network.recurrent.base.indices], 1, -1)``.

    References
    ----------
    Song, Yang & Wang (2016), PLOS Computational Biology 12, e1004792: the rectified weight, with the absolute value as
    an option; PsychRNN takes the absolute value. Rectified weights stop learning once they are 0.
    """

    name: str
    signs: Any

    def __post_init__(self) -> None:
        super().__post_init__()
        signs = finite("SignConstrained.signs", self.signs)
        if not np.isin(signs, (-1.0, 0.0, 1.0)).all():
            raise ParameterError(
                f"SignConstrained.signs must be 1, -1 or 0 (got {signs[~np.isin(signs, (-1.0, 0.0, 1.0))][0]:g})."
            )
        # int8, which keeps float32 products in float32
        object.__setattr__(self, "signs", signs.astype(np.int8))

    @property
    def signed(self) -> tuple[str, ...]:
        """The one parameter."""
        return (self.name,)

    def effective(self, free: Arrays) -> dict[str, Any]:
        """Magnitudes of the free values times the signs."""
        self._check(free)
        return {**free, self.name: _with_signs(free[self.name], self.signs)}

    def nearest(self, parameters: Arrays) -> dict[str, np.ndarray]:
        """Values of a wrong sign become 0."""
        self._check(parameters)
        return {**parameters, self.name: _nearest(parameters[self.name], self.signs)}

    def _check(self, parameters: Arrays) -> None:
        require_names([self.name], parameters)
        shape = parameters[self.name].shape
        if not _broadcasts(self.signs.shape, shape):
            raise ShapeError(
                f"SignConstrained.signs must broadcast to the shape of {self.name}, {shape} (got shape "
                f"{self.signs.shape})."
            )


@dataclass(frozen=True)
class NonNegative(Constraint):
    """Non-negative parameters, such as excitatory input weights: the magnitudes of free ones.

    Parameters
    ----------
    names : str or sequence of str
        Which parameters.

    References
    ----------
    Song, Yang & Wang (2016), PLOS Computational Biology 12, e1004792: input and readout weights.
    """

    names: str | Sequence[str] = ("input_weights",)

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "names", as_names("NonNegative.names", self.names))

    @property
    def signed(self) -> tuple[str, ...]:
        """The parameters that are not negative."""
        return tuple(self.names)

    def effective(self, free: Arrays) -> dict[str, Any]:
        """Magnitudes of the free values."""
        require_names(self.names, free)
        return {**free, **{name: _with_signs(free[name], np.int8(1)) for name in self.names}}

    def nearest(self, parameters: Arrays) -> dict[str, np.ndarray]:
        """Negative values become 0."""
        require_names(self.names, parameters)
        return {**parameters, **{name: _nearest(parameters[name], np.int8(1)) for name in self.names}}


@dataclass(frozen=True)
class Dale(Constraint):
    r"""Dale's law: all outgoing weights of a unit have one sign, :math:`W = |V| \, D` with D diagonal, ±1.

    Column j of W has the weights *from* unit j, so that each column has one sign. Weights that start at 0 are trained;
    a mask of existing connections is another constraint, `Masked`.

    Parameters
    ----------
    excitatory : float or ndarray of bool, shape (units,)
        The fraction of excitatory units, which come first, as in `neurosim.ExcitatoryInhibitory`; or which units are
        excitatory.
    readout : bool
        Whether inhibitory units have no readout weights.

    Notes
    -----
    ``ns.ExcitatoryInhibitory`` obeys the law from the start. In any other network, training starts with weights of the
    wrong sign set to 0.

    References
    ----------
    Song, Yang & Wang (2016), PLOS Computational Biology 12, e1004792: there the rectified weight, or its absolute
    value as here; 80 % excitatory, read out from excitatory units only.

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.trainers import Dale
    >>> Dale(excitatory=0.5).effective({"recurrent": np.array([[1.0, 2.0], [-3.0, -4.0]])})["recurrent"]
    array([[ 1., -2.],
           [ 3., -4.]])
    """

    excitatory: Any = 0.8
    readout: bool = False

    @classmethod
    def of(cls, network: Network, *, readout: bool = False) -> Dale | SignConstrained:
        """Dale's law with the signs that the populations of a network declare.

        Parameters
        ----------
        network : Network
            Each of its populations has a sign.
        readout : bool, optional
            Whether inhibitory units have no readout weights; for full weights only.

        Returns
        -------
        Dale or SignConstrained
            The latter for sparse weights.

        Raises
        ------
        ParameterError
            If a unit has no sign.

        Examples
        --------
        >>> import neurosim as ns
        >>> cells = ns.Populations(
        ...     E=ns.Population(ns.LeakyRate("relu"), size=2, sign="excitatory"),
        ...     I=ns.Population(ns.LeakyRate("relu"), size=1, sign="inhibitory"),
        ... )
        >>> ns.trainers.Dale.of(ns.Network(cells, ns.Gaussian(), rng=0))
        Dale(excitatory=[True, True, False])
        """
        signs = network.signs
        if not signs.all():
            raise ParameterError(
                "network must have populations with a sign each (got units without); give "
                "ns.Population(..., sign='excitatory') or sign='inhibitory'."
            )
        base: Any = network.recurrent.base
        if network.recurrent.kind_of_base != "sparse":
            return cls(signs > 0, readout)
        if readout:
            raise ParameterError(
                "readout must be False with sparse weights (got True); use Masked for the readout."
            )
        return SignConstrained("recurrent", signs[base.indices])

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "excitatory", _as_units("Dale.excitatory", self.excitatory))
        if not isinstance(self.readout, bool):
            raise ParameterError(f"Dale.readout must be True or False (got {self.readout!r}).")

    @property
    def signed(self) -> tuple[str, ...]:
        """The recurrent weights."""
        return ("recurrent",)

    def effective(self, free: Arrays) -> dict[str, Any]:
        """Magnitudes of the free weights times the sign of the sending unit."""
        excitatory = _excitatory("Dale", self.excitatory, free)
        changed = {"recurrent": _with_signs(free["recurrent"], _signs(excitatory))}
        if self.readout:
            changed["readout_weights"] = anp.where(excitatory, free["readout_weights"], 0.0)
        return {**free, **changed}

    def nearest(self, parameters: Arrays) -> dict[str, np.ndarray]:
        """Weights of a wrong sign become 0."""
        excitatory = _excitatory("Dale", self.excitatory, parameters)
        changed = {"recurrent": _nearest(parameters["recurrent"], _signs(excitatory))}
        if self.readout:
            changed["readout_weights"] = np.where(excitatory, parameters["readout_weights"], 0.0)
        return {**parameters, **changed}


@dataclass(frozen=True)
class IncomingSigns(Constraint):
    r"""One sign for all *incoming* weights of a unit, :math:`W = D \, |V|`, which is **not** Dale's law.

    Each row of W has one sign: a unit receives only excitation, or only inhibition. The published code of Jarne &
    Caruso has this constraint: in Keras column i of the recurrent kernel has the weights *into* unit i. The eigenvalues
    of W and of its transpose, which obeys Dale's law, are the same; the dynamics are not.

    Parameters
    ----------
    excitatory : float or ndarray of bool, shape (units,)
        Fraction of units that receive excitation, which come first, or which units these are. There the first half is
        inhibited: ``excitatory=np.arange(size) >= size // 2``.

    References
    ----------
    Jarne & Caruso (2023), Effect in the spectra of eigenvalues and dynamics of RNNs trained with
    excitatory-inhibitory constraint, Cognitive Neurodynamics, arXiv:2208.10304, and its repository. There it is a
    projection after each update: ``Projected(IncomingSigns(...))`` and ``Projected(NonNegative("input_weights"))``.
    """

    excitatory: Any = 0.5

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "excitatory", _as_units("IncomingSigns.excitatory", self.excitatory))

    @property
    def signed(self) -> tuple[str, ...]:
        """The recurrent weights."""
        return ("recurrent",)

    def effective(self, free: Arrays) -> dict[str, Any]:
        """Magnitudes of the free weights times the sign of the receiving unit."""
        signs = _signs(_excitatory("IncomingSigns", self.excitatory, free))[:, None]
        return {**free, "recurrent": _with_signs(free["recurrent"], signs)}

    def nearest(self, parameters: Arrays) -> dict[str, np.ndarray]:
        """Weights of a wrong sign become 0."""
        signs = _signs(_excitatory("IncomingSigns", self.excitatory, parameters))[:, None]
        return {**parameters, "recurrent": _nearest(parameters["recurrent"], signs)}


def _with_signs(values: Any, signs: Any) -> Any:
    """Magnitudes times signs, as a product with a constant, which is one node of autograd."""
    return values * np.where(getval(values) < 0.0, -signs, signs)


def _nearest(values: np.ndarray, signs: Any) -> np.ndarray:
    return np.where(values * signs > 0.0, values, 0.0)


def _signs(excitatory: np.ndarray) -> np.ndarray:
    return np.where(excitatory, np.int8(1), np.int8(-1))


def _broadcasts(shape: tuple[int, ...], target: tuple[int, ...]) -> bool:
    try:
        return np.broadcast_shapes(shape, target) == target
    except ValueError:
        return False


def _as_units(name: str, excitatory: Any) -> float | np.ndarray:
    if np.ndim(excitatory) == 0 and not isinstance(excitatory, (bool, np.bool_)):
        if non_negative(name, excitatory) > 1.0:
            raise ParameterError(
                f"{name} must be a fraction from 0 to 1, or one bool per unit (got {excitatory!r})."
            )
        return float(excitatory)
    units = np.array(excitatory)
    if units.dtype != bool or units.ndim != 1:
        raise ParameterError(
            f"{name} must be a fraction, or one bool per unit (got {units.dtype} of shape {units.shape})."
        )
    units.setflags(write=False)
    return units


def _excitatory(owner: str, excitatory: float | np.ndarray, parameters: Arrays) -> np.ndarray:
    """Which units of a network are excitatory."""
    require_names(["recurrent"], parameters)
    shape = parameters["recurrent"].shape
    if "left" in parameters or len(shape) != 2:
        what = "a low-rank part" if "left" in parameters else "sparse weights"
        raise ParameterError(
            f"{owner} must have a full matrix of recurrent weights (got {what}); make it dense with "
            f"network.replace(recurrent=ns.Operator(network.recurrent.dense())), or, for sparse weights, use "
            f"SignConstrained('recurrent', signs)."
        )
    if isinstance(excitatory, float):
        return np.arange(shape[1]) < round(excitatory * shape[1])
    if excitatory.shape != shape[1:]:
        raise ShapeError(
            f"{owner}.excitatory must have one bool for each of the {shape[1]} units (got shape {excitatory.shape})."
        )
    return excitatory
