"""Gaussian weights whose mean and variance depend on whether the source is excitatory or inhibitory."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from neurosim.connectivity.populations import TwoPopulations

__all__ = ["GaussianExcitatoryInhibitory"]


@dataclass(frozen=True)
class GaussianExcitatoryInhibitory(TwoPopulations):
    r"""Gaussian weights of excitatory and inhibitory units, the ensemble of Rajan and Abbott (2006).

    .. math:: W_{ij} \sim \mathcal{N}\!\left(\frac{\mu_b}{\sqrt N}, \frac{\sigma_b^2}{N}\right),
              \qquad b = E \text{ or } I \text{ of the source } j

    The first round(f N) columns are excitatory. Signs are those of the *means*: single weights may have the
    other sign. The eigenvalues fill a disc of radius :math:`R = \sqrt{f \sigma_E^2 + (1-f) \sigma_I^2}`. The
    fraction F(r) of them within r solves

    .. math:: \frac{f \sigma_E^2}{r^2 + \sigma_E^2 (1 - F)}
              + \frac{(1-f) \sigma_I^2}{r^2 + \sigma_I^2 (1 - F)} = 1.

    Parameters
    ----------
    excitatory : float, optional
        Fraction f of excitatory units, 0 to 1.
    mean_excitatory, mean_inhibitory : float, optional
        :math:`\mu_E, \mu_I`. The defaults are in balance, :math:`f \mu_E + (1-f) \mu_I = 0`; ``.balance()``
        makes a balanced copy of others. Even then outliers wander outside the disc, unless each row
        sums to zero: ``RowBalanced(...)``.
    std_excitatory, std_inhibitory : float, optional
        :math:`\sigma_E, \sigma_I`, at least 0.

    See Also
    --------
    ExcitatoryInhibitory : the same means and variances with strict signs (Dale's law).

    References
    ----------
    K. Rajan, L. F. Abbott, Phys. Rev. Lett. 97, 188104 (2006).

    Examples
    --------
    >>> from neurosim.connectivity import GaussianExcitatoryInhibitory, RowBalanced
    >>> columns = GaussianExcitatoryInhibitory(std_excitatory=0.5, std_inhibitory=1.0)
    >>> round(columns.radius, 3)
    0.632
    >>> without_outliers = RowBalanced(columns)
    """

    def _weights(
        self, mean: float, std: float, shape: tuple[int, int], rng: np.random.Generator
    ) -> np.ndarray:
        weights = rng.standard_normal(shape)
        weights *= std
        weights += mean
        return weights
