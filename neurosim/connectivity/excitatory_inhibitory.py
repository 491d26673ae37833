"""Weights of excitatory and inhibitory units that obey Dale's law."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.connectivity.populations import TwoPopulations
from neurosim.errors import ParameterError

__all__ = ["ExcitatoryInhibitory"]


@dataclass(frozen=True)
class ExcitatoryInhibitory(TwoPopulations):
    r"""Excitatory and inhibitory units under Dale's law: each *column* of W has one sign.

    The first round(f N) units are excitatory: all their outgoing weights are positive. Those of the others
    are negative. The magnitudes are gamma distributed, independent, with

    .. math:: \langle W_{ij} \rangle = \mu_b / \sqrt N, \qquad
              \mathrm{var}\, W_{ij} = \sigma_b^2 / N, \qquad b = E \text{ or } I \text{ of the source } j.

    The eigenvalues fill a disc of radius :math:`R = \sqrt{f \sigma_E^2 + (1-f) \sigma_I^2}`, densest in the
    middle unless the variances are equal; the means do not change it. They add an outlier at
    :math:`\sqrt N (f \mu_E + (1-f) \mu_I)`. In balance, :math:`f \mu_E + (1-f) \mu_I = 0`, a few outliers
    remain outside the disc; ``RowBalanced(...)`` removes them, but changes the sign of weights that are smaller than
    the mean of their row, which is of order 1/N.

    Parameters
    ----------
    excitatory : float, optional
        Fraction f of excitatory units, 0 to 1.
    mean_excitatory : float, optional
        :math:`\mu_E`, above 0.
    mean_inhibitory : float, optional
        :math:`\mu_I`, below 0. The defaults are in balance; ``.balance()`` makes a balanced copy of others.
    std_excitatory, std_inhibitory : float, optional
        :math:`\sigma_E, \sigma_I`, at least 0. Equal to the mean: exponentially distributed magnitudes.

    See Also
    --------
    GaussianExcitatoryInhibitory : Gaussian entries with the same means and variances, signs not enforced.

    References
    ----------
    K. Rajan, L. F. Abbott, Phys. Rev. Lett. 97, 188104 (2006). The gamma distribution is a choice made here;
    the disc depends only on the variances.

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.connectivity import ExcitatoryInhibitory
    >>> balanced = ExcitatoryInhibitory(excitatory=0.75).balance()
    >>> balanced.mean_inhibitory
    -3.0
    >>> weights = balanced.build(8, np.random.default_rng(0)).dense()
    >>> np.sign(weights[0]).astype(int)
    array([ 1,  1,  1,  1,  1,  1, -1, -1])
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        for name, sign in (("mean_excitatory", 1.0), ("mean_inhibitory", -1.0)):
            mean = getattr(self, name)
            if mean * sign <= 0.0:
                raise ParameterError(
                    f"ExcitatoryInhibitory.{name} must be {'positive' if sign > 0 else 'negative'} by Dale's law (got "
                    f"{mean!r}); try GaussianExcitatoryInhibitory for other means."
                )

    def _weights(
        self, mean: float, std: float, shape: tuple[int, int], rng: np.random.Generator
    ) -> np.ndarray:
        if std == 0.0:
            return np.full(shape, mean)
        return np.sign(mean) * rng.gamma((mean / std) ** 2, std**2 / abs(mean), shape)
