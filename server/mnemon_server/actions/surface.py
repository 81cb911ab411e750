"""Memories that bear on a prompt, for a model that has not asked for any: few, telling, or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import apsw

from mnemon_server.actions.context import ActionContext
from mnemon_server.actions.excerpt import cost, shown_to_a_model
from mnemon_server.memory import Memory
from mnemon_server.recall import bearing as bearings
from mnemon_server.recall.general import is_general
from mnemon_server.recall.search import QueryVector, embed_query, usable_model
from mnemon_server.vault import memories, origins, vectors, words

# What a memory scores at least before it is put before a model. One of another project shares words by chance; only a
# preference holds everywhere. A prompt for general knowledge asks for more.
FLOOR = 0.50
ELSEWHERE_FLOOR = 0.66
GENERAL = 0.12
_CANDIDATES = 20


def run(
    context: ActionContext,
    prompt: str,
    limit: int = 5,
    tokens: int = 800,
    exclude: Sequence[str] = (),
    project: str = "",
) -> dict[str, Any]:
    """At most `limit` memories within a budget of `tokens`, best first; none of `exclude` (uids). `project` is where
    the prompt was typed.

    Handoffs are left out, and so is what a model said until somebody has kept or read it. With a model that is
    loaded already, and whose background is known, meaning counts too; none is loaded for this.

    Returns:
        `{"mode": "words" | "hybrid", "tokens": int, "memories": [{"id", "uid", "title", "type", "text", "age_days",
        "source_client", "score", "floor", "bm25", "cosine", "terms", "tokens"}]}`
    """
    vector = _vector(context, prompt)
    with context.vault.read() as connection:
        terms = bearings.telling_terms(connection, prompt, words.count_indexed(connection))
        near, background = _near(connection, vector)
        found = memories.find_many_live(connection, {*bearings.candidates(connection, terms, _CANDIDATES), *near})
        able = {key: memory for key, memory in found.items() if _may_surface(memory) and memory.uid not in exclude}
        by_words = {key: bearings.bearing(connection, terms, memory) for key, memory in able.items()}
        homes = origins.origins(connection, list(able))
    scores = {key: bearings.absolute(by_words[key].by_words, near.get(key), background) for key in able}
    raised = GENERAL if is_general(prompt) else 0.0
    floors = {key: raised + _floor(memory, homes.get(key, ""), project) for key, memory in able.items()}
    passing = sorted((key for key in scores if scores[key] >= floors[key]), key=lambda key: (-scores[key], key))
    chosen = _within(tokens, [able[key] for key in passing[:limit]])
    now = context.clock()
    shown = [
        shown_to_a_model(memory, now)
        | {
            "bm25": round(by_words[memory.id].strength, 4),
            "terms": list(by_words[memory.id].terms),
            "score": round(scores[memory.id], 4),
            "floor": round(floors[memory.id], 4),
            "cosine": round(near[memory.id], 4) if memory.id in near else None,
        }
        for memory in chosen
    ]
    return {
        "mode": "words" if background is None else "hybrid",
        "tokens": sum(each["tokens"] for each in shown),
        "memories": shown,
    }


def _floor(memory: Memory, home: str, project: str) -> float:
    is_elsewhere = home not in ("", project) and memory.type != "preference"
    return ELSEWHERE_FLOOR if is_elsewhere else FLOOR


def _may_surface(memory: Memory) -> bool:
    is_unread_conclusion = memory.captured == "assistant" and memory.access_count == 0
    return memory.type != "handoff" and not is_unread_conclusion


def _within(tokens: int, found: Sequence[Memory]) -> list[Memory]:
    """The first ones that fit; one that does not is passed over for a shorter one behind it."""
    chosen, left = [], tokens
    for memory in found:
        if cost(memory) <= left:
            chosen.append(memory)
            left -= cost(memory)
    return chosen


def _vector(context: ActionContext, prompt: str) -> QueryVector | None:
    embedder = context.models.loaded()
    return embed_query(embedder, prompt) if embedder is not None else None


def _near(connection: apsw.Connection, vector: QueryVector | None) -> tuple[Mapping[int, float], float | None]:
    """Cosines of the nearest memories, and the model's background; nothing while that is unknown."""
    model, _ = usable_model(connection, vector)
    if model is None or vector is None or model.background is None:
        return {}, None
    return dict(vectors.nearest(connection, model, vector.embedding, words.NO_FILTERS, _CANDIDATES)), model.background
