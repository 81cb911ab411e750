"""What a memory is connected to, and why."""

from __future__ import annotations

from typing import Any

from mnemon_server.actions.context import ActionContext, checked_limit, unknown_memory
from mnemon_server.actions.examining import edges, neighbourhood
from mnemon_server.actions.timeline import brief
from mnemon_server.vault import memories, relations, verdicts
from mnemon_server.vault.verdicts import BY_MEANING


def run(context: ActionContext, id: int, limit: int = 10) -> dict[str, Any]:
    """Live neighbours, strongest first, each with `kind`, `weight` (0 to 1) and `reason`.

    Kinds: `session` (saved one after the other), `mentions` (one names the other), `entity` (they share rare words),
    `similar` (near by meaning), `supersedes`. Edges are made when a memory is saved and when it gets its vector; of one
    that was not compared yet they are worked out now, and not kept: this writes nothing.

    Returns:
        `{"memory": {...}, "neighbours": [{..., "kind", "weight", "reason"}]}`

    Raises:
        UnknownMemory: no live memory has this id.
        UsageError: limit out of range.
    """
    checked_limit(limit)
    with context.vault.read() as connection:
        memory = memories.find_live(connection, id)
        if memory is None:
            raise unknown_memory(context, id)
        ends = {(near.id, near.kind): near for near in relations.neighbours(connection, id, 4 * limit)}
        found = [(near.id, near.kind, near.weight, near.reason) for near in ends.values()]
        if verdicts.found_by(connection, id) != BY_MEANING:
            around = neighbourhood(context, connection, memory)
            found += [
                (edge.target, edge.kind, edge.weight, edge.reason)
                for edge in edges(connection, around)
                if (edge.target, edge.kind) not in ends
            ]
        best = dict[int, tuple[str, float, str]]()
        for key, kind, weight, reason in sorted(found, key=lambda each: (-each[2], each[0])):
            best.setdefault(key, (kind, weight, reason))
        strongest = list(best)[:limit]
        others = memories.find_many_live(connection, strongest)
    now = context.clock()
    shown = [
        brief(others[key], now) | {"kind": best[key][0], "weight": round(best[key][1], 4), "reason": best[key][2]}
        for key in strongest
        if key in others
    ]
    return {"memory": brief(memory, now), "neighbours": shown}
