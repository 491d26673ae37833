"""A sequence of networks that are read one at a time, over which functions map."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from neurosim.network import Network
from neurosim.progress import progress_bar

__all__ = ["NetworkSequence"]


class NetworkSequence(Sequence[Network]):
    """Base of sequences of networks, of which one is in memory at a time.

    Subclasses say how many there are, how one is read, and in `labels` what each is called.
    """

    @property
    @abstractmethod
    def labels(self) -> list[str]:
        """Name of each network."""

    def __iter__(self) -> Iterator[Network]:
        return (self[k] for k in range(len(self)))

    def map(
        self, function: Callable[..., Any], *args: Any, progress: bool | None = None, **keywords: Any
    ) -> list[Any]:
        """Result of a function of a network, such as any of `neurosim.analysis`, for every network.

        Parameters
        ----------
        function : callable
            Called as ``function(network, *args, **keywords)``, with one network in memory at a time.
        progress : bool, optional

        Notes
        -----
        ``gates.map(ns.analysis.lyapunov_spectrum, count=3, rng=0)`` gives three exponents of every network.
        """
        results = []
        with progress_bar(len(self), "networks", "network", progress) as bar:
            for network in self:
                results.append(function(network, *args, **keywords))
                bar.update(1)
        return results
