"""What a profile may say: a stated fact or a live memory, and the section it stands in."""

from __future__ import annotations

from dataclasses import dataclass

from mnemon_server.memory import Memory
from mnemon_server.vault.facts import Fact

STATED, PREFERENCES, DECISIONS, TO_AVOID = "Stated facts", "Preferences", "Decisions", "To avoid"
WORKING, PEOPLE = "Working facts", "People and projects"
SECTIONS = (STATED, PREFERENCES, DECISIONS, TO_AVOID, WORKING, PEOPLE)
SECTION_OF_TYPE = {"preference": PREFERENCES, "decision": DECISIONS, "antipattern": TO_AVOID}
_MOST_CHARACTERS = 2_000  # long texts say early what they are about
_BY_HAND = "cli"  # the client under which a person saves


@dataclass(frozen=True)
class Candidate:
    """`key` is a memory's id, or a fact's with a minus; times are milliseconds.

    Attributes:
        first: when it was first said; it keeps its place by that.
        said: when it was last said; of two that cannot both stand the later one does.
        heard: a hook captured it and nobody has confirmed it.
        home: the project it was saved in; empty when that is not known.
    """

    key: int
    uid: str
    section: str
    title: str
    content: str
    type: str
    first: int
    said: int
    confidence: float
    pinned: bool
    heard: bool
    by_hand: bool
    home: str

    @property
    def is_stated(self) -> bool:
        return self.section == STATED

    @property
    def holds_everywhere(self) -> bool:
        """What the user likes is so in every project; a decision, a lesson, a finding need not be."""
        return self.is_stated or self.type == "preference"


def of_fact(fact: Fact) -> Candidate:
    return Candidate(
        key=-fact.id,
        uid=fact.uid,
        section=STATED,
        title=fact.title,
        content=fact.content[:_MOST_CHARACTERS],
        type="",
        first=fact.created_at,
        said=fact.updated_at,
        confidence=1.0,
        pinned=False,
        heard=False,
        by_hand=True,
        home="",
    )


def of_memory(memory: Memory, section: str, home: str) -> Candidate:
    return Candidate(
        key=memory.id,
        uid=memory.uid,
        section=section,
        title=memory.title,
        content=memory.content[:_MOST_CHARACTERS],
        type=memory.type,
        first=memory.created_at,
        said=memory.updated_at,
        confidence=memory.confidence,
        pinned=memory.pinned,
        heard=memory.captured is not None,
        by_hand=memory.source_client == _BY_HAND,
        home=home,
    )
