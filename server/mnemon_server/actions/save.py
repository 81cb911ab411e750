"""Keep a memory: new, updated under its source key, or already there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import apsw

from mnemon_server.actions import indexing
from mnemon_server.actions.context import ActionContext, unknown_memory
from mnemon_server.actions.examining import CONFLICTS, are_comparable, examine_on_save
from mnemon_server.actions.keep import confirm
from mnemon_server.errors import UsageError
from mnemon_server.kinds import Kind, kind_named
from mnemon_server.llm import CONTRADICTION
from mnemon_server.memory import Memory, checked_text
from mnemon_server.vault import captures, memories, origins, relations, verdicts
from mnemon_server.vault.captures import Capture
from mnemon_server.vault.filters import Value
from mnemon_server.vault.history import ChangeGroup, note_change
from mnemon_server.vault.memories import Draft
from mnemon_server.vault.relations import Edge
from mnemon_server.vault.verdicts import TIME, USER, Judged

KEY_LIMIT = 300
MOST_HINTS = 3


def run(
    context: ActionContext,
    title: str,
    content: str,
    content_type: str = "note",
    source_key: str | None = None,
    supersedes: int | None = None,
) -> dict[str, Any]:
    """Store a memory; it can be found by words when this returns, and by meaning once it is embedded.

    Saving content that is already live returns the memory that has it (`outcome: existing`), under its own
    title; what was said against it meanwhile is the older of the two from now on. With a `source_key` the memory under
    that key is replaced in place (`updated`). `supersedes` names a live memory that this one takes the place of.

    Returns:
        `{"outcome": "new" | "updated" | "existing", "memory": {...}, "superseded": id or None, "hints": [{"id",
        "title", "class", "reason"}]}`; the hints name older memories that this one seems to replace (`update`) or
        to contradict, and change nothing.

    Raises:
        BadContent: empty, too long, binary or not Unicode.
        UsageError: unknown type, or an empty or overlong key.
        UnknownMemory: `supersedes` names no live memory.
    """
    kind = kind_named(content_type)
    title, content = checked_text(title, content)
    key = checked_key(source_key)
    now, group = context.clock(), ChangeGroup()
    with context.vault.write() as connection:
        old = memories.find_live(connection, supersedes) if supersedes is not None else None
        if supersedes is not None and old is None:
            raise unknown_memory(context, supersedes)
        outcome, memory = _store(context, connection, title, content, kind, key, now, group)
        if old is not None and old.id != memory.id:
            supersede(context, connection, old, memory, now, group)
        if outcome == "existing":
            found = _said_again(context, connection, memory, now, group)
        else:
            found = hints(context, connection, memory, now)
    replaced = old.id if old is not None and old.id != memory.id else None
    return {"outcome": outcome, "memory": memory.to_json(), "superseded": replaced, "hints": found}


def hints(context: ActionContext, connection: apsw.Connection, memory: Memory, now: int) -> list[dict[str, Any]]:
    """Which older memories a new text seems to replace or to contradict, the surest first."""
    return _told(connection, memory, examine_on_save(context, connection, memory, now))


def _told(connection: apsw.Connection, memory: Memory, found: Sequence[Judged]) -> list[dict[str, Any]]:
    judged = sorted(found, key=lambda each: -each.sureness)
    older = memories.find_many_live(connection, [each.other(memory.id) for each in judged])
    return [
        {"id": other.id, "title": other.title, "class": each.relation, "reason": each.reason}
        for each in judged[:MOST_HINTS]
        for other in [older[each.other(memory.id)]]
    ]


def _said_again(
    context: ActionContext, connection: apsw.Connection, memory: Memory, now: int, group: ChangeGroup
) -> list[dict[str, Any]]:
    """What replaced or contradicted this memory, and was said before it by now; as hints."""
    turned = []
    for former in verdicts.verdicts_of(connection, memory.id):
        if former.relation in CONFLICTS and former.older == memory.id:
            reason = f"said again after memory {former.newer}"
            said = Judged(memory.id, former.newer, CONTRADICTION, reason, 1.0, TIME, now)
            verdicts.put_verdict(connection, said)
            before, after = {"verdict": vars(former)}, {"verdict": vars(said)}
            note_change(connection, "say-again", context.client, now, before, after, memory.id, group=group)
            turned.append(said)
    return _told(connection, memory, turned)


def supersede(
    context: ActionContext, connection: apsw.Connection, old: Memory, new: Memory, now: int, group: ChangeGroup
) -> None:
    """The older one leaves every reading path and stays in history."""
    memories.change(connection, old.id, {"superseded_by": new.id})
    indexing.leave(connection, old)
    relations.relate(connection, new.id, Edge(old.id, relations.SUPERSEDES, 1.0, "takes its place"), now)
    before, after = {"superseded_by": None}, {"superseded_by": new.id}
    note_change(connection, "supersede", context.client, now, before, after, old.id, group=group)


def _store(
    context: ActionContext,
    connection: apsw.Connection,
    title: str,
    content: str,
    kind: Kind,
    key: str | None,
    now: int,
    group: ChangeGroup,
) -> tuple[str, Memory]:
    if key is not None:
        keyed = memories.find_by_key(connection, key)
        if keyed is not None:
            return update_in_place(context, connection, keyed, title, content, kind, now, group)
    else:
        same = memories.find_live_by_content(connection, content)
        if same is not None:
            # Somebody meant to keep it now, so what a hook had captured needs no confirmation any more.
            return "existing", confirm(context, connection, same, now, group)
    draft = Draft(title, content, kind.name, kind.confidence, context.client, context.session, key)
    return "new", insert_new(context, connection, draft, now, group)


def insert_new(
    context: ActionContext, connection: apsw.Connection, draft: Draft, now: int, group: ChangeGroup | None = None
) -> Memory:
    """A new row with its indexes and its line of history."""
    memory = memories.insert(connection, draft, now)
    indexing.enter(connection, memory)
    origins.put_origin(connection, memory.id, context.project if draft.project is None else draft.project)
    if draft.capture is not None:
        captures.put_capture(connection, Capture(memory.id, *draft.capture, now))
    after = {"title": memory.title, "uid": memory.uid}
    note_change(connection, "save", context.client, now, {}, after, memory.id, group=group)
    return memory


def update_in_place(
    context: ActionContext,
    connection: apsw.Connection,
    old: Memory,
    title: str,
    content: str,
    kind: Kind,
    now: int,
    group: ChangeGroup,
) -> tuple[str, Memory]:
    """The memory under the same id with another text or type; `updated`, or `existing` for what it says already."""
    is_same = (old.title, old.content, old.type, old.archived_at) == (title, content, kind.name, None)
    if is_same:
        return "existing", old
    after: dict[str, Value] = {"title": title, "content": content, "type": kind.name, "archived_at": None}
    before: dict[str, Any] = {
        "title": old.title,
        "content": old.content,
        "type": old.type,
        "archived_at": old.archived_at,
        "updated_at": old.updated_at,
    }
    if old.type != kind.name:
        before["confidence"] = old.base_confidence
        after["confidence"] = kind.confidence
    if old.content != content and (decided := _decided(connection, old)):
        before["verdicts"] = [vars(each) for each in decided]
    memories.change(connection, old.id, after | {"content_hash": memories.content_hash(content), "updated_at": now})
    memory = memories.find_live(connection, old.id)
    assert memory is not None
    indexing.enter(connection, memory, says_the_same=old.content == content)
    if old.type != kind.name:
        _part_from_other_types(connection, memory)
    note_change(connection, "update", context.client, now, before, after, old.id, group=group)
    return "updated", memory


def _decided(connection: apsw.Connection, memory: Memory) -> list[Judged]:
    """What a person has said of pairs with it; `undo` needs it when the text comes back."""
    return [each for each in verdicts.verdicts_of(connection, memory.id) if each.judge == USER]


def _part_from_other_types(connection: apsw.Connection, memory: Memory) -> None:
    """No judge says again what was said of it and of memories that it cannot contradict any more."""
    judged = verdicts.verdicts_of(connection, memory.id)
    others = memories.find_many_live(connection, [each.other(memory.id) for each in judged], with_text=False)
    for each in judged:
        if each.judge != USER and not are_comparable(memory.type, others[each.other(memory.id)].type):
            verdicts.drop_verdict(connection, each.newer, each.older)


def checked_key(key: str | None) -> str | None:
    """The key, or None for none.

    Raises:
        UsageError: an empty or overlong one.
    """
    if key is None:
        return None
    if not key.strip() or len(key) > KEY_LIMIT or "\0" in key:
        raise UsageError(f"a source key has 1 to {KEY_LIMIT} characters")
    return key
