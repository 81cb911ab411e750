"""Take doctor's probe memory out without a trace."""

from __future__ import annotations

from typing import Any

from mnemon_server.actions import indexing
from mnemon_server.actions.context import ActionContext
from mnemon_server.vault import memories

PROBE_KEY = "mnemon:doctor"


def run(context: ActionContext) -> dict[str, Any]:
    """`{"purged": int}`: every row of memories under doctor's key is gone, and their ids are free again."""
    with context.vault.write() as connection:
        probes = memories.find_all_by_key(connection, PROBE_KEY)
        for probe in probes:
            memories.change(connection, probe.id, {"invalidated_at": context.clock()})
            indexing.leave(connection, probe)
            memories.erase(connection, probe.id)
    return {"purged": len(probes)}
