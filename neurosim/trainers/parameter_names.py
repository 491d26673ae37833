"""Names of parameters that trainers, penalties and constraints are given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from neurosim.errors import ParameterError, UnknownNameError, did_you_mean

__all__ = ["kept_names", "require_names"]


def kept_names(label: str, names: str | Sequence[str]) -> tuple[str, ...]:
    """Return one or several names as a tuple, which must not be empty."""
    kept = (names,) if isinstance(names, str) else tuple(names)
    if not kept:
        raise ParameterError(f"{label} is empty; give at least one, such as 'recurrent'.")
    return kept


def require_names(names: Iterable[str], parameters: Iterable[str]) -> None:
    """Raise unless a network has all these parameters."""
    known = list(parameters)
    for name in names:
        if name not in known:
            raise UnknownNameError(f"the network has no parameter {name!r}. {did_you_mean(str(name), known)}")
