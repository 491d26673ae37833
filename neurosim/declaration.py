"""Declarations: frozen dataclasses of settings, the base of neurons, connectivities, tasks, trainers and noise."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Container, Mapping
from typing import Any, ClassVar, TypeVar

import numpy as np

from neurosim.errors import ParameterError, unknown_keyword
from neurosim.notebook import HtmlTable
from neurosim.validation import finite, positive, truth_value

__all__ = ["Declaration", "Parameter", "parameter_names"]

Parameter = float | np.ndarray
"""Annotation of a numerical parameter: one number, or one number per unit."""

Self = TypeVar("Self", bound="Declaration")


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, np.ndarray) or isinstance(b, np.ndarray):
        return np.array_equal(a, b)
    return bool(a == b)


def _short(value: Any) -> str:
    if isinstance(value, np.ndarray) and value.size > 4:
        return f"array{value.shape}"
    if callable(value) and hasattr(value, "__name__"):
        return value.__name__
    return repr(value.tolist() if isinstance(value, np.ndarray) else value)


class Declaration(HtmlTable):
    """Base of frozen dataclasses that hold settings: they compare by value, print, and make changed copies.

    Derive from it, usually through `Neuron` or `Connectivity`, and decorate with ``@dataclass(frozen=True)``:

    * Fields annotated ``float`` or ``Parameter`` are numbers: they become float64 and finite. Those annotated
      ``Parameter``, and in neurons also ``float``, may be one per unit: a read-only array. Fields with any other
      annotation are stored unchanged.
    * Fields annotated ``bool`` are True or False.
    * A field annotated ``float | None`` is not checked; the subclass does that.
    * A field named ``tau`` or ``tau_...`` is a time constant and must be positive.
    * Two declarations are equal when their classes and all their fields are; arrays count by value.
    * ``declaration.replace(gain=2.0)`` is a copy with one field changed.
    * An unknown keyword is an error that suggests the nearest one.
    """

    kind: ClassVar[str] = "declaration"
    floats_per_unit: ClassVar[bool] = False
    """Whether fields annotated ``float`` may hold one number per unit, too."""

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        # @dataclass adds its own versions, which fail for arrays, unless the class has them already
        for method in ("__eq__", "__hash__", "__repr__"):
            if method not in cls.__dict__:
                setattr(cls, method, getattr(Declaration, method))

    def __new__(cls: type[Self], *_: Any, **keywords: Any) -> Self:  # noqa: D102
        if dataclasses.is_dataclass(cls):
            known = [field.name for field in dataclasses.fields(cls) if field.init]
            for keyword in keywords:
                if keyword not in known:
                    raise unknown_keyword(cls.__name__, keyword, known)
            if "__dataclass_fields__" not in cls.__dict__ and inspect.get_annotations(cls):
                raise ParameterError(
                    f"{cls.__name__} has fields and must be a dataclass; write @dataclass(frozen=True) above it."
                )
        return super().__new__(cls)

    def __post_init__(self) -> None:
        single = () if self.floats_per_unit else parameter_names(type(self), "float")
        for name in parameter_names(type(self)):
            value = finite(f"{type(self).__name__}.{name}", getattr(self, name), np.float64)
            if value.size == 0:
                raise ParameterError(
                    f"{type(self).__name__}.{name} must have a value (got none); give a number."
                )
            if name == "tau" or name.startswith("tau_"):
                positive(f"{type(self).__name__}.{name}", value.min())
            if value.ndim and name in single:
                raise ParameterError(
                    f"{type(self).__name__}.{name} must be one number (got an array of shape {value.shape})."
                )
            if value.ndim == 0:
                object.__setattr__(self, name, float(value))
            else:
                value = value.copy()
                value.setflags(write=False)
                object.__setattr__(self, name, value)

        for name in _annotated(type(self), {"bool": bool}):
            object.__setattr__(self, name, truth_value(f"{type(self).__name__}.{name}", getattr(self, name)))

    def replace(self: Self, **changes: Any) -> Self:
        """Copy of the declaration with some fields changed."""
        given = (field.name for field in dataclasses.fields(self) if field.init)  # type: ignore[arg-type]
        fields = {name: getattr(self, name) for name in given}
        return type(self)(**{**fields, **changes})

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        names = (field.name for field in dataclasses.fields(self))  # type: ignore[arg-type]
        return all(_same(getattr(self, name), getattr(other, name)) for name in names)

    def __hash__(self) -> int:
        values = (getattr(self, field.name) for field in dataclasses.fields(self))  # type: ignore[arg-type]
        return hash(
            (type(self), *(v.tobytes() if isinstance(v, np.ndarray) else _hashable(v) for v in values))
        )

    def _html_defaults(self) -> frozenset[str]:
        return frozenset(
            field.name
            for field in dataclasses.fields(self)  # type: ignore[arg-type]
            if field.default is not dataclasses.MISSING and _same(getattr(self, field.name), field.default)
        )

    def __repr__(self) -> str:
        defaults = self._html_defaults()
        changed = (
            f"{field.name}={_short(getattr(self, field.name))}"
            for field in dataclasses.fields(self)  # type: ignore[arg-type]
            if field.repr and field.name not in defaults
        )
        return f"{type(self).__name__}({', '.join(changed)})"


def _hashable(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return tuple(_hashable(v) for v in value)
    return value if value.__hash__ is not None else repr(value)


def parameter_names(cls: type, *annotations: str) -> tuple[str, ...]:
    """Names of the numerical fields of a declaration in their order: annotated float or Parameter, or one of these."""
    known = {"float": float, "Parameter": Parameter}
    return _annotated(cls, {name: known[name] for name in annotations or known})


def _annotated(cls: type, kinds: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the fields of a declaration with one of these annotations, which may be text."""
    return tuple(
        field.name
        for field in dataclasses.fields(cls)
        if field.type in kinds.values() or (isinstance(field.type, str) and _is_one_of(field.type, kinds))
    )


def _is_one_of(annotation: str, names: Container[str]) -> bool:
    first, *others = (part.strip().split(".")[-1] for part in annotation.split("|"))
    return first in names and "None" not in others
