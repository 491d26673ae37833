"""Symbolic equations of neurons: traced from NumPy methods, differentiated, evaluated, written as source text."""

from neurosim.equations.derivative import derivative
from neurosim.equations.evaluation import evaluate, numpy_function
from neurosim.equations.expression import Expression, Graph
from neurosim.equations.formula import formula
from neurosim.equations.rules import known_functions
from neurosim.equations.source import explanation, function_source, module_functions
from neurosim.equations.trace import (
    Equations,
    parameter_units,
    parameter_values,
    sections_of,
    trace,
    unit_values,
)

__all__ = [
    "Equations",
    "Expression",
    "Graph",
    "derivative",
    "evaluate",
    "explanation",
    "formula",
    "function_source",
    "known_functions",
    "module_functions",
    "numpy_function",
    "parameter_units",
    "parameter_values",
    "sections_of",
    "trace",
    "unit_values",
]
