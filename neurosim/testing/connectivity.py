"""Conformance check of a connectivity."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from neurosim.connectivity import Connectivity, Operator
from neurosim.errors import ParameterError, PluginError, clause
from neurosim.randomness import Seed, child, seed_sequence, stream
from neurosim.testing.rules import check_class, check_copies, check_hooks, require_subclass, rule_error
from neurosim.validation import whole_number

__all__ = ["check_connectivity"]


def check_connectivity(
    connectivity: Connectivity | type[Connectivity], size: int = 32, rng: Seed = 0
) -> list[str]:
    """Check that a connectivity obeys the rules on which networks, training and files rely.

    Parameters
    ----------
    connectivity : Connectivity or subclass of it
        A class is checked with its default parameters.
    size : int, optional
        Number of units for which weights are built. Give the one that fits where it is not free.
    rng : int, SeedSequence or Generator, optional
        Seed of the weights and of the vectors that they are applied to.

    Returns
    -------
    list of str
        Checks that were passed, one line each.

    Raises
    ------
    PluginError
        If a rule is broken; names the class, the first broken rule and the remedy.

    Examples
    --------
    >>> import neurosim as ns
    >>> from neurosim.testing import check_connectivity
    >>> check_connectivity(ns.Gaussian)[2]
    'builds finite weights for 32 units'
    """
    hooks = check_hooks(require_subclass(connectivity, Connectivity), Connectivity)
    recipe, size, seed = _create(connectivity), whole_number("size", size), seed_sequence(rng)
    report = [check_class(type(recipe)), check_copies(recipe), _check_operator(recipe, size, seed)]
    return [
        *report,
        _check_repetition(recipe, size, seed),
        _check_other_seed(recipe, size, seed),
        *_check_products(recipe, size, seed),
        hooks,
        _check_file(recipe, size, seed),
    ]


def _create(connectivity: Any) -> Connectivity:
    cls: Any = require_subclass(connectivity, Connectivity)
    if connectivity is not cls:
        return connectivity
    try:
        return cls()
    except Exception as error:
        raise ParameterError(
            f"{cls.__name__} cannot be made without arguments ({clause(error)}); check an instance: "
            f"check_connectivity({cls.__name__}(...))."
        ) from error


def _build(recipe: Connectivity, size: int, seed: np.random.SeedSequence) -> tuple[Operator, bool]:
    """Weights from a new generator, and whether random numbers were drawn."""
    generator = np.random.default_rng(child(seed, "weights"))
    before = generator.bit_generator.state
    try:
        operator = recipe.build(size, generator)
    except Exception as error:
        raise rule_error(
            type(recipe),
            f"it builds weights for {size} units ({type(error).__name__}: {clause(error)})",
            "correct build(), or check it with a size that fits: size=....",
        ) from error
    return operator, generator.bit_generator.state != before


def _check_operator(recipe: Connectivity, size: int, seed: np.random.SeedSequence) -> str:
    operator, _ = _build(recipe, size, seed)
    if not isinstance(operator, Operator):
        raise rule_error(
            type(recipe),
            f"build() returns an Operator (got {type(operator).__name__})",
            "write return Operator(weights) on its last line.",
        )
    if operator.size != size:
        raise rule_error(
            type(recipe),
            f"build(size, rng) gives `size` units (got {operator.size} for {size})",
            "make the weights of shape (size, size), or the factors of shape (size, rank).",
        )
    return f"builds finite weights for {size} units"


def _check_repetition(recipe: Connectivity, size: int, seed: np.random.SeedSequence) -> str:
    before, described = recipe.replace(), repr(recipe)
    (first, _), (again, _) = _build(recipe, size, seed), _build(recipe, size, seed)
    if not first.equals(again):
        raise rule_error(
            type(recipe),
            "the same generator state gives the same weights, bit for bit",
            "draw from the argument rng alone: no np.random functions, no generator of your own.",
        )
    if recipe != before or repr(recipe) != described:
        raise rule_error(
            type(recipe), "build() changes nothing in self", "keep what it makes in local names."
        )
    return "the same generator gives the same weights, and the declaration stays as it is"


def _check_other_seed(recipe: Connectivity, size: int, seed: np.random.SeedSequence) -> str:
    (operator, draws), (other, _) = _build(recipe, size, seed), _build(recipe, size, child(seed, "other"))
    if not draws:
        return "draws nothing at random"
    if operator.frobenius() > 0.0 and operator.equals(other):
        raise rule_error(
            type(recipe),
            "another seed gives other weights",
            "use what is drawn from rng, or draw nothing.",
        )
    return "another seed gives other weights"


def _check_products(recipe: Connectivity, size: int, seed: np.random.SeedSequence) -> list[str]:
    weights, _ = _build(recipe, size, seed)
    x, y = stream(seed, "vectors").standard_normal((2, size)).astype(weights.dtype)
    # sums of `size` products: rounding grows at most in proportion to it
    tolerance = 4.0 * size * np.finfo(weights.dtype).eps * _scale(weights, x, y)
    if abs(x @ (weights @ y) - (weights.T @ x) @ y) > tolerance:
        raise rule_error(
            type(recipe),
            "the transpose is the adjoint, x (W y) = (W^T x) y",
            "return an Operator, not a subclass of it.",
        )
    if np.abs(weights.dense() @ y - weights @ y).max() > tolerance:
        raise rule_error(type(recipe), "dense() agrees with @", "return an Operator, not a subclass of it.")
    return ["the transpose is the adjoint: x (W y) = (W^T x) y", "dense() agrees with @"]


def _scale(weights: Operator, x: np.ndarray, y: np.ndarray) -> float:
    """Upper bound of all partial sums in a product."""
    parts = 0.0 if weights.base is None else Operator(weights.base).frobenius()
    if weights.left is not None and weights.right is not None:
        parts += float(np.linalg.norm(weights.left) * np.linalg.norm(weights.right))
    return parts * max(float(np.linalg.norm(x)), 1.0) * float(np.linalg.norm(y))


def _check_file(recipe: Connectivity, size: int, seed: np.random.SeedSequence) -> str:
    from neurosim.errors import NeurosimError
    from neurosim.storage import load, save

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "connectivity.npz"
        try:
            save(recipe, path)
            loaded = load(path)
        except NeurosimError as error:
            raise rule_error(
                type(recipe),
                f"it is saved and loaded ({clause(error)})",
                "make its fields numbers, text, arrays or declarations.",
            ) from error
    if repr(loaded) != repr(recipe) or not _build(recipe, size, seed)[0].equals(
        _build(loaded, size, seed)[0]
    ):
        raise PluginError(
            f"{type(recipe).__name__} comes back from a file as {loaded!r}, with other weights — keep "
            f"all that it needs in its fields."
        )
    return "saved and loaded, it builds the same weights"
