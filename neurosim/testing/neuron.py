"""Conformance check of a neuron."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from neurosim.declaration import Declaration, parameter_names
from neurosim.equations import Equations, evaluate, formula, parameter_values, trace
from neurosim.errors import EquationError, PluginError, clause
from neurosim.neurons import Neuron
from neurosim.randomness import Seed, stream
from neurosim.testing.rules import check_class, check_copies, check_hooks, require_subclass, rule_error

__all__ = ["check_neuron"]

DERIVATIVES = ("rate_by_state", "drift_by_state", "drift_by_input")
"""Methods that a neuron may have instead of the traced derivative."""
_POINTS = 64
# central differences of step 1e-5 err by 1e-10 times the third derivative (truncation) and by 1e-11 times the
# function (rounding)
_STEP, _TOLERANCE = 1e-5, 1e-6
# a function of a positive state (log, sqrt) is defined at half of the points
_SMOOTH = 0.25


def check_neuron(neuron: Neuron | type[Neuron], rng: Seed = 0) -> list[str]:
    """Check that a neuron obeys the rules on which simulation, training and analysis rely.

    Parameters
    ----------
    neuron : Neuron or subclass of it
        A class is checked with its default parameters.
    rng : int, SeedSequence or Generator
        States and inputs at which equations are evaluated.

    Returns
    -------
    list of str
        What was checked, one line each.

    Raises
    ------
    PluginError
        At the first rule that is broken; the message names the class, the rule and the remedy.

    Examples
    --------
    >>> import neurosim as ns
    >>> from neurosim.testing import check_neuron
    >>> check_neuron(ns.LeakyCurrent("tanh"))[0]
    'a frozen dataclass with a docstring'
    """
    hooks = check_hooks(require_subclass(neuron, Neuron), Neuron, DERIVATIVES)
    unit = _create(neuron)
    report = [check_class(type(unit)), check_copies(unit)]
    equations = _trace(unit)
    values = _points(unit, equations, rng)
    return [
        *report,
        _check_values(unit, equations, values),
        *_check_derivatives(unit, equations, values),
        _check_parameters_per_unit(unit, equations, values),
        hooks,
        _check_rest(unit, equations),
    ]


def _create(neuron: Any) -> Neuron:
    cls: Any = require_subclass(neuron, Neuron)
    if neuron is not cls:
        return neuron
    try:
        return cls()
    except Exception as error:
        raise rule_error(
            cls, f"it can be created without arguments ({clause(error)})", "give every field a default value."
        ) from error


def _trace(unit: Neuron) -> Equations:
    try:
        return trace(unit)
    except EquationError as error:
        raise rule_error(
            type(unit), f"its equations can be traced ({clause(error)})", "see the rules of Neuron."
        ) from error


def _points(unit: Neuron, equations: Equations, rng: Seed) -> dict[str, Any]:
    generator = stream(rng, "check")
    shape = max((np.shape(v) for v in parameter_values(unit).values()), key=len, default=()) or (_POINTS,)
    states = {name: generator.normal(0.0, 1.5, (4, *shape)) for name in (*equations.variables, "u")}
    return {**states, **parameter_values(unit)}


def _evaluate_methods(unit: Neuron, equations: Equations, values: dict[str, Any]) -> list[np.ndarray]:
    """Drifts and rate, from the methods themselves called with arrays."""
    state = [values[name] for name in equations.variables]
    with np.errstate(all="ignore"):
        drift, rate = unit.drift(*state, values["u"]), unit.rate(*state)
    outputs = [*(drift if isinstance(drift, (tuple, list)) else [drift]), rate]
    return [np.broadcast_to(output, np.shape(values["u"])) for output in outputs]


def _agree(a: Any, b: Any, tolerance: float) -> bool:
    return np.allclose(a, b, rtol=tolerance, atol=tolerance, equal_nan=True)


def _check_values(unit: Neuron, equations: Equations, values: dict[str, Any]) -> str:
    expressions = [*equations.drift, equations.rate]
    for expression, expected in zip(expressions, _evaluate_methods(unit, equations, values), strict=True):
        if not _agree(evaluate(expression, values), expected, 1e-12):
            raise rule_error(
                type(unit),
                f"its methods give the same with symbols as with arrays (traced: {formula(expression)})",
                "let drift and rate depend on their arguments and on the fields only, element by element.",
            )
    return "drift and rate agree with their trace"


def _check_derivatives(unit: Neuron, equations: Equations, values: dict[str, Any]) -> list[str]:
    names, parameters = equations.variables, equations.parameters
    columns = {
        "drift_by_state": (equations.drift, names, equations.drift_by_state),
        "drift_by_input": (equations.drift, ("u",), [[slope] for slope in equations.drift_by_input]),
        "rate_by_state": ([equations.rate], names, [equations.rate_by_state]),
        "drift_by_parameter": (equations.drift, parameters, equations.drift_by_parameter),
        "rate_by_parameter": ([equations.rate], parameters, [equations.rate_by_parameter]),
    }
    report = []
    for name, (functions, symbols, slopes) in columns.items():
        if callable(getattr(type(unit), name, None)):
            report.append(f"{name} is the author's own and is not compared")
            continue
        for function, row in zip(functions, slopes, strict=True):
            for symbol, slope in zip(symbols, row, strict=True):
                _check_slope(unit, (function, symbol, slope), values)
        report.append(f"{name} agrees with finite differences")
    return report


def _check_slope(unit: Neuron, entry: tuple[Any, str, Any], values: dict[str, Any]) -> None:
    function, symbol, slope = entry
    shape = np.shape(values["u"])
    here, above, below = (
        np.broadcast_to(evaluate(function, {**values, symbol: values[symbol] + shift}), shape)
        for shift in (0.0, _STEP, -_STEP)
    )
    with np.errstate(all="ignore"):
        central = (above - below) / (2.0 * _STEP)
        # two one-sided slopes that differ mark a corner or a jump within one step of the point
        smooth = np.abs(above - 2.0 * here + below) < 1e-3 * _STEP * (1.0 + np.abs(central))
    if np.mean(smooth) < _SMOOTH:
        raise rule_error(
            type(unit),
            f"{formula(function)} is smooth in {symbol} nearly everywhere",
            "choose default parameters for which it is finite and less steep.",
        )
    found = np.broadcast_to(evaluate(slope, values), shape)
    if not _agree(
        found[smooth], central[smooth], _TOLERANCE * (1.0 + np.max(np.abs(here[smooth]), initial=0.0))
    ):
        raise rule_error(
            type(unit),
            f"the derivative of {formula(function)} by {symbol} agrees with finite differences",
            f"its trace gives {formula(slope)}; report this, or give the derivative as a method.",
        )


def _check_parameters_per_unit(unit: Neuron, equations: Equations, values: dict[str, Any]) -> str:
    try:
        several = _per_unit(unit, np.shape(values["u"])[1:])
        one, other = (_evaluate_methods(each, equations, values) for each in (unit, several))
        same = (
            all(_agree(a, b, 1e-12) for a, b in zip(one, other, strict=True)) and _trace(several) is not None
        )
    except PluginError:
        raise
    except Exception as error:
        raise rule_error(
            type(unit),
            f"each parameter may be one number per unit ({clause(error)})",
            "check arrays with np.min, np.all.",
        ) from error
    if not same:
        raise rule_error(
            type(unit),
            "one number per unit gives what one number gives",
            "use the parameters element by element.",
        )
    return "parameters may be one number or one number per unit"


def _per_unit(declaration: Any, shape: tuple[int, ...]) -> Any:
    changes: dict[str, Any] = {
        name: np.broadcast_to(getattr(declaration, name), shape)
        for name in parameter_names(type(declaration))
    }
    for field in dataclasses.fields(declaration):
        if isinstance(getattr(declaration, field.name), Declaration):
            changes[field.name] = _per_unit(getattr(declaration, field.name), shape)
    return declaration.replace(**changes)


def _check_rest(unit: Neuron, equations: Equations) -> str:
    rest = unit.resting_state()
    unknown = set(rest) - set(equations.variables)
    if unknown:
        raise rule_error(
            type(unit),
            f"resting_state() names state variables (got {', '.join(sorted(unknown))})",
            f"use the names {', '.join(equations.variables)}.",
        )
    values = {**dict.fromkeys(equations.variables, 0.0), **rest, "u": 0.0, **parameter_values(unit)}
    expressions = [
        *equations.drift,
        equations.rate,
        *sum(equations.drift_by_state, ()),
        *equations.rate_by_state,
    ]
    for expression in expressions:
        if not np.isfinite(evaluate(expression, values)).all():
            raise rule_error(
                type(unit),
                f"everything is finite at rest, with u = 0 ({formula(expression)} is not)",
                "give a start in resting_state(), or another default parameter.",
            )
    return "finite at rest, derivatives included"
