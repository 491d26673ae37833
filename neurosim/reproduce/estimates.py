"""Estimates: a number measured on several networks, with its interval."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from neurosim.results import Result
from neurosim.validation import as_array

__all__ = ["Estimate", "over_networks", "share_of_networks"]

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
