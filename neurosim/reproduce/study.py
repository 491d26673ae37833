"""Study: one paper as this package reproduces it, declared before anything is computed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from neurosim.errors import ParameterError
from neurosim.reproduce.claim import Claim
from neurosim.reproduce.estimates import Estimate
from neurosim.reproduce.figure import Figure
from neurosim.reproduce.paper import Paper
from neurosim.reproduce.settings import Settings

if TYPE_CHECKING:
    from neurosim.reproduce.work import Work

__all__ = ["Study"]


@dataclass(frozen=True)
class Study:
    """One paper: what is asked, what is computed, and what is claimed.

    Attributes
    ----------
    name : str
        That of its file in ``neurosim/studies``.
    paper : Paper
    question : str
        What the paper asks and finds, in two sentences.
    reproduced : str
        What of it is reproduced, in a few words, for tables.
    method : str
        How, as a methods section says it; paragraphs are separated by empty lines.
    settings : mapping
        Tables of numbers: those of the paper, or of `deviations`.
    quick : mapping of str to object
        By dotted path, what the quick form changes.
    minutes : pair of float
        Measured on two cores: the full form, and the quick form.
    compute : callable
        ``compute(settings, work)``: computes all networks through `Work`, and returns what figures and estimates are
        made from, by name.
    claims : callable
        ``claims(settings)``: sequence of `Claim`, which sees nothing of the results.
    estimates : callable
        ``estimates(found, settings)``: an `Estimate` for the name of each claim.
    figures : sequence of Figure
        The first is that of the gallery.
    deviations : mapping of str to str
        What differs from the paper, and why.
    equations : mapping of str to str
        Equation or procedure of the paper, and the code that computes it.
    change : mapping of str to str
        What a reader may want to change, and the options of the command that does, such as
        ``--set network.size=400``.
    """

    name: str
    paper: Paper
    question: str
    reproduced: str
    method: str
    settings: Mapping[str, Any]
    quick: Mapping[str, Any]
    minutes: tuple[float, float]
    compute: Callable[[Settings, Work], Any]
    claims: Callable[[Settings], Sequence[Claim]]
    estimates: Callable[[Any, Settings], Mapping[str, Estimate]]
    figures: Sequence[Figure]
    deviations: Mapping[str, str] = field(default_factory=dict)
    equations: Mapping[str, str] = field(default_factory=dict)
    change: Mapping[str, str] = field(default_factory=dict)

    def settings_of(self, *, quick: bool, changes: Mapping[str, Any] | None = None) -> Settings:
        """Settings of the full or of the quick form, some of them changed."""
        return Settings(self.settings, {**(self.quick if quick else {}), **(changes or {})})

    def declared_claims(self, settings: Settings) -> tuple[Claim, ...]:
        """Claims before the run; their names must differ."""
        claims = tuple(self.claims(settings))
        names = [claim.name for claim in claims]
        if len(set(names)) < len(names):
            raise ParameterError(f"claims of {self.name} must have distinct names (got {names}); rename one.")
        return claims

    def __repr__(self) -> str:
        return f"Study({self.name!r}: {self.paper.short}; {self.reproduced})"
