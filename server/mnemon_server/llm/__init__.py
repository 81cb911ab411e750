"""Judges of text: what was said that is worth keeping. Without a model, by signs in the sentence itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Said:
    """One text by one speaker, `user` or `assistant`."""

    role: str
    text: str


@dataclass(frozen=True)
class Statement:
    """A sentence worth keeping.

    Attributes:
        text: the sentence itself, secrets replaced.
        title: a short line to recognise it by.
        kind: what it is: `decision`, `preference`, `correction`, `convention`, `fact`, `failed-approach`.
        role: who said it.
        cue: the words that gave it away.
        weight: how sure the judge is; only for comparing statements of one judge.
    """

    text: str
    title: str
    kind: str
    role: str
    cue: str
    weight: float

    @property
    def type(self) -> str:
        """The type of memory it becomes."""
        return TYPES[self.kind]


# A convention is a standing decision of a team; a correction says how things are.
TYPES = {
    "decision": "decision",
    "preference": "preference",
    "convention": "decision",
    "correction": "observation",
    "fact": "observation",
    "failed-approach": "antipattern",
}


class Extractor(Protocol):
    """Finds the statements worth keeping in what was said; a model can stand here as well as heuristics."""

    @property
    def name(self) -> str:
        """Which judge this is, for people."""
        ...

    def extract(self, said: Sequence[Said]) -> list[Statement]:
        """In the order they were said, each once; never a word from a private span, never a secret."""
        ...
