"""What hooks captured and nobody has confirmed yet, newest first."""

from __future__ import annotations

from typing import Any

from mnemon_server.actions.context import ActionContext, checked_limit
from mnemon_server.actions.timeline import brief
from mnemon_server.vault import captures, memories


def run(context: ActionContext, limit: int = 50) -> dict[str, Any]:
    """`{"memories": [{..., "cue", "role"}], "total": int}`: `role` said it, `cue` gave it away.

    Raises:
        UsageError: limit out of range.
    """
    checked_limit(limit, 10_000)
    now = context.clock()
    with context.vault.read() as connection:
        waiting = captures.live_captures(connection, limit)
        total = captures.count_live_captures(connection)
        found = memories.find_many_live(connection, [capture.memory_id for capture in waiting])
    shown = [brief(found[each.memory_id], now) | {"cue": each.cue, "role": each.role} for each in waiting]
    return {"memories": shown, "total": total}
