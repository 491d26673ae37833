"""Checks of the parameter names that trainers, penalties and constraints take, such as "recurrent"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from neurosim.errors import ParameterError, UnknownNameError, did_you_mean

__all__ = ["as_names", "require_names"]


def as_names(label: str, names: str | Sequence[str]) -> tuple[str, ...]:
    """Return one name or several as a tuple, which must not be empty."""
    given = (names,) if isinstance(names, str) else names
    if not isinstance(given, (list, tuple)) or not all(isinstance(name, str) for name in given):
        raise ParameterError(f"{label} must be a name or several (got {names!r}); try 'recurrent'.")
    if not given:
        raise ParameterError(f"{label} must have at least one name (got {names!r}); try 'recurrent'.")
    return tuple(given)


def require_names(names: Iterable[str], parameters: Iterable[str], label: str = "") -> None:
    """Raise unless a network has all these parameters; `label` says which argument gave the names."""
    known = list(parameters)
    for name in names:
        if name not in known:
            source = f"{label}: " if label else ""
            raise UnknownNameError(
                f"{source}the network has no parameter {name!r}. {did_you_mean(str(name), known)}"
            )
