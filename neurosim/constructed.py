r"""Networks that solve a task without training, by low-rank weights designed for it (Mastrogiuseppe & Ostojic 2018).

Random weights of gain g, plus structure :math:`\frac1N \sum_k m_k n_k^T` whose vectors overlap with the input vectors
and with the readout: input along :math:`n_k` drives the rates along :math:`m_k`, and the output reads them along w,
:math:`z = w \cdot r / N`. The neurons are ``LeakyCurrent("tanh")`` with :math:`\tau = 1`.
"""

from __future__ import annotations

import numpy as np
from numpy.random import SeedSequence

from neurosim.connectivity import Connectivity, Gaussian, LowRank
from neurosim.network import Network
from neurosim.neurons import LeakyCurrent
from neurosim.public_modules import list_public_names
from neurosim.randomness import Seed, child, seed_sequence, stream
from neurosim.tasks import ContextDiscrimination, GoNoGo, NoisyDetection, Task
from neurosim.validation import check_keywords, require_memory, whole_number

__all__ = ["context_discrimination", "go_no_go", "noisy_detection"]


@check_keywords
def go_no_go(size: int = 2500, *, gain: float = 0.1, rng: Seed = None) -> Network:
    r"""Low-rank network for the go/no-go task, `neurosim.tasks.GoNoGo`: it responds to one of two inputs.

    Rank one, :math:`m = w` and :math:`n = I_{go}`, so that only input along :math:`I_{go}` drives the rates along the
    readout. All vectors have independent entries of standard deviation 2. For infinite size

    .. math::
        \kappa = 4 \langle\phi'\rangle, \quad \Delta = g^2 \langle\phi^2\rangle + 4\kappa^2 + 4, \quad
        z = 4\kappa \langle\phi'\rangle

    with averages over currents of variance Δ: z = 1.104 for go, and 0 for the other.

    Parameters
    ----------
    size : int, optional
        Number of units; outputs differ from network to network by about :math:`2/\sqrt{size}`.
    gain : float, optional
        Of the random weights.
    rng : int, SeedSequence, Generator or None, optional

    Returns
    -------
    Network

    References
    ----------
    F. Mastrogiuseppe, S. Ostojic, Neuron 99, 609 (2018), Figure 3.

    Examples
    --------
    >>> import neurosim as ns
    >>> from neurosim.constructed import go_no_go
    >>> network = go_no_go(size=1000, rng=0)
    >>> trials = ns.tasks.GoNoGo().trials(10, dt=0.1, rng=1)
    >>> run = ns.simulate(network, **trials.simulation, rng=2)
    >>> float(trials.accuracy(run).mean())
    1.0
    """
    seed = seed_sequence(rng)
    readout, go, no_go = 2.0 * stream(seed, "vectors").standard_normal((3, _size(size)))
    return _assemble(GoNoGo(), Gaussian(gain) + LowRank(readout, go), [go, no_go], readout, seed)


@check_keywords
def noisy_detection(size: int = 2500, *, gain: float = 0.8, rng: Seed = None) -> Network:
    r"""Low-rank network that detects a strong stimulus in noise, `neurosim.tasks.NoisyDetection`.

    Rank one, :math:`m = w + 2y` and :math:`n = I + 2y` with a common vector y, which makes two stable states, of
    positive and negative output. It starts in the negative one, and input along I of strength c switches it to the
    other if c is above about 0.55. With the standard deviation 1.2 of w and I, 1 of y and of the background's vector h,
    and infinite size

    .. math::
        \kappa = (1.44\,c + 4\kappa) \langle\phi'\rangle, \quad
        \Delta = g^2 \langle\phi^2\rangle + 5.44\,\kappa^2 + 1.44\,c^2 + 1, \quad
        z = 1.44\,\kappa \langle\phi'\rangle.

    Parameters
    ----------
    size : int, optional
        Number of units.
    gain : float, optional
        Of the random weights.
    rng : int, SeedSequence, Generator or None, optional

    Returns
    -------
    Network
        Its `initial_state` is -m - n.

    References
    ----------
    F. Mastrogiuseppe, S. Ostojic, Neuron 99, 609 (2018), Figure 4.
    """
    seed = seed_sequence(rng)
    vectors = stream(seed, "vectors").standard_normal((4, _size(size)))
    readout, stimulus, shared, background = np.array([[1.2], [1.2], [1.0], [1.0]]) * vectors
    left, right = readout + 2.0 * shared, stimulus + 2.0 * shared
    network = _assemble(
        NoisyDetection(), Gaussian(gain) + LowRank(left, right), [stimulus, background], readout, seed
    )
    return network.replace(initial_state=-left - right)


@check_keywords
def context_discrimination(size: int = 2500, *, gain: float = 0.8, rng: Seed = None) -> Network:
    r"""Low-rank network for context-dependent discrimination, `neurosim.tasks.ContextDiscrimination`.

    Rank two: for either stimulus, with vectors :math:`y_k` and contexts :math:`C_k`,

    .. math:: m_k = y_k + 1.6\,C_k + 0.6\,w, \qquad n_k = I_k + 3\,C_k + w,

    where the entries of I and y have standard deviation 1.2, the others 1. It starts in a state of negative output. The
    inputs along C shift how strong the stimulus has to be in order to move it to one of positive output: for infinite
    size 0.65 for the relevant stimulus, and 1.1 for the other.

    Parameters
    ----------
    size : int, optional
        Number of units, at least 8. The vectors are made orthogonal. Drawn independently, as in the paper, they overlap
        by chance, by :math:`1/\sqrt{size}`, and the two thresholds separate only for several thousand units.
    gain : float, optional
        Of the random weights.
    rng : int, SeedSequence, Generator or None, optional

    Returns
    -------
    Network
        Its `initial_state` is :math:`-\sum_k (m_k + n_k)`.

    References
    ----------
    F. Mastrogiuseppe, S. Ostojic, Neuron 99, 609 (2018), Figure 5.
    """
    size, seed = _size(size, minimum=8), seed_sequence(rng)
    orthonormal, _ = np.linalg.qr(stream(seed, "vectors").standard_normal((size, 7)))
    vectors = np.sqrt(size) * orthonormal.T
    stimuli, own, contexts, readout = 1.2 * vectors[:2], 1.2 * vectors[2:4], vectors[4:6], vectors[6]
    left = own + 1.6 * contexts + 0.6 * readout
    right = stimuli + 3.0 * contexts + readout
    network = _assemble(
        ContextDiscrimination(),
        Gaussian(gain) + LowRank(left.T, right.T),
        [*stimuli, *contexts],
        readout,
        seed,
    )
    return network.replace(initial_state=-(left + right).sum(axis=0))


def _assemble(
    task: Task,
    connectivity: Connectivity,
    inputs: list[np.ndarray],
    readout: np.ndarray,
    seed: SeedSequence,
) -> Network:
    network = Network(
        LeakyCurrent("tanh"),
        connectivity,
        len(readout),
        inputs=task.inputs,
        outputs=task.outputs,
        rng=child(seed, "network"),
    )
    return network.replace(
        input_weights=np.stack(inputs, axis=1), readout_weights=readout[None] / len(readout)
    )


list_public_names(__name__)


def _size(size: int, minimum: int = 1) -> int:
    """Number of units, for which all vectors fit into memory."""
    count = whole_number("size", size, minimum)
    require_memory(160.0 * count, f"size = {count}: vectors of one number a unit", "Take fewer units.")
    return count
