"""Decoding of plain data and named arrays to objects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import numpy as np
from numpy.random import SeedSequence

from neurosim.declaration import Declaration
from neurosim.errors import NeurosimError, StorageError, UnknownNameError, clause
from neurosim.network import Network
from neurosim.randomness import seed_from_dict
from neurosim.registry import find
from neurosim.storage.encoding import RECORDS
from neurosim.storage.result_classes import result_class

__all__ = ["Decoder", "Source"]


class Source(Protocol):
    """Source of named arrays: an `Archive`, or a file of another format."""

    path: str

    def array(self, name: str) -> np.ndarray:
        """One array by its name in `Encoder.arrays`."""
        ...


class Decoder:
    """Decoder of the header and the arrays of one archive."""

    def __init__(self, archive: Source) -> None:
        self._archive = archive
        self._makers = {
            "array": archive.array,
            "complex": lambda parts: complex(*map(self.decode, parts)),
            "declaration": self._declaration,
            "float": float,
            "items": lambda items: dict(self.decode(item) for item in items),
            "mapping": self._fields,
            "network": self._network,
            "result": self._result,
            "seed": self._seed,
            "sparse": self._sparse,
            "tuple": lambda items: tuple(self.decode(item) for item in items),
        }

    def decode(self, node: Any) -> Any:
        """Value that `Encoder.encode` turned into these plain data."""
        if isinstance(node, list):
            return [self.decode(item) for item in node]
        if not isinstance(node, dict):
            return node
        ((tag, content),) = node.items()
        if tag in self._makers:
            return self._makers[tag](content)  # type: ignore[operator]
        return RECORDS[tag](**self._fields(content))

    def _fields(self, content: Mapping[str, Any]) -> dict[str, Any]:
        return {name: self.decode(value) for name, value in content.items()}

    def _result(self, content: Mapping[str, Any]) -> Any:
        return result_class(str(content["name"]))(**self._fields(content["fields"]))

    def _seed(self, content: dict[str, Any]) -> SeedSequence:
        return seed_from_dict(content)

    def _network(self, content: Mapping[str, Any]) -> Network:
        # not Network(...), which would draw weights
        network = object.__new__(Network)
        network._fill(**self._fields(content))
        return network

    def _sparse(self, content: Mapping[str, Any]) -> Any:
        from scipy.sparse import csr_array

        data, indices, indptr = (self._archive.array(content[name]) for name in ("data", "indices", "indptr"))
        array = csr_array((data, indices, indptr), shape=tuple(content["shape"]))
        array.check_format(full_check=True)
        return array

    def _declaration(self, content: Mapping[str, Any]) -> Declaration:
        kind, name, place = (str(content[key]) for key in ("kind", "name", "origin"))
        try:
            cls = find(kind, name)
        except UnknownNameError as error:
            raise StorageError(
                f"{self._archive.path} needs the {kind} {name!r} of {place}, which is not installed: "
                f"{_remedy(place)} first. ({clause(error)})"
            ) from error
        except NeurosimError as error:
            raise StorageError(f"{self._archive.path} needs the {kind} {name!r}: {error}") from error
        fields = self._fields(content["fields"])
        try:
            return cls(**fields)
        except (NeurosimError, TypeError) as error:
            raise StorageError(
                f"{self._archive.path} holds a {kind} {name!r} of {place} that the present class refuses: "
                f"{clause(error)}. Load it with the version that wrote it."
            ) from error


def _remedy(place: str) -> str:
    """How to make a class of this `origin` available."""
    origin, _, name = place.partition(" ")
    if origin == "distribution":
        return f"install {name}"
    if origin == "file":
        return f"call ns.load_plugin({name!r})"
    if origin == "module" and name != "__main__":
        return f"import {name}"
    return "run the script or notebook cell that defines it" if origin == "module" else "upgrade neurosim-rnn"
