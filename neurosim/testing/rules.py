"""Conformance rules that all kinds of declarations share."""

from __future__ import annotations

import contextlib
import functools
from difflib import get_close_matches
from typing import Any

import numpy as np

from neurosim.declaration import Declaration, parameter_names
from neurosim.errors import ParameterError, PluginError

__all__ = ["check_class", "check_copies", "check_hooks", "require_subclass", "rule_error"]


def rule_error(cls: type, rule: str, remedy: str) -> PluginError:
    """Error that names the class, the rule and the remedy."""
    return PluginError(f"{cls.__name__} breaks a rule of its kind: {rule} — {remedy}")


def require_subclass(given: Any, base: type[Declaration]) -> type[Declaration]:
    """Class of an instance, or the class itself; raises unless it derives from `base`."""
    cls = given if isinstance(given, type) else type(given)
    if not issubclass(cls, base):
        raise rule_error(
            cls,
            f"a {base.kind} is a subclass of neurosim.{base.__name__}",
            f"write class {cls.__name__}({base.__name__}).",
        )
    return cls


def check_class(cls: type) -> str:
    """Raise unless a class is a frozen dataclass with a docstring."""
    parameters = getattr(cls, "__dataclass_params__", None)
    if parameters is None or "__dataclass_fields__" not in cls.__dict__ or not parameters.frozen:
        raise rule_error(cls, "it is a frozen dataclass", "write @dataclass(frozen=True) above the class.")
    # @dataclass fills an empty docstring with the signature
    if not cls.__doc__ or cls.__doc__.startswith(f"{cls.__name__}("):
        raise rule_error(cls, "it has a docstring", "state the equation and the parameters with their units.")
    return "a frozen dataclass with a docstring"


def check_hooks(cls: type, base: type, optional: tuple[str, ...] = ()) -> str:
    """Require every method of its kind, and none with nearly the name of one, which would then not be called.

    Properties count as methods.

    Parameters
    ----------
    cls : type
    base : type
        Abstract base class of its kind, whose public attributes are the names that are looked up.
    optional : tuple of str, optional
        Further names that are looked up.
    """
    known = [name for name in {*dir(base), *optional} if not name.startswith("_")]
    own = {
        name
        for each in cls.__mro__[: cls.__mro__.index(base)]
        for name in vars(each)
        if callable(vars(each)[name]) or isinstance(vars(each)[name], (property, functools.cached_property))
    }
    for name in sorted(own - set(known)):
        near = [other for other in known if len(name) > 2 and other.startswith(f"{name}_")]
        near += get_close_matches(name, known, n=1, cutoff=0.8)
        if near and not name.startswith("_"):
            raise rule_error(
                cls,
                f"its methods have the names of {base.__name__} (got {name}, which is never called)",
                f"write {near[0]}, or choose a name that is less similar.",
            )
    missing = sorted(getattr(cls, "__abstractmethods__", ()))
    if missing:
        raise rule_error(
            cls,
            f"it has everything that a {base.__name__} must have (missing: {', '.join(missing)})",
            f"write {missing[0]} as in help(neurosim.{base.__name__}).",
        )
    return "no method is missing, and none has nearly the name of another"


def check_copies(declaration: Declaration) -> str:
    """Raise unless copies are equal, and another parameter makes another declaration."""
    cls = type(declaration)
    copy = declaration.replace()
    if copy != declaration or hash(copy) != hash(declaration) or repr(copy) != repr(declaration):
        raise rule_error(
            cls,
            "a copy by replace() is equal to the original",
            f"keep __eq__, __hash__, __repr__ of {cls.__mro__[1].__name__}.",
        )
    for name in parameter_names(cls):
        with contextlib.suppress(ParameterError):
            value = np.asarray(getattr(declaration, name))
            if declaration.replace(**{name: value + 0.125 * (1.0 + np.abs(value))}) == declaration:
                raise rule_error(
                    cls,
                    f"another {name} makes another {cls.kind}",
                    f"keep __eq__ of {cls.__mro__[1].__name__}.",
                )
    return "copies are equal, changed copies are not"
