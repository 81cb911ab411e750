"""Confirm what a hook captured: from now on it is a memory like one that was saved on purpose."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import apsw

from mnemon_server.actions.context import ActionContext, unknown_memory
from mnemon_server.kinds import kind_named
from mnemon_server.memory import Memory
from mnemon_server.vault import captures, memories
from mnemon_server.vault.history import ChangeGroup, note_change


def run(context: ActionContext, id: int) -> dict[str, Any]:
    """`{"changed": bool, "memory": {...}}`; its confidence rises to that of its type. Keeping twice is keeping once.

    Raises:
        UnknownMemory: no live memory has this id.
    """
    with context.vault.write() as connection:
        memory = memories.find_live(connection, id)
        if memory is None:
            raise unknown_memory(context, id)
        kept = confirm(context, connection, memory, context.clock())
    return {"changed": memory.captured is not None, "memory": kept.to_json()}


def confirm(
    context: ActionContext, connection: apsw.Connection, memory: Memory, now: int, group: ChangeGroup | None = None
) -> Memory:
    """The memory as one that a person has confirmed; one that was never captured stays as it is."""
    capture = captures.find_capture(connection, memory.id)
    if capture is None:
        return memory
    confidence = max(kind_named(memory.type).confidence, memory.base_confidence)
    captures.drop_capture(connection, memory.id)
    memories.change(connection, memory.id, {"confidence": confidence})
    before = {"confidence": memory.base_confidence, "capture": [capture.role, capture.cue, capture.captured_at]}
    after = {"confidence": confidence, "capture": None}
    note_change(connection, "keep", context.client, now, before, after, memory.id, group=group)
    return replace(memory, base_confidence=confidence, captured=None)
