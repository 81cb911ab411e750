"""Keep what a hook heard: with little confidence, once, and until a person has looked at it on probation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import apsw

from mnemon_server.actions.context import ActionContext
from mnemon_server.actions.save import insert_new, supersede
from mnemon_server.errors import UsageError
from mnemon_server.kinds import kind_named
from mnemon_server.memory import Memory, checked_text
from mnemon_server.recall import likeness
from mnemon_server.vault import captures, memories
from mnemon_server.vault.history import ChangeGroup
from mnemon_server.vault.memories import Draft

ROLES = ("user", "assistant")
# What the user said is worth more than what a model concluded; both less than what anybody saved on purpose.
CONFIDENCE = {"user": 0.4, "assistant": 0.3}
MOST = 200
# From here on two statements say the same: by all words of both, or the shorter one's words in the longer one.
SAME_WORDS = 0.7
CONTAINED = 0.85
_FEWEST_WORDS = 4
_NEAR = 8
_DROPPED = 200  # the latest captures that a person has dropped


@dataclass(frozen=True)
class _Heard:
    title: str
    content: str
    type: str
    role: str
    cue: str


def run(context: ActionContext, statements: Sequence[Mapping[str, str]]) -> dict[str, Any]:
    """Store statements, each `{"title", "content", "type", "role", "cue"}`, as captured memories.

    One that the vault holds already, in the same or nearly the same words, is passed over, and so is one that a
    person has dropped, or forgotten in these words, or that had to give way to another one: a transcript that is read
    again brings nothing back. Words that differ in a negation, a number or a name are not nearly
    the same. What a model had said before gives way to the user's own words.

    Returns:
        `{"captured": [ids], "known": int}`

    Raises:
        BadContent: empty, too long, binary or not Unicode.
        UsageError: unknown type or role, or more than 200 statements.
    """
    if len(statements) > MOST:
        raise UsageError(f"at most {MOST} statements are captured at once")
    heard = [_checked(statement) for statement in statements]
    now, group, kept = context.clock(), ChangeGroup(), list[int]()
    with context.vault.write() as connection:
        dropped = captures.dropped_texts(connection, _DROPPED)
        for each in heard:
            known = _known(connection, each, dropped)
            is_the_models = isinstance(known, Memory) and (known.captured, each.role) == ("assistant", "user")
            if known is None or is_the_models:
                kept.append(_keep(context, connection, each, now, group))
            if isinstance(known, Memory) and is_the_models:
                # The user's own words take the place of what a model had said before.
                said = memories.find_live(connection, kept[-1])
                assert said is not None
                supersede(context, connection, known, said, now, group)
    return {"captured": kept, "known": len(heard) - len(kept)}


def _keep(context: ActionContext, connection: apsw.Connection, heard: _Heard, now: int, group: ChangeGroup) -> int:
    capture = (heard.role, heard.cue)
    draft = Draft(
        heard.title, heard.content, heard.type, CONFIDENCE[heard.role], context.client, context.session, capture=capture
    )
    return insert_new(context, connection, draft, now, group).id


def _known(connection: apsw.Connection, heard: _Heard, dropped: Sequence[str]) -> Memory | bool | None:
    """The live memory that says this already; True when a person has turned it down; None for something new."""
    if memories.was_turned_down(connection, heard.content):
        return True
    stems = likeness.telling(likeness.stems(connection, heard.content))
    if any(_is_near(connection, heard.content, stems, text) for text in dropped):
        return True
    same = memories.find_live_by_content(connection, heard.content)
    if same is not None:
        return same
    near = likeness.alike(connection, heard.content, _NEAR)
    return next((memory for memory in near if _is_near(connection, heard.content, stems, memory.content)), None)


def _is_near(connection: apsw.Connection, content: str, own: set[str], other: str) -> bool:
    if likeness.says_otherwise(content, other):
        return False
    theirs = likeness.telling(likeness.stems(connection, other))
    if likeness.shared_words(own, theirs) >= SAME_WORDS:
        return True
    is_long_enough = min(len(own), len(theirs)) >= _FEWEST_WORDS
    return is_long_enough and likeness.contained_words(own, theirs) >= CONTAINED


def _checked(statement: Mapping[str, str]) -> _Heard:
    title, content = checked_text(statement["title"], statement["content"])
    role, cue = statement["role"], " ".join(statement["cue"].split())[:60]
    if role not in ROLES:
        raise UsageError(f"unknown role {role!r}", f"the roles are {', '.join(ROLES)}")
    return _Heard(title, content, kind_named(statement["type"]).name, role, cue)
