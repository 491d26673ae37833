"""Networks of pycog, from the arrays of its parameters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from neurosim.declaration import Parameter
from neurosim.network import Network
from neurosim.neurons import LeakyCurrent
from neurosim.storage.array_checks import require_array, require_known_names, require_shape
from neurosim.storage.arrays import from_arrays
from neurosim.storage.conventions import log_convention
from neurosim.storage.psychrnn import stepping_with_noise
from neurosim.validation import non_negative, one_of

__all__ = ["from_pycog"]

NAMES = ("Win", "Wrec", "Wout", "brec", "bout", "x0")
ACTIVATIONS = {
    "linear": "linear",
    "rectify": "relu",
    "rectify_power": "threshold_power_law",
    "rtanh": "rectified_tanh",
    "sigmoid": "logistic",
    "tanh": "tanh",
}
READOUTS = {"linear": "linear", "sigmoid": "logistic", "softmax": "softmax"}


def from_pycog(
    parameters: Mapping[str, Any],
    tau: Parameter,
    *,
    hidden_activation: str = "rectify",
    output_activation: str = "linear",
    dt: float | None = None,
    var_rec: float = 0.0,
    dtype: str = "float64",
) -> Network:
    r"""Network of the parameters of a pycog ``RNN``.

    .. math:: x' = x + \alpha \left(-x + W_{rec} f(x) + W_{in} u + b_{rec}
                   + \sqrt{2\, var\_rec / \alpha}\, N(0, 1)\right), \qquad
              z = g(W_{out} f(x) + b_{out}), \qquad \alpha = dt / \tau

    ============  =====================================================================================
    equation      current form; here ``LeakyCurrent(f, tau)``, whose Euler step it is
    simulate      ``ns.simulate(network, duration, dt=dt, scheme="euler", inputs=u[1:])``
    timing        ``run.outputs[:, k]`` is the output of pycog at sample k; both have the initial state as sample 0, and
                  pycog never uses ``u[0]``. ``u`` includes ``baseline_in``
    noise         ``noise=ns.noise.noise_from_psychrnn(np.sqrt(var_rec), tau)``
    ============  =====================================================================================

    The same is said in the log ``neurosim.storage`` at level INFO, and is
    ``ns.storage.CONVENTIONS["pycog"]``.

    Parameters
    ----------
    parameters : mapping of str to array_like
        ``Wrec`` (units, units), and where they are there, and not None, ``Win`` (units, inputs), ``Wout``
        (outputs, units), ``brec``, ``bout`` and ``x0``: attributes of a pycog ``RNN``, which are the
        weights with Dale's law and with those below its threshold set to 0.
    tau : float or ndarray, shape (units,)
        Time constant, in pycog's unit (ms).
    hidden_activation : {"rectify", "rectify_power", "rtanh", "sigmoid", "tanh", "linear"}, optional
    output_activation : {"linear", "sigmoid", "softmax"}, optional
    dt, var_rec : float, optional
        Time step and noise of the model. With dt they become the network's `stepping`, the default of everything that
        runs it.
    dtype : {"float64", "float32"}, optional
        Precision of the simulations.

    Returns
    -------
    Network

    Raises
    ------
    ParameterError, UnknownNameError
        When ``Wrec`` is missing, an array or an activation is unknown, or an array has entries that are not finite
        real numbers.
    ShapeError
        When an array does not fit ``Wrec``: names it and the shape that it must have.

    References
    ----------
    Song, Yang & Wang (2016), PLoS Computational Biology 12, e1004792, eqs. 1-5.

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> parameters = {"Wrec": np.eye(3), "Win": None, "Wout": np.ones((1, 3)), "x0": np.full(3, 0.1)}
    >>> ns.storage.from_pycog(parameters, tau=100.0).output_names
    ('output_0',)
    """
    require_known_names(parameters, NAMES, "parameters")
    activation = ACTIVATIONS[one_of("hidden_activation", hidden_activation, ACTIVATIONS)]
    readout = READOUTS[one_of("output_activation", output_activation, READOUTS)]
    recurrent = require_shape("Wrec", require_array(parameters, "Wrec", "parameters"), ("units", "units"))
    size = recurrent.shape[0]
    given = {name: array for name, array in parameters.items() if array is not None}
    outputs = require_shape("Wout", given["Wout"], ("outputs", size)).shape[0] if "Wout" in given else 0
    shapes: dict[str, tuple[str, tuple[int | str, ...]]] = {
        "Win": ("input_weights", (size, "inputs")),
        "Wout": ("readout_weights", (outputs, size)),
        "brec": ("bias", (size,)),
        "bout": ("readout_bias", (outputs,)),
        "x0": ("initial_state", (size,)),
    }
    arrays = {
        ours: require_shape(name, given[name], shape)
        for name, (ours, shape) in shapes.items()
        if name in given
    }
    network = from_arrays(
        {"recurrent": recurrent, **arrays}, LeakyCurrent(activation, tau=tau), readout=readout, dtype=dtype
    ).replace(stepping=stepping_with_noise(dt, np.sqrt(non_negative("var_rec", var_rec)), tau))
    log_convention("pycog", "parameters")
    return network
