"""What weights are fitted to: the evidence of each labelled pair, by author."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache

from tests.contradictions.histories import OPEN, kept_candidates, load_history
from tests.contradictions.pairs import PRACTICE, load_pairs, strangers
from tests.contradictions.scoring import CONFLICTS

from mnemon_server.llm import Stated
from mnemon_server.llm.comparing import reason_of
from mnemon_server.llm.pairs.reading import read
from mnemon_server.llm.pairs.sure import is_sure
from mnemon_server.llm.pairs.together import evidence_of

AUTHORS = (*PRACTICE, *OPEN)


@dataclass(frozen=True)
class Example:
    """`figures` are the values of its evidence; without a reason (`has_reason`) no conflict is told. `nearness` as in
    `comparing.compare`.

    `kind`: `pair` (written as one), `stranger` (put together at random), `candidate` (what a vault found).
    """

    author: str
    kind: str
    relation: str
    figures: Mapping[str, float]
    has_reason: bool
    is_sure: bool
    nearness: float | None = None

    @property
    def is_conflict(self) -> bool:
        return self.relation in CONFLICTS


@cache
def examples() -> tuple[Example, ...]:
    """Of all authors that are open."""
    return tuple(each for author in AUTHORS for each in _of(author))


def _of(author: str) -> Iterator[Example]:
    if author in OPEN:
        stated = load_history(author).stated
        for each in kept_candidates(author):
            found = _example(author, "candidate", each.relation, stated[each.newer], stated[each.older])
            yield replace(found, nearness=each.nearness)
        return
    for kind, pairs in (("pair", load_pairs(author)), ("stranger", strangers(author))):
        for pair in pairs:
            yield _example(author, kind, pair.relation, pair.newer, pair.older)


def _example(author: str, kind: str, relation: str, n: Stated, o: Stated) -> Example:
    found = evidence_of(read(n.title, n.content), read(o.title, o.content), n.type, o.type)
    figures = {name: each.value for name, each in found.items()}
    return Example(author, kind, relation, figures, bool(reason_of(found)), is_sure(found))
