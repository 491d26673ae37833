"""Networks of several cortical areas that obey Dale's law, with sparse feedforward and feedback connections."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.random import Generator, SeedSequence

from neurosim.connectivity import Operator
from neurosim.errors import ParameterError
from neurosim.network import Network
from neurosim.network_arguments import require_network
from neurosim.neurons import LeakyCurrent, Population, Populations
from neurosim.noise import WhiteNoise
from neurosim.public_modules import list_public_names
from neurosim.randomness import Seed, seed_sequence, stream
from neurosim.stepping import Stepping
from neurosim.tasks import Task
from neurosim.validation import (
    check_keywords,
    entries,
    instance_of,
    non_negative,
    positive,
    require_square,
    whole_number,
)

__all__ = ["area_units", "chain_of_areas"]

SHAPE = 2.0
"""Of the gamma distribution of the weights."""


@check_keywords
def chain_of_areas(
    task: Task,
    names: Sequence[str] = ("PFC", "PMd", "M1"),
    size: int = 100,
    *,
    excitatory: float = 0.8,
    feedforward: float = 0.1,
    feedback: float = 0.05,
    tau: float = 50.0,
    spectral_radius: float = 1.0,
    rng: Seed = None,
) -> Network:
    r"""Chain of areas of excitatory and inhibitory units: inputs reach the first area, outputs read the last one.

    Rectified units in current form, :math:`\tau\,dx/dt = -x + u`. Within an area all units are connected, without
    self-connections, and inhibition balances the local excitation of each unit on average. Between areas there are
    connections of excitatory with excitatory units only: to the next area with the probability `feedforward`, to the
    area before with `feedback`. Magnitudes are gamma-distributed with shape 2, each row is divided by its norm, and all
    weights are scaled to the spectral radius, as in Song et al. (2016).

    Parameters
    ----------
    task : Task
        Gives the channels, such as `neurosim.tasks.Checkerboard`.
    names : sequence of str, optional
        Names of the areas; area V has the populations V_E and V_I.
    size : int, optional
        Number of units of each area.
    excitatory : float, optional
        Fraction of excitatory units, above 0 and below 1.
    feedforward, feedback : float, optional
        Connection probabilities, from 0 to 1.
    tau : float, optional
        Time constant.
    spectral_radius : float, optional
    rng : int, SeedSequence, Generator or None, optional

    Returns
    -------
    Network
        Its `stepping` has Euler steps of a fifth of τ and noise on the currents of :math:`0.05 \sqrt{2\tau}`; trials
        start at 0.1. Input weights are N(0, 1 / channels) to the first area; readout weights are uniform from 0 to 0.1
        from the excitatory units of the last one; others are 0.

    Notes
    -----
    In training, the connections that exist and the law of Dale are kept with

    ``constraints=(Dale.of(network), Masked("input_weights", network.input_weights != 0),
    Masked("readout_weights", network.readout_weights != 0), NonNegative("readout_weights"))``

    of `neurosim.trainers`. The authors train by stochastic gradient descent with a learning rate of 5e-5, and stop at
    an accuracy of 65 % by a rule that asks for outputs above a threshold. With Adam, a rate of 3e-3, steps of 20 ms and
    batches of 32 trials, three networks of 40 units an area reached accuracies of 0.94 to 0.97 in 300 updates (7 s of
    one core), and one of 100 units 0.98 (28 s, a rate of 2e-3).

    Their claim is that direction is passed on between areas and color is filtered. In the three networks, the first
    five of some 30 dimensions of a source that the weights to the next area read hold 63 to 86 % of the squared norm of
    the axis of the direction, 4 to 28 % of that of the color, and 16 % of a random one (`analysis.communication`).
    Linear decoders find less about the color in M1 than in PFC, 0.68 to 0.83 of 0.86 to 0.93 bits, but not less in PMd
    than in PFC in each network: they use differences that are small in units that have little noise.

    References
    ----------
    M. Kleinman, C. Chandrasekaran, J. C. Kao, NeurIPS (2021): three areas of 80 excitatory and 20 inhibitory units,
    10 % feedforward and 5 % feedback connections. Weights: H. F. Song, G. R. Yang, X.-J. Wang, PLoS Comput. Biol. 12,
    e1004792 (2016).

    Examples
    --------
    >>> import neurosim as ns
    >>> from neurosim.areas import area_units, chain_of_areas
    >>> network = chain_of_areas(ns.tasks.Checkerboard(), rng=0)
    >>> list(network.populations)
    ['PFC_E', 'PFC_I', 'PMd_E', 'PMd_I', 'M1_E', 'M1_I']
    >>> network.recurrent.dense()[network.units("M1_E"), network.units("PFC_E")].any()
    np.False_
    """
    instance_of("task", task, Task, "try ns.tasks.Checkerboard()")
    areas = _names(names)
    cells = _populations(areas, whole_number("size", size, minimum=4), excitatory, positive("tau", tau))
    for name, value in (("feedforward", feedforward), ("feedback", feedback)):
        if non_negative(name, value) > 1.0:
            raise ParameterError(f"{name} must be from 0 to 1 (got {value!r}); it is a probability.")
    seed = seed_sequence(rng)
    weights = _weights(cells, areas, feedforward, feedback, stream(seed, "weights"))
    weights *= positive("spectral_radius", spectral_radius) / np.abs(np.linalg.eigvals(weights)).max()
    network = Network(
        cells, Operator(weights, pattern=weights != 0.0), inputs=task.inputs, outputs=task.outputs, rng=seed
    )
    noise = WhiteNoise(0.05 * np.sqrt(2.0 * tau), target="input")
    return network.replace(
        **_outer_weights(network, areas, seed),
        initial_state=np.full(network.size, 0.1),
        stepping=Stepping(dt=0.2 * tau, noise=noise),
    )


def area_units(network: Network) -> dict[str, np.ndarray]:
    """Units of each area of a network whose populations are named AREA_KIND, such as ``V1_E``.

    Examples
    --------
    >>> import neurosim as ns
    >>> from neurosim.areas import area_units, chain_of_areas
    >>> units = area_units(chain_of_areas(ns.tasks.Checkerboard(), size=10, rng=0))
    >>> units["PMd"]
    array([10, 11, 12, 13, 14, 15, 16, 17, 18, 19])
    """
    found: dict[str, list[int]] = {}
    for name, units in require_network(network).populations.items():
        found.setdefault(name.rpartition("_")[0] or name, []).extend(range(units.start, units.stop))
    return {name: np.array(units) for name, units in found.items()}


def _names(names: Sequence[str]) -> tuple[str, ...]:
    areas = (names,) if isinstance(names, str) else tuple(entries("names", names, "try ('PFC', 'M1')"))
    if not areas or not all(isinstance(area, str) for area in areas) or len(set(areas)) < len(areas):
        raise ParameterError(f"names must be distinct names of areas, at least one (got {names!r}).")
    return areas


def _populations(areas: tuple[str, ...], size: int, excitatory: float, tau: float) -> Populations:
    if not 2 <= round(positive("excitatory", excitatory) * size) <= size - 2:
        raise ParameterError(
            f"excitatory must leave two excitatory and two inhibitory units or more in an area of {size} (got "
            f"{excitatory!r}); try 0.8 with size=10 or more."
        )
    unit, count = LeakyCurrent("relu", tau=tau), round(excitatory * size)
    kinds = {"E": (count, "excitatory"), "I": (size - count, "inhibitory")}
    return Populations(
        {
            f"{area}_{kind}": Population(unit, size=units, sign=sign)
            for area in areas
            for kind, (units, sign) in kinds.items()
        }
    )


def _weights(
    cells: Populations, areas: tuple[str, ...], feedforward: float, feedback: float, draw: Generator
) -> np.ndarray:
    """Recurrent weights before they are scaled to the spectral radius."""
    size = cells.size
    require_square(size, matrices=4)
    scale, units = np.zeros((size, size)), cells.units
    for k, area in enumerate(areas):
        here = slice(units(f"{area}_E").start, units(f"{area}_I").stop)
        scale[here, units(f"{area}_E")] = 1.0
        for step, density in ((-1, feedforward), (1, feedback)):
            if 0 <= k + step < len(areas):
                block = units(f"{area}_E"), units(f"{areas[k + step]}_E")
                scale[block] = draw.random(scale[block].shape) < density
    np.fill_diagonal(scale, 0.0)
    for area in areas:
        here = slice(units(f"{area}_E").start, units(f"{area}_I").stop)
        scale[here, units(f"{area}_I")] = 1.0
        np.fill_diagonal(scale, 0.0)
        excitation = scale[here, units(f"{area}_E")].sum(axis=1)
        inhibition = scale[here, units(f"{area}_I")].sum(axis=1)
        scale[here, units(f"{area}_I")] *= -(excitation / inhibition)[:, None]
    scale /= np.linalg.norm(scale, axis=1)[:, None]
    return scale * draw.gamma(SHAPE, 1.0 / SHAPE, (size, size))


def _outer_weights(network: Network, areas: tuple[str, ...], seed: SeedSequence) -> dict[str, np.ndarray]:
    first, last = area_units(network)[areas[0]], network.units(f"{areas[-1]}_E")
    into, out = np.zeros(network.input_weights.shape), np.zeros(network.readout_weights.shape)
    into[first] = network.input_weights[first]
    out[:, last] = stream(seed, "readout").uniform(0.0, 0.1, out[:, last].shape)
    return {"input_weights": into, "readout_weights": out}


list_public_names(__name__)
