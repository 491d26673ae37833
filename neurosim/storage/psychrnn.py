"""Networks of PsychRNN, from the arrays of its weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from neurosim.declaration import Parameter
from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.neurons import LeakyCurrent
from neurosim.noise import noise_from_psychrnn
from neurosim.stepping import Stepping
from neurosim.storage.array_checks import require_array, require_mapping, require_shape
from neurosim.storage.arrays import from_arrays
from neurosim.storage.conventions import log_convention

__all__ = ["from_psychrnn", "stepping_with_noise"]


def from_psychrnn(
    weights: Mapping[str, Any],
    tau: Parameter,
    *,
    activation: str = "relu",
    dt: float | None = None,
    rec_noise: float = 0.0,
    dtype: str = "float64",
) -> Network:
    r"""Network of the weights of a PsychRNN ``Basic`` model.

    .. math:: x' = (1 - \alpha) x + \alpha (W_{rec} f(x) + W_{in} u + b_{rec})
                   + \sqrt{2 \alpha}\, rec\_noise\, N(0, 1), \qquad
              z = W_{out} f(x') + b_{out}, \qquad \alpha = dt / \tau

    ============  =====================================================================================
    equation      current form; here ``LeakyCurrent(f, tau)``, whose Euler step it is
    simulate      ``ns.simulate(network, duration, dt=dt, scheme="euler", inputs=u)`` with the dt of training
    timing        ``run.outputs[:, k + 1]`` is the output of PsychRNN at step k; sample 0 is the initial state
    noise         ``noise=ns.noise.noise_from_psychrnn(rec_noise, tau)``
    ============  =====================================================================================

    The same is said in the log ``neurosim.storage`` at level INFO, and is
    ``ns.storage.CONVENTIONS["psychrnn"]``.

    Parameters
    ----------
    weights : mapping of str to array_like
        What ``model.get_weights()`` returns, or ``numpy.load`` of the file that ``model.save`` wrote: ``W_rec``, and
        where they are there ``W_in``, ``W_out``, ``b_rec``, ``b_out``, ``init_state``, the masks
        ``input_connectivity``, ``rec_connectivity`` and ``output_connectivity``, ``Dale_rec`` and ``Dale_out``. Other
        entries are not read.
    tau : float or ndarray, shape (units,)
        Time constant, in PsychRNN's unit; the weights do not hold it.
    activation : str, optional
        Transfer function of the model, by its name here.
    dt, rec_noise : float, optional
        Time step and noise of the model, ``params["dt"]`` and ``params["rec_noise"]``, which the weights do not hold
        either. With dt they become the network's `stepping`, the default of everything that runs it.
    dtype : {"float64", "float32"}, optional
        Precision of the simulations.

    Returns
    -------
    Network
        Weights are masked, and ``rec_connectivity`` becomes the pattern of connections. Where ``Dale_rec`` marks
        inhibitory units, magnitudes take its signs, and inhibitory units are not read out. Weights that PsychRNN has
        saved are masked and signed already and stay the same.

    Raises
    ------
    ParameterError
        When ``W_rec`` is missing, or an array has entries that are not finite real numbers.
    ShapeError
        When an array does not fit ``W_rec``: names it and the shape that it must have.

    References
    ----------
    Ehrlich, Stone, Brandfonbrener, Atanasov & Murray (2021), eNeuro 8, ENEURO.0427-20.2020.

    Examples
    --------
    >>> import numpy as np
    >>> import neurosim as ns
    >>> weights = {"W_rec": np.eye(3), "W_in": np.ones((3, 2)), "init_state": np.full((1, 3), 0.1)}
    >>> ns.storage.from_psychrnn(weights, tau=100.0).neuron
    LeakyCurrent(activation='relu', tau=100.0)
    """
    require_mapping(weights, "weights")
    recurrent = require_shape("W_rec", require_array(weights, "W_rec", "weights"), ("units", "units"))
    size = recurrent.shape[0]
    signs, read_out = _signs(weights, "Dale_rec", size), _signs(weights, "Dale_out", size)
    inhibitory = bool((signs < 0.0).any())
    arrays = {"recurrent": _mask(recurrent, weights, "rec_connectivity", inhibitory) * signs}
    if "rec_connectivity" in weights:
        arrays["recurrent_pattern"] = np.asarray(weights["rec_connectivity"]) != 0
    if "b_rec" in weights:
        arrays["bias"] = require_shape("b_rec", weights["b_rec"], (size,))
    if "W_in" in weights:
        given = require_shape("W_in", weights["W_in"], (size, "inputs"))
        arrays["input_weights"] = _mask(given, weights, "input_connectivity", inhibitory)
    if "W_out" in weights:
        given = require_shape("W_out", weights["W_out"], ("outputs", size))
        arrays["readout_weights"] = _mask(given, weights, "output_connectivity", inhibitory) * read_out
        if "b_out" in weights:
            arrays["readout_bias"] = require_shape("b_out", weights["b_out"], given.shape[:1])
    if "init_state" in weights:
        # one row for each trial, all alike
        start = np.atleast_2d(weights["init_state"])[:1]
        arrays["initial_state"] = require_shape("init_state", start, (1, size))[0]
    network = from_arrays(arrays, LeakyCurrent(activation, tau=tau), dtype=dtype)
    network = network.replace(stepping=stepping_with_noise(dt, rec_noise, tau))
    log_convention("psychrnn", "weights")
    return network


def stepping_with_noise(dt: float | None, rec_noise: float, tau: Parameter) -> Stepping | None:
    """Stepping of a network of PsychRNN or pycog; None where its time step is not given."""
    if dt is None:
        if rec_noise:
            raise ParameterError(
                f"dt must be given together with noise (got a noise of {rec_noise:g}); add dt=...."
            )
        return None
    return Stepping(dt, noise=noise_from_psychrnn(rec_noise, tau) if rec_noise else None)  # type: ignore[arg-type]


def _signs(weights: Mapping[str, Any], name: str, size: int) -> np.ndarray:
    """Diagonal of a matrix that multiplies the weights from the right; ones where it is missing."""
    return np.diag(require_shape(name, weights[name], (size, size))) if name in weights else np.ones(size)


def _mask(array: np.ndarray, weights: Mapping[str, Any], mask: str, inhibitory: bool) -> np.ndarray:
    if mask in weights:
        array = array * require_shape(mask, weights[mask], array.shape)
    return np.abs(array) if inhibitory else array
