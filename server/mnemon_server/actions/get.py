"""Read one memory whole; counts as an access."""

from __future__ import annotations

from typing import Any

from mnemon_server.actions.context import ActionContext, unknown_memory
from mnemon_server.errors import DiskTrouble, VaultBusy, VaultMoved
from mnemon_server.vault import memories


def run(context: ActionContext, id: int) -> dict[str, Any]:
    """`{"memory": {...}}` with the whole content. Stretches the memory's half-life a little.

    A vault that takes no writes just now (frozen, moved, read-only, busy) still answers; the access then
    goes uncounted.

    Raises:
        UnknownMemory: no live memory has this id; the message says what became of it.
    """
    with context.vault.read() as connection:
        memory = memories.find_live(connection, id)
    if memory is None:
        raise unknown_memory(context, id)
    try:
        with context.vault.write() as connection:
            memories.count_access(connection, id, context.clock())
    except (VaultBusy, VaultMoved, DiskTrouble):
        return {"memory": memory.to_json()}
    return {"memory": memory.to_json() | {"access_count": memory.access_count + 1}}
