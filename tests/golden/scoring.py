"""How well statements were found: which labels a found statement answers, precision, recall."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tests.golden.cases import Case

from mnemon_server.llm import Said

# Share of the shorter one's words that must be in the longer one: a found sentence may hold more than its label.
_SHARED = 0.6
_FEW = 4


@dataclass(frozen=True)
class Label:
    """A statement that people called worth keeping; `optional`: that counts neither for nor against."""

    role: str
    kind: str
    said: str
    optional: bool


@dataclass(frozen=True)
class Score:
    """`found` of `wanted` labels; `right` of `told` statements, those for borderline labels left out."""

    told: int
    right: int
    wanted: int
    found: int

    @property
    def precision(self) -> float:
        return self.right / self.told if self.told else 1.0

    @property
    def recall(self) -> float:
        return self.found / self.wanted if self.wanted else 1.0

    def __add__(self, other: Score) -> Score:
        return Score(
            self.told + other.told, self.right + other.right, self.wanted + other.wanted, self.found + other.found
        )


def said_in(case: Case) -> list[Said]:
    """What was said in a case, in order."""
    return [Said(role, turn[role]) for turn in case.turns for role in ("user", "assistant") if role in turn]


def labels_of(case: Case) -> list[Label]:
    return [Label(each.role, each.kind, each.said, False) for each in case.keep] + [
        Label(each.role, each.kind, each.said, True) for each in case.optional
    ]


def matches(label: Label, role: str, text: str) -> bool:
    """Whether a sentence of `role` is what the label names."""
    one, other = _words(label.said), _words(text)
    if label.role != role or not one or not other:
        return False
    smaller = min(len(one), len(other))
    size = smaller if smaller >= _FEW else max(len(one), len(other))
    return len(one & other) / size >= _SHARED


def score(case: Case, told: Sequence[tuple[str, str]]) -> Score:
    """The score of statements, (role, text) each, that were found in a case."""
    labels = labels_of(case)
    answered = [[label for label in labels if matches(label, role, text)] for role, text in told]
    right = [found for found in answered if any(not label.optional for label in found)]
    borderline = [found for found in answered if found and all(label.optional for label in found)]
    kept = {label for found in right for label in found if not label.optional}
    return Score(len(told) - len(borderline), len(right), sum(not label.optional for label in labels), len(kept))


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))
