"""Random equations, for tests that compare symbols, arrays and autograd's tape."""

from hypothesis import strategies as st


def programs():
    """Nested tuples that are run with symbols, with arrays, and on autograd's tape."""
    leaves = st.sampled_from([("x",), ("y",)]) | st.sampled_from([-1.5, -0.4, 0.0, 0.6, 1.0, 2.0]).map(
        lambda c: ("constant", c)
    )
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.tuples(
                st.sampled_from(["add", "subtract", "multiply", "maximum", "minimum", "ratio"]), inner, inner
            ),
            st.tuples(st.sampled_from(["tanh", "sin", "arctan", "softplus", "expit", "cube", "root"]), inner),
            st.tuples(st.just("where"), inner, inner, inner),
        ),
        max_leaves=12,
    )


def run(program, numpy, sigmoid, x, y):
    operation, *rest = program
    if operation in "xy":
        return x if operation == "x" else y
    if operation == "constant":
        return rest[0] + 0.0 * x
    a, *others = (run(p, numpy, sigmoid, x, y) for p in rest)
    special = {
        "softplus": lambda: numpy.logaddexp(0.0, a),
        "expit": lambda: sigmoid(a),
        "cube": lambda: a**3,
        "root": lambda: numpy.sqrt(1.0 + a * a),
        "ratio": lambda: others[0] / (1.5 + a * a),
        "where": lambda: numpy.where(a > 0.1234, *others),
    }
    return special[operation]() if operation in special else getattr(numpy, operation)(a, *others)
