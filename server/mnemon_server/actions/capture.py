"""Keep what a hook heard: with little confidence, once, and until a person has looked at it on probation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import apsw

from mnemon_server.actions.context import ActionContext
from mnemon_server.actions.save import insert_new
from mnemon_server.errors import UsageError
from mnemon_server.kinds import kind_named
from mnemon_server.memory import checked_text
from mnemon_server.recall import likeness
from mnemon_server.vault import captures, memories
from mnemon_server.vault.captures import Capture
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
    person has dropped or forgotten.

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
        for each in heard:
            if not _is_known(connection, each):
                kept.append(_keep(context, connection, each, now, group))
    return {"captured": kept, "known": len(heard) - len(kept)}


def _keep(context: ActionContext, connection: apsw.Connection, heard: _Heard, now: int, group: ChangeGroup) -> int:
    confidence = CONFIDENCE[heard.role]
    draft = Draft(heard.title, heard.content, heard.type, confidence, context.client, context.session)
    memory = insert_new(context, connection, draft, now, group)
    captures.put_capture(connection, Capture(memory.id, heard.role, heard.cue, now))
    return memory.id


def _is_known(connection: apsw.Connection, heard: _Heard) -> bool:
    if memories.was_turned_down(connection, heard.content):
        return True
    same = memories.find_live_by_content(connection, heard.content)
    known = same.id if same else _near_duplicate(connection, heard)
    if known is None:
        return False
    capture = captures.find_capture(connection, known)
    if capture is not None and (capture.role, heard.role) == ("assistant", "user"):
        # The user says it too now: from here on it may be put before a model.
        captures.put_capture(connection, Capture(known, "user", heard.cue, capture.captured_at))
    return True


def _near_duplicate(connection: apsw.Connection, heard: _Heard) -> int | None:
    own = likeness.telling(likeness.stems(connection, heard.content))
    for key, found in likeness.alike(connection, heard.content, _NEAR).items():
        theirs = likeness.telling(found)
        if likeness.shared_words(own, theirs) >= SAME_WORDS:
            return key
        is_long_enough = min(len(own), len(theirs)) >= _FEWEST_WORDS
        if is_long_enough and likeness.contained_words(own, theirs) >= CONTAINED:
            return key
    return None


def _checked(statement: Mapping[str, str]) -> _Heard:
    title, content = checked_text(statement["title"], statement["content"])
    role, cue = statement["role"], " ".join(statement["cue"].split())[:60]
    if role not in ROLES:
        raise UsageError(f"unknown role {role!r}", f"the roles are {', '.join(ROLES)}")
    return _Heard(title, content, kind_named(statement["type"]).name, role, cue)
