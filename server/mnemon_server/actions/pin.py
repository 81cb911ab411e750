"""Pin a memory: more confidence, and no archiving."""

from __future__ import annotations

from typing import Any

from mnemon_server.actions.context import ActionContext, unknown_memory
from mnemon_server.vault import memories
from mnemon_server.vault.history import note_change


def run(context: ActionContext, id: int) -> dict[str, Any]:
    """`{"changed": bool, "memory": {...}}`; pinning twice is pinning once.

    Raises:
        UnknownMemory: no live memory has this id.
    """
    return set_pinned(context, id, True)


def set_pinned(context: ActionContext, id: int, pinned: bool) -> dict[str, Any]:
    now = context.clock()
    with context.vault.write() as connection:
        memory = memories.find_live(connection, id)
        if memory is None:
            raise unknown_memory(context, id)
        if memory.pinned != pinned:
            memories.change(connection, id, {"pinned": int(pinned)})
            action = "pin" if pinned else "unpin"
            before, after = {"pinned": int(memory.pinned)}, {"pinned": int(pinned)}
            note_change(connection, action, context.client, now, before, after, id)
        changed = memories.find_live(connection, id)
    assert changed is not None
    return {"changed": memory.pinned != pinned, "memory": changed.to_json()}
