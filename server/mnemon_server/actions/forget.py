"""Forget a memory: no reading path shows it any more; `restore` takes that back."""

from __future__ import annotations

from typing import Any

from mnemon_server.actions import indexing
from mnemon_server.actions.context import ActionContext, unknown_memory
from mnemon_server.vault import memories
from mnemon_server.vault.history import note_change


def run(context: ActionContext, id: int) -> dict[str, Any]:
    """`{"changed": bool, "id": int, "title": str}`; forgetting twice changes nothing and is no error.

    Raises:
        UnknownMemory: there never was such a memory, or it is archived or superseded.
    """
    now = context.clock()
    with context.vault.write() as connection:
        memory = memories.find_live(connection, id)
        if memory is None:
            known = memories.find_any(connection, id)
            if known is not None and known.invalidated_at is not None:
                return {"changed": False, "id": id, "title": known.title}
            raise unknown_memory(context, id)
        memories.change(connection, id, {"invalidated_at": now})
        indexing.leave(connection, memory)
        note_change(connection, "forget", context.client, now, {"invalidated_at": None}, {"invalidated_at": now}, id)
    return {"changed": True, "id": id, "title": memory.title}
