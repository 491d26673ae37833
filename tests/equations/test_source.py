"""Generated text: it runs, agrees with NumPy, keeps the precision, and shares work."""

import numpy as np
import pytest
import scipy.special
from hypothesis import given, settings
from numpy.testing import assert_allclose
from random_programs import programs, run

from neurosim.equations import Graph, evaluate, function_source
from neurosim.equations.rules import CONDITIONS, RULES
from neurosim.errors import EquationError

NAMES = [
    "tanh",
    "exp",
    "log",
    "log1p",
    "expm1",
    "sqrt",
    "sinh",
    "cosh",
    "sin",
    "cos",
    "arctan",
    "absolute",
    "sign",
]


def compiled(text, real=np.float64):
    bound = {name: getattr(np, name) for name in NAMES}
    bound |= {"erf": scipy.special.erf, "logistic": scipy.special.expit, "real": real}
    bound["softplus"] = lambda a: np.logaddexp(real(0.0), a)
    exec(text, bound)
    return bound["f"]


def function_of(*outputs, arguments=("x", "y"), real=np.float64):
    return compiled(function_source("f", arguments, outputs), real)


@pytest.fixture
def x():
    return Graph().symbol("x")


@settings(max_examples=60, deadline=None)
@given(programs())
def test_the_text_of_a_random_program_runs_and_agrees_with_numpy(program):
    graph = Graph()
    traced = run(program, np, scipy.special.expit, graph.symbol("x"), graph.symbol("y"))
    function = function_of(traced)
    for a, b in ((-1.37, 0.83), (0.471, -2.11), (1.93, 0.377)):
        expected = evaluate(traced, {"x": a, "y": b})
        assert function(np.float64(a), np.float64(b)) == pytest.approx(expected, rel=1e-10, abs=1e-12)


@pytest.mark.parametrize("name", [n for n in RULES if n != "where" and n not in CONDITIONS])
def test_every_function_of_the_table_prints_text_that_runs(name):
    graph = Graph()
    count = 2 if "{1}" in RULES[name].text else 1
    expression = graph.combine(name, *(graph.symbol(s) for s in "xy"[:count]))
    a, b = np.float64(0.37), np.float64(1.21)
    assert function_of(expression)(a, b) == pytest.approx(evaluate(expression, {"x": a, "y": b}), rel=1e-15)


@pytest.mark.parametrize("exponent", [-8, -3, -1, 2, 3, 4, 5, 6, 7, 8])
def test_small_whole_powers_are_products(x, exponent):
    text = function_source("f", ["x"], [x**exponent])
    assert "**" not in text
    assert compiled(text)(np.float64(-1.3)) == pytest.approx((-1.3) ** exponent, rel=1e-14)


@pytest.mark.parametrize("exponent", [9.0, 2.5, -1.5])
def test_other_powers_are_powers(x, exponent):
    text = function_source("f", ["x"], [x**exponent])
    assert f"x ** real({exponent})" in text


@pytest.mark.parametrize("real", [np.float32, np.float64])
def test_constants_keep_the_precision_of_the_module(x, real):
    expression = (
        0.5 * np.tanh(x - 1) ** 3 + np.where(x > 0.25, 1 / (2 + x), np.maximum(x, 0.125)) + np.log(3.0)
    )
    value = function_of(expression, arguments=["x"], real=real)(real(0.75))
    assert type(value) is real


def test_infinity_and_nan_are_constants_too(x):
    expressions = [np.where(x > 0, np.inf, -np.inf), np.where(x > 0, x, np.nan)]
    with np.errstate(invalid="ignore"):
        found = function_of(*expressions, arguments=["x"])(np.float64(-1.0))
    assert found[0] == -np.inf
    assert np.isnan(found[1])


def test_shared_work_is_done_once(x):
    y = np.tanh(x)
    text = function_source("f", ["x"], [y, 1 - y * y, y * (1 - y * y)])
    assert text.count("tanh(") == 1
    assert text.count("real(1.0) -") == 1


def test_branches_are_computed_before_a_choice(x):
    text = function_source("f", ["x"], [np.where(x > 0, np.log1p(x), np.maximum(np.sin(x), 0))])
    for line in text.splitlines():
        assert not (" if " in line and "(x)" in line.replace("f(x)", "")), line


def test_names_of_temporaries_avoid_the_arguments():
    graph = Graph()
    t1 = graph.symbol("t1")
    function = function_of(np.tanh(t1) * np.tanh(t1) + t1, arguments=["t1"])
    assert function(np.float64(0.5)) == pytest.approx(np.tanh(0.5) ** 2 + 0.5, rel=1e-15)


def test_one_output_is_a_value_and_several_are_a_tuple(x):
    assert function_of(2 * x, arguments=["x"])(np.float64(3.0)) == 6.0
    assert function_of(2 * x, 1.0, x, arguments=["x"])(np.float64(3.0)) == (6.0, 1.0, 3.0)


@pytest.mark.parametrize("value", [-1.0, 0.0, 2.0, np.nan])
def test_extremes_and_clips_keep_nan(x, value):
    graph = Graph()
    x, y = graph.symbol("x"), graph.symbol("y")
    expressions = [np.maximum(x, 0), np.minimum(x, 0), np.clip(x, -1, 1), np.maximum(x, y), np.minimum(y, x)]
    a, b = np.float64(value), np.float64(0.5)
    expected = [np.maximum(a, 0), np.minimum(a, 0), np.clip(a, -1, 1), np.maximum(a, b), np.minimum(b, a)]
    assert_allclose(function_of(*expressions)(a, b), expected, rtol=0.0)


def test_an_unknown_symbol_is_an_error(x):
    with pytest.raises(EquationError, match=r"\(got \('y',\)\); add 'x'"):
        function_source("f", ["y"], [x + 1])


def test_a_long_chain_gives_text_that_python_accepts(x):
    y = x
    for _ in range(500):
        y = 0.999 * (y + 0.001)
    assert function_of(y, arguments=["x"])(np.float64(1.0)) == pytest.approx(
        evaluate(y, {"x": 1.0}), rel=1e-12
    )


def test_a_missing_value_is_an_error(x):
    with pytest.raises(EquationError, match=r"no value for 'x' \(given: y\)"):
        evaluate(x + 1, {"y": 2.0})
