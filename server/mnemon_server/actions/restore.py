"""Bring back a forgotten, archived or superseded memory."""

from __future__ import annotations

from typing import Any

import apsw

from mnemon_server.actions import indexing
from mnemon_server.actions.context import ActionContext
from mnemon_server.errors import MnemonError, UnknownMemory
from mnemon_server.memory import Memory
from mnemon_server.vault import memories, relations
from mnemon_server.vault.filters import Value
from mnemon_server.vault.history import ChangeGroup, note_change, raise_by_superseding


class Conflict(MnemonError):
    """Something live already stands where this one would stand."""

    code = "conflict"


def run(context: ActionContext, id: int) -> dict[str, Any]:
    """`{"changed": bool, "memory": {...}}`; a memory that is live already is left as it is.

    An archived memory counts as changed now, or the next sweep would archive it again. Of one that was superseded the
    edge goes, and what its successor has gained in confidence by that.

    Raises:
        UnknownMemory: there never was such a memory.
        Conflict: the same content, or its source key, is live under another id.
    """
    now, group = context.clock(), ChangeGroup()
    with context.vault.write() as connection:
        memory = memories.find_any(connection, id)
        if memory is None:
            raise UnknownMemory(f"there is no memory {id}", "mnemon list")
        before: dict[str, Value] = {
            "invalidated_at": memory.invalidated_at,
            "superseded_by": memory.superseded_by,
            "archived_at": memory.archived_at,
        }
        is_live = all(value is None for value in before.values())
        if not is_live:
            refuse_a_double(connection, memory)
            after: dict[str, Value] = dict.fromkeys(before)
            if memory.archived_at is not None:
                before["updated_at"], after["updated_at"] = memory.updated_at, now
            memories.change(connection, id, after)
            note_change(connection, "restore", context.client, now, before, after, id, group=group)
            if memory.superseded_by is not None:
                _part(context, connection, memory.superseded_by, id, now, group)
        restored = memories.find_live(connection, id)
        assert restored is not None
        if not is_live:
            indexing.come_back(connection, restored)
    return {"changed": not is_live, "memory": restored.to_json()}


def _part(
    context: ActionContext, connection: apsw.Connection, successor: int, restored: int, now: int, group: ChangeGroup
) -> None:
    """Neither takes the other's place any more."""
    relations.unrelate(connection, successor, restored, relations.SUPERSEDES)
    raised, kept = raise_by_superseding(connection, successor, restored), memories.find_any(connection, successor)
    if raised is None or kept is None or kept.base_confidence != raised.after["confidence"]:
        return
    memories.change(connection, successor, {"confidence": raised.before["confidence"]})
    before, after = raised.after, raised.before
    note_change(connection, "unresolve", context.client, now, before, after, successor, group=group)


def refuse_a_double(connection: apsw.Connection, memory: Memory) -> None:
    """Raises Conflict when another live memory has the content or the source key of this one."""
    same = memories.find_live_by_content(connection, memory.content)
    if same is not None and same.id != memory.id and memory.source_key is None:
        raise Conflict(f"the content of memory {memory.id} is live as memory {same.id}", f"mnemon get {same.id}")
    keyed = memories.find_by_key(connection, memory.source_key) if memory.source_key is not None else None
    if keyed is not None and keyed.id != memory.id:
        raise Conflict(
            f"the source key of memory {memory.id} now belongs to memory {keyed.id}",
            f"mnemon forget {keyed.id}",
        )
