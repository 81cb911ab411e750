"""Near neighbours of a memory, and how they stand to it: a first judge that only sees similarity."""

from __future__ import annotations

from typing import Any

import apsw

from mnemon_server.actions.context import ActionContext, unknown_memory
from mnemon_server.actions.timeline import brief
from mnemon_server.memory import Memory
from mnemon_server.vault import memories, vectors, words
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
    model = vectors.current_model(connection)
    vector = vectors.memory_vector(connection, memory_id)
    if model is None or vector is None:
        return None
    near = vectors.nearest(connection, model, vector, Filters(), CANDIDATES + 1)
    return {key: cosine for key, cosine in near if key != memory_id}


def _by_words(connection: apsw.Connection, memory: Memory) -> dict[int, float]:
    own = _stems(connection, memory)
    match = " OR ".join(f'"{token}"' for token in sorted(set(own.values()), key=len, reverse=True)[:12])
    if not match:
        return {}
    candidates = [key for key, _ in words.match_words(connection, match, Filters(), CANDIDATES + 1)]
    found = memories.find_many_live(connection, [key for key in candidates if key != memory.id])
    return {key: _overlap(set(own), set(_stems(connection, other))) for key, other in found.items()}


def _stems(connection: apsw.Connection, memory: Memory) -> dict[str, str]:
    """Stem -> token of the first words of a memory; long texts say what they are about early."""
    pairs = words.tokenize(connection, f"{memory.title} {memory.content[:2_000]}")
    return {stem: token for token, stem in pairs if len(token) > 2}


def _overlap(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other) if one | other else 0.0
