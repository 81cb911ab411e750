"""Near neighbours of a memory, and how they stand to it: a first judge that only sees similarity."""

from __future__ import annotations

from typing import Any

import apsw

from mnemon_server.actions.context import ActionContext, unknown_memory
from mnemon_server.actions.timeline import brief
from mnemon_server.memory import Memory
from mnemon_server.recall import likeness
from mnemon_server.vault import memories, vault_model, vectors
from mnemon_server.vault.memories import Filters

CANDIDATES = 10
# Share of common words (Jaccard), or cosine, from which on two memories count as the same or as one topic.
SAME = 0.95
SAME_TOPIC_BY_COSINE = 0.80
SAME_TOPIC_BY_WORDS = 0.35


def run(context: ActionContext, id: int) -> dict[str, Any]:
    """The nearest live memories, each classed `same`, `update` or `unrelated`, with the reason.

    The judge is `similarity`: it compares vectors, or words where there are none. It cannot tell an update
    from a contradiction, so it never says `contradiction`; an `update` is one for a reader to judge.

    Returns:
        `{"memory": {...}, "judge": "similarity", "neighbours": [{..., "class", "similarity", "reason"}]}`

    Raises:
        UnknownMemory: no live memory has this id.
    """
    with context.vault.read() as connection:
        memory = memories.find_live(connection, id)
        if memory is None:
            raise unknown_memory(context, id)
        by_meaning = _by_meaning(connection, id)
        near = by_meaning if by_meaning is not None else _by_words(connection, memory)
        found = memories.find_many_live(connection, near)
    threshold = SAME_TOPIC_BY_WORDS if by_meaning is None else SAME_TOPIC_BY_COSINE
    measure = "shared words" if by_meaning is None else "cosine"
    now = context.clock()
    shown = []
    for key in sorted(near, key=lambda number: -near[number]):
        kind = "same" if near[key] >= SAME else "update" if near[key] >= threshold else "unrelated"
        verdict = {"class": kind, "similarity": round(near[key], 4), "reason": f"{measure} {near[key]:.2f}"}
        shown.append(brief(found[key], now) | verdict)
    return {"memory": brief(memory, now), "judge": "similarity", "neighbours": shown}


def _by_meaning(connection: apsw.Connection, memory_id: int) -> dict[int, float] | None:
    model = vault_model.current_model(connection)
    vector = vectors.memory_vector(connection, memory_id)
    if model is None or vector is None:
        return None
    near = vectors.nearest(connection, model, vector, Filters(), CANDIDATES + 1)
    return {key: cosine for key, cosine in near if key != memory_id}


def _by_words(connection: apsw.Connection, memory: Memory) -> dict[int, float]:
    text = f"{memory.title} {memory.content}"
    own = likeness.stems(connection, text)
    near = [other for other in likeness.alike(connection, text, CANDIDATES + 1) if other.id != memory.id]
    return {
        other.id: likeness.shared_words(own, likeness.stems(connection, f"{other.title} {other.content}"))
        for other in near
    }
