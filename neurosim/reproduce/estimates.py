"""Estimates: a number measured on several networks, with its interval."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.results import Result
from neurosim.validation import as_array

__all__ = ["Estimate", "for_infinite_size", "jackknife", "over_networks", "share_of_networks"]

LEVEL = 0.95


@dataclass(frozen=True)
class Estimate(Result):
    """Number that was measured.

    Attributes
    ----------
    value : float
    low, high : float
        Ends of a 95 % interval over networks; NaN where there is none, as for theory.
    networks : int
        How many networks it rests on; 0 for theory.
    """

    value: float
    low: float = math.nan
    high: float = math.nan
    networks: int = 0


def over_networks(samples: Any) -> Estimate:
    """Mean over networks, with the 95 % interval of Student's t distribution.

    Parameters
    ----------
    samples : array_like, shape (networks,)
        One number for each network. Where one of them is not finite neither is the estimate, so that no network is
        left out.

    Examples
    --------
    >>> from neurosim.reproduce import over_networks
    >>> over_networks([1.0, 2.0, 3.0])
    Estimate(value: 2, low: -0.48414, high: 4.4841, networks: 3)
    """
    from scipy.stats import t

    values = np.atleast_1d(as_array("samples", samples)).astype(float).ravel()
    count = len(values)
    if not count or not np.isfinite(values).all():
        return Estimate(math.nan, networks=count)
    mean = float(values.mean())
    if count < 2:
        return Estimate(mean, networks=count)
    half = float(t.ppf(0.5 + 0.5 * LEVEL, count - 1) * values.std(ddof=1) / np.sqrt(count))
    return Estimate(mean, mean - half, mean + half, count)


def share_of_networks(holds: Any) -> Estimate:
    """Share of networks of which something is true, with its 95 % Wilson score interval.

    Parameters
    ----------
    holds : array_like of bool, shape (networks,)
        A comparison with NaN is False, so that a network without a value counts against.

    References
    ----------
    E. B. Wilson, J. Am. Stat. Assoc. 22, 209 (1927).

    Examples
    --------
    >>> from neurosim.reproduce import share_of_networks
    >>> share_of_networks([True, True, False, True])
    Estimate(value: 0.75, low: 0.30064, high: 0.95441, networks: 4)
    """
    from scipy.stats import norm

    true = np.atleast_1d(as_array("holds", holds)).astype(bool).ravel()
    count = len(true)
    if not count:
        return Estimate(math.nan)
    share, z = float(true.mean()), float(norm.ppf(0.5 + 0.5 * LEVEL))
    center = (share + z**2 / (2.0 * count)) / (1.0 + z**2 / count)
    half = z * math.sqrt(share * (1.0 - share) / count + z**2 / (4.0 * count**2)) / (1.0 + z**2 / count)
    return Estimate(share, max(0.0, center - half), min(1.0, center + half), count)


def jackknife(function: Callable[..., float], *samples: Any) -> Estimate:
    """Number that a function makes of all networks together, with its 95 % interval by the jackknife over networks.

    Parameters
    ----------
    function : callable
        Of arrays whose first axis counts networks, such as the width of their mean autocorrelation.
    *samples : array_like, shape (networks, ...)

    References
    ----------
    B. Efron and R. J. Tibshirani, An Introduction to the Bootstrap (1993), chapter 11.

    Examples
    --------
    >>> import numpy as np
    >>> from neurosim.reproduce import jackknife
    >>> jackknife(np.median, [1.0, 2.0, 3.0, 5.0, 9.0]).value
    3.0
    """
    from scipy.stats import t

    arrays = [as_array("samples", each).astype(float) for each in samples]
    count = len(arrays[0])
    if not count or not all(np.isfinite(each).all() for each in arrays):
        return Estimate(math.nan, networks=count)
    value = float(function(*arrays))
    if count < 2:
        return Estimate(value, networks=count)
    without = np.array([function(*(np.delete(each, k, axis=0) for each in arrays)) for k in range(count)])
    error = math.sqrt((count - 1) * float(np.mean((without - without.mean()) ** 2)))
    half = float(t.ppf(0.5 + 0.5 * LEVEL, count - 1)) * error
    return Estimate(value, value - half, value + half, count)


def for_infinite_size(sizes: Any, values: Any) -> Estimate:
    r"""Value for infinitely many units: intercept a of the line :math:`a + b / N`, with its 95 % interval.

    Each network has the weight of its units, since variances over networks go as 1/N.

    Parameters
    ----------
    sizes : array_like, shape (networks,)
        Units of each network, at least two different numbers among three networks.
    values : array_like, shape (networks,)
        Where one is not finite neither is the estimate.

    Examples
    --------
    >>> from neurosim.reproduce import for_infinite_size
    >>> round(for_infinite_size([100, 200, 400], [0.9, 0.95, 0.975]).value, 6)
    1.0
    """
    from scipy.stats import t

    units, found = as_array("sizes", sizes).astype(float), as_array("values", values).astype(float)
    if len(np.unique(units)) < 2 or len(units) < 3 or not np.isfinite(found).all():
        return Estimate(math.nan, networks=len(units))
    design = np.stack([np.ones(len(units)), 1.0 / units], axis=1)
    inverse = np.linalg.inv(design.T @ (units[:, None] * design))
    fit = inverse @ design.T @ (units * found)
    free = len(units) - 2
    variance = float(np.sum(units * (found - design @ fit) ** 2)) / free
    half = float(t.ppf(0.5 + 0.5 * LEVEL, free) * np.sqrt(inverse[0, 0] * variance))
    return Estimate(float(fit[0]), float(fit[0]) - half, float(fit[0]) + half, len(units))
