"""Turn down what a hook captured: it is forgotten, and the same words are not captured again."""

from __future__ import annotations

from typing import Any

from mnemon_server.actions import forget
from mnemon_server.actions.context import ActionContext, unknown_memory
from mnemon_server.errors import UnknownMemory
from mnemon_server.vault import memories


def run(context: ActionContext, id: int) -> dict[str, Any]:
    """`{"changed": bool, "id": int, "title": str}`; dropping twice changes nothing and is no error.

    Raises:
        UnknownMemory: there never was such a memory, it is not live, or it waits for nobody's confirmation.
    """
    with context.vault.read() as connection:
        memory = memories.find_any(connection, id)
    if memory is None:
        raise unknown_memory(context, id)
    if memory.captured is None:
        raise UnknownMemory(f"memory {id} does not wait in the inbox", f"mnemon forget {id}")
    return forget.run(context, id)
