"""What is connected to a memory: edges, its session, and what resembles it."""

from __future__ import annotations

from typing import Any

from mnemon_server.actions.context import ActionContext, checked_limit, unknown_memory
from mnemon_server.actions.timeline import brief
from mnemon_server.vault import memories, relations, vault_model, vectors
from mnemon_server.vault.memories import Filters

SESSION_WEIGHT = 0.5
LEAST_SIMILAR = 0.5


def run(context: ActionContext, id: int, limit: int = 10) -> dict[str, Any]:
    """Live neighbours, strongest first, each with `kind` and `weight` (0 to 1).

    Kinds are those of stored edges, `session` for the ones saved just before and after it in the same
    session, and `similar` with the cosine as weight for the nearest by meaning.

    Returns:
        `{"memory": {...}, "neighbours": [{..., "kind", "weight"}]}`

    Raises:
        UnknownMemory: no live memory has this id.
        UsageError: limit out of range.
    """
    checked_limit(limit)
    with context.vault.read() as connection:
        memory = memories.find_live(connection, id)
        if memory is None:
            raise unknown_memory(context, id)
        edges: dict[int, tuple[str, float]] = {}
        for neighbour in relations.neighbours(connection, id, limit):
            edges.setdefault(neighbour.id, (neighbour.kind, neighbour.weight))
        for beside in memories.session_neighbours(connection, memory):
            if beside is not None:
                edges.setdefault(beside.id, ("session", SESSION_WEIGHT))
        model = vault_model.current_model(connection)
        vector = vectors.memory_vector(connection, id)
        if model is not None and vector is not None:
            for near, cosine in vectors.nearest(connection, model, vector, Filters(), limit + 1):
                if near != id and cosine >= LEAST_SIMILAR:
                    edges.setdefault(near, ("similar", cosine))
        strongest = sorted(edges, key=lambda key: (-edges[key][1], key))[:limit]
        found = memories.find_many_live(connection, strongest)
    now = context.clock()
    shown = [brief(found[key], now) | {"kind": edges[key][0], "weight": round(edges[key][1], 4)} for key in strongest]
    return {"memory": brief(memory, now), "neighbours": shown}
