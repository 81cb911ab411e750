"""Judges of text: what was said that is worth keeping, and how two memories stand to each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mnemon_server.llm.summary import Summary


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


HEURISTICS = "heuristics"  # the judge that is always there
# How a newer memory stands to an older one that speaks of the same.
SAME, UPDATE, CONTRADICTION, UNRELATED = "same", "update", "contradiction", "unrelated"
CLASSES = (SAME, UPDATE, CONTRADICTION, UNRELATED)


@dataclass(frozen=True)
class Stated:
    """One memory as a judge of pairs sees it; `at` is when it was last said, milliseconds since 1970 UTC."""

    title: str
    content: str
    type: str
    at: int


@dataclass(frozen=True)
class Verdict:
    """How the newer of two memories stands to the older one.

    Attributes:
        relation: `same` (says no more), `update` (replaces what was so until then), `contradiction` (both cannot be
            so, and nothing says that it changed), `unrelated` (both may stand: another topic, or a compatible detail).
        reason: one short sentence for a person, such as "16 instead of 15 for `postgres`".
        sureness: 0 to 1; only for comparing verdicts of one judge.
        judge: its name.
    """

    relation: str
    reason: str
    sureness: float
    judge: str

    @property
    def is_conflict(self) -> bool:
        """Whether one of the two should give way."""
        return self.relation in (UPDATE, CONTRADICTION)


class Judge(Protocol):
    """Reads text and says what is in it; a model can stand here as well as heuristics.

    No method raises, none takes longer than the judge's own limit: one that cannot answer leaves it to heuristics.
    """

    @property
    def name(self) -> str:
        """Which judge this is, for people."""
        ...

    def extract(self, said: Sequence[Said]) -> list[Statement]:
        """The statements worth keeping, in the order they were said, each once; never a word from a private span,
        never a secret."""
        ...

    def summarize(self, said: Sequence[Said], statements: Sequence[Statement], files: Sequence[str]) -> Summary | None:
        """What a session leaves for the next one; None for one that left nothing."""
        ...

    def compare(self, newer: Stated, older: Stated) -> Verdict:
        """How `newer` stands to `older`. Which of the two was said later is the caller's to know."""
        ...
