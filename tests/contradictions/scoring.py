"""How well a judge of pairs did: what it called a conflict, what it missed, and where it raised a false alarm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.contradictions.pairs import Labelled

from mnemon_server.llm import CONTRADICTION, UPDATE, Stated, Verdict

CONFLICTS = (UPDATE, CONTRADICTION)


@dataclass(frozen=True)
class Score:
    """`told` pairs were called a conflict and `right` of them are one, of `wanted`; of `others`, which are none,
    `alarms` were called one. `exact` of `all` pairs got their own class."""

    told: int
    right: int
    wanted: int
    alarms: int
    others: int
    exact: int
    all: int

    @property
    def precision(self) -> float:
        return self.right / self.told if self.told else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.wanted if self.wanted else 1.0

    @property
    def alarm_share(self) -> float:
        return self.alarms / self.others if self.others else 0.0


def score(said: Iterable[tuple[str, str]]) -> Score:
    """Of (label, verdict) pairs; an update called a contradiction is right, but not exact."""
    pairs = list(said)
    told = [(label, verdict) for label, verdict in pairs if verdict in CONFLICTS]
    right = sum(label in CONFLICTS for label, _ in told)
    wanted = sum(label in CONFLICTS for label, _ in pairs)
    exact = sum(label == verdict for label, verdict in pairs)
    return Score(len(told), right, wanted, len(told) - right, len(pairs) - wanted, exact, len(pairs))


def said_of(pairs: Iterable[Labelled], compare: Callable[[Stated, Stated], Verdict]) -> list[tuple[str, str]]:
    """(label, verdict) of each pair."""
    return [(pair.relation, compare(pair.newer, pair.older).relation) for pair in pairs]


def confusion(said: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """How often a label got a verdict."""
    return dict(sorted(Counter(said).items()))
