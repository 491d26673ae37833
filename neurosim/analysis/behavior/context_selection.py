"""Mechanisms of context: how a network integrates one stimulus in one context and ignores it in the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from neurosim.analysis.fixed_points.line_attractor import LineAttractor, line_attractor
from neurosim.blas import one_blas_thread
from neurosim.equations.local import local_derivatives
from neurosim.errors import ParameterError, ShapeError
from neurosim.network import Network
from neurosim.network_arguments import require_undelayed
from neurosim.randomness import Seed, child, seed_sequence
from neurosim.results.result import Result
from neurosim.state_layout import state_columns
from neurosim.validation import array_of_shape, check_keywords, whole_number

__all__ = ["ContextSelection", "context_selection"]


@dataclass(frozen=True, eq=False)
class ContextSelection(Result, effects="1/time", direct="1/time", indirect="1/time", selection="1/time"):
    r"""Effects of stimuli on the position along line attractors in two contexts, and three terms of their difference.

    With the selection vector s and the effective input i of each context, :math:`\bar{}` their mean over contexts and
    Δ the first minus the second,

    .. math:: \Delta(s \cdot i) = \bar s \cdot \Delta i_\parallel + \bar s \cdot \Delta i_\perp + \Delta s \cdot \bar i.

    Attributes
    ----------
    contexts : tuple of str
        Names of both contexts.
    stimuli : tuple of str
    attractors : tuple of LineAttractor
        One for each context.
    places : ndarray, shape (points,)
        Where on both attractors, from -1 to 1; see `LineAttractor.at`.
    direction : ndarray, shape (units,)
        Direction d of rates, of norm one unless it was given, along which positions are measured.
    selection_vectors : ndarray, shape (contexts, points, units)
        s: a small displacement δ of the rates moves the position by s · δ in the end.
    tangents : ndarray, shape (contexts, points, units)
        Directions of the attractors in the space of rates, with d · tangent = 1 = s · tangent.
    effective_inputs : ndarray, shape (contexts, stimuli, points, units)
        i: rate of change of the rates by one unit of the stimulus, in 1/time.
    effects : ndarray, shape (contexts, stimuli, points)
        s · i: a pulse of this stimulus moves the position by its area times this. The sign is that of the first
        attractor: positions increase with the first output.
    direct : ndarray, shape (stimuli, points)
        Direct input modulation, by the change of the input along the mean direction of the attractors.
    indirect : ndarray, shape (stimuli, points)
        Indirect input modulation, by the change of the input across it, which the dynamics turn into the attractor.
    selection : ndarray, shape (stimuli, points)
        Selection-vector modulation.
    """

    contexts: tuple[str, str]
    stimuli: tuple[str, ...]
    attractors: tuple[LineAttractor, LineAttractor]
    places: np.ndarray
    direction: np.ndarray
    selection_vectors: np.ndarray
    tangents: np.ndarray
    effective_inputs: np.ndarray
    effects: np.ndarray
    direct: np.ndarray
    indirect: np.ndarray
    selection: np.ndarray

    @property
    def differences(self) -> np.ndarray:
        """Difference of the effects between the contexts, the sum of the three terms, shape (stimuli, points)."""
        return np.asarray(self.effects[0] - self.effects[1])

    @property
    def fractions(self) -> np.ndarray:
        """Terms direct, indirect and selection in parts of the difference, means over points, shape (stimuli, 3).

        They add up to 1; parts may be negative.
        """
        terms = np.stack([self.direct, self.indirect, self.selection], axis=-1).mean(axis=1)
        return np.asarray(terms / self.differences.mean(axis=1)[:, None])


class _Linear(NamedTuple):
    """Dynamics linearized at one point, in the space of rates: unit tangent, unit selection vector, inputs."""

    tangent: np.ndarray
    selection: np.ndarray
    inputs: np.ndarray


@check_keywords
@one_blas_thread()
def context_selection(
    network: Network,
    contexts: Mapping[str, Any],
    stimuli: Mapping[str, Any],
    *,
    states: Mapping[str, Any] | Sequence[LineAttractor] | None = None,
    direction: np.ndarray | None = None,
    points: int = 9,
    separation: float = 2.0,
    rng: Seed = None,
) -> ContextSelection:
    r"""Split the effect of context on the integration of stimuli into three mechanisms.

    In each context the network has a line attractor (see `line_attractor`), along which it integrates. Linearized about
    a point on it, rates obey :math:`\dot\rho = M \rho + i\, y` for a small stimulus y. The left eigenvector s of M for
    the mode of the attractor, the selection vector, says how far along the attractor a pulse ends up: s · i. The
    difference of s · i between two contexts is due to the input (i differs) or to the dynamics (s differs).

    Parameters
    ----------
    network : Network
        Of units with one variable, of any connectivity.
    contexts : mapping of str to array_like, shape (channels,)
        Two contexts: the constant input in each, without evidence.
    stimuli : mapping of str to array_like, shape (channels,)
        Change of the input by one unit of each stimulus, such as right minus left.
    states : mapping of str to ndarray, or pair of LineAttractor, optional
        A state near the attractor for each context, or the attractors. Default: found by a search.
    direction : ndarray, shape (units,), optional
        Direction d in the space of rates along which positions are measured in both contexts, such as a row of the
        readout weights. Default: the mean of both selection vectors, each of norm one, where attractors were found.
    points : int, optional
        Number of places on the attractors, evenly spaced on either side of where they were found; 1 for that alone.
    separation, rng
        As in `line_attractor`.

    Returns
    -------
    ContextSelection

    Raises
    ------
    ParameterError, ShapeError
        When units have several variables, there are not two contexts, or one has no line attractor.

    Notes
    -----
    In the space of rates, with the local derivatives A, B and C of drift and rate, :math:`M = A + C B W` and
    :math:`i = C B W_{in} y`, in rate form as in current form, where the input to the states does not depend on context.
    s has the scale :math:`s \cdot t = 1`, where t is the tangent of the attractor with :math:`d \cdot t = 1`, so that
    s · i is the displacement along d. Since :math:`s_1 i_1 - s_2 i_2 = \bar s \cdot \Delta i + \Delta s \cdot \bar i`
    exactly, the terms add up whatever the scales. :math:`\Delta i_\parallel` is the orthogonal projection of Δi on the
    mean tangent. With weights of rank one, :math:`W = m n^T / N`, s is parallel to n in every context, and so equal to
    the default d: context can only modulate inputs.

    References
    ----------
    M. Pagan, V. D. Tang, M. C. Aoi, J. W. Pillow, V. Mante, D. Sussillo, C. D. Brody, Nature 639, 421 (2025); selection
    vectors: V. Mante, D. Sussillo, K. V. Shenoy, W. T. Newsome, Nature 503, 78 (2013).

    Examples
    --------
    Rank one, and a cue that silences the units which receive the stimulus: the input is modulated, in part directly.

    >>> import numpy as np
    >>> import neurosim as ns
    >>> m = np.array([[1.0], [1.0], [-1.0], [-1.0]])
    >>> weights = np.array([[1.0, 0.0], [0.0, 0.0], [-1.0, 0.0], [0.0, 0.0]])
    >>> cue = np.array([[0.0, 3.0], [0.0, 0.0], [0.0, 3.0], [0.0, 0.0]])
    >>> network = ns.Network(ns.LeakyRate("tanh"), ns.LowRank(m, 1.8 * m), 4, inputs=["y", "cue"], rng=0)
    >>> network = network.replace(input_weights=weights + cue)
    >>> found = ns.analysis.context_selection(network, {"off": [0.0, 0.0], "on": [0.0, 1.0]}, {"y": [1.0, 0.0]},
    ...                                       states={"off": np.zeros(4), "on": np.tanh(cue[:, 1])}, points=1,
    ...                                       separation=1.1)
    >>> np.abs(found.fractions).round(3)
    array([[0.411, 0.589, 0.   ]])
    """
    if len(require_undelayed(network, "analysis.context_selection").neuron.variables()) != 1:
        raise ParameterError(
            f"network must have units with one variable (got {type(network.neuron).__name__} with "
            f"{', '.join(network.neuron.variables())}); try LeakyCurrent."
        )
    given = _vectors("contexts", contexts, network)
    if len(given) != 2:
        raise ParameterError(f"contexts must be two (got {len(given)}); give a pair of them.")
    shown = _vectors("stimuli", stimuli, network)
    points = whole_number("points", points)
    network = network.astype("float64")
    attractors = _attractors(network, given, states, separation, rng)
    places = np.zeros(1) if points == 1 else np.linspace(-1.0, 1.0, points)
    weights = np.stack(list(shown.values()))
    linear = [[_linearize(line, state, weights) for state in line.at(places)] for line in attractors]
    forward = _forward(attractors[0])
    linear = [[_orient(each, forward) for each in line] for line in linear]
    measured = _direction(attractors, forward, direction, weights)
    return _terms(tuple(given), tuple(shown), attractors, places, measured, linear)


def _vectors(name: str, given: Any, network: Network) -> dict[str, np.ndarray]:
    if not isinstance(given, Mapping) or not given:
        raise ParameterError(
            f"{name} must map names to inputs (got {given!r}); try {{'motion': [1.0, 0.0]}}."
        )
    shape = (network.inputs,)
    return {
        str(key): array_of_shape(f"{name}[{key!r}]", value, shape, "One number for each input channel.")
        for key, value in given.items()
    }


def _attractors(
    network: Network, contexts: Mapping[str, np.ndarray], states: Any, separation: float, rng: Seed
) -> tuple[LineAttractor, LineAttractor]:
    if isinstance(states, Sequence) and not isinstance(states, str):
        if len(states) != 2 or not all(isinstance(each, LineAttractor) for each in states):
            raise ParameterError(
                f"states must be a pair of LineAttractor, or map contexts to states (got {states!r})."
            )
        return states[0], states[1]
    if states is not None and not isinstance(states, Mapping):
        raise ParameterError(f"states must map contexts to states (got {states!r}).")
    seed, starts = seed_sequence(rng), dict(states or {})
    unknown = set(starts) - set(contexts)
    if unknown:
        raise ParameterError(
            f"states must be of the contexts {', '.join(contexts)} (got {', '.join(map(str, unknown))})."
        )
    first, second = (
        line_attractor(network, value, starts.get(name), separation=separation, rng=child(seed, name))
        for name, value in contexts.items()
    )
    return first, second


def _linearize(line: LineAttractor, state: np.ndarray, stimuli: np.ndarray) -> _Linear:
    """Tangent and selection vector of norm one, and effective inputs (stimuli, units), at one state."""
    network = line.network
    columns = state_columns(state, network.size)
    current = network.recurrent @ network.neuron.values(*columns) + network.bias
    current = current + network.input_weights @ line.inputs
    neuron = network.neuron.held_at(dict(zip(network.input_names, line.inputs, strict=True)))
    local = local_derivatives(neuron, columns, current)
    gain = local.rate_by_state[0] * local.drift_by_input[0]
    matrix = np.diag(local.drift_by_state[0, 0]) + gain[:, None] * network.recurrent.dense()
    values, right = np.linalg.eig(matrix)
    leading = int(values.real.argmax())
    other, left = np.linalg.eig(matrix.T)
    same = int(np.abs(other - values[leading]).argmin())
    tangent, selection = right[:, leading].real, left[:, same].real
    return _Linear(
        tangent / np.linalg.norm(tangent),
        selection / np.linalg.norm(selection),
        gain * (stimuli @ network.input_weights.T),
    )


def _forward(line: LineAttractor) -> np.ndarray:
    """Change of the rates along the middle of an attractor, shape (units,)."""
    ends = (state_columns(state, line.network.size) for state in line.at([-0.1, 0.1]))
    before, after = (line.network.neuron.values(*columns) for columns in ends)
    return np.asarray(after - before)


def _orient(each: _Linear, reference: np.ndarray) -> _Linear:
    """The same with a tangent along a reference, and a selection vector along the tangent."""
    tangent = each.tangent * (1.0 if each.tangent @ reference >= 0.0 else -1.0)
    return each._replace(
        tangent=tangent, selection=each.selection * (1.0 if each.selection @ tangent >= 0.0 else -1.0)
    )


def _direction(
    attractors: tuple[LineAttractor, LineAttractor],
    forward: np.ndarray,
    direction: np.ndarray | None,
    stimuli: np.ndarray,
) -> np.ndarray:
    """Direction along which positions are measured."""
    if direction is not None:
        shape = forward.shape
        vector = array_of_shape("direction", direction, shape, "One number for each unit.").astype(np.float64)
        if not vector.any():
            raise ParameterError("direction must not be zero (got zeros).")
        return vector
    middle = [_orient(_linearize(line, line.at([0.0])[0], stimuli), forward) for line in attractors]
    mean = middle[0].selection + middle[1].selection
    return np.asarray(mean / np.linalg.norm(mean))


def _terms(
    contexts: tuple[str, ...],
    stimuli: tuple[str, ...],
    attractors: tuple[LineAttractor, LineAttractor],
    places: np.ndarray,
    direction: np.ndarray,
    linear: list[list[_Linear]],
) -> ContextSelection:
    tangents = np.array([[each.tangent for each in points] for points in linear])
    along = tangents @ direction
    if np.abs(along).min() < 1e-6 * np.linalg.norm(direction):
        raise ShapeError(
            "direction must not be orthogonal to an attractor (got one that is); try a row of the readout weights."
        )
    tangents = tangents / along[..., None]
    selection = np.array([[each.selection for each in points] for points in linear])
    selection = selection / np.einsum("cpu,cpu->cp", selection, tangents)[..., None]
    inputs = np.array([[each.inputs for each in points] for points in linear]).transpose(0, 2, 1, 3)
    mean_tangent = tangents.mean(axis=0)
    mean_tangent = mean_tangent / np.linalg.norm(mean_tangent, axis=-1, keepdims=True)
    change, mean = inputs[0] - inputs[1], selection.mean(axis=0)
    along_line = np.einsum("spu,pu->sp", change, mean_tangent)[..., None] * mean_tangent
    return ContextSelection(
        contexts=(contexts[0], contexts[1]),
        stimuli=stimuli,
        attractors=attractors,
        places=places,
        direction=direction,
        selection_vectors=selection,
        tangents=tangents,
        effective_inputs=inputs,
        effects=np.einsum("cpu,cspu->csp", selection, inputs),
        direct=np.einsum("pu,spu->sp", mean, along_line),
        indirect=np.einsum("pu,spu->sp", mean, change - along_line),
        selection=np.einsum("pu,spu->sp", selection[0] - selection[1], inputs.mean(axis=0)),
    )
