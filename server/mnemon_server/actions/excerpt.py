"""A memory as it is put before a model that has not asked for it: cut to what is worth its tokens."""

from __future__ import annotations

from typing import Any

from mnemon_server.memory import Memory, age_in_days, count_tokens

# Characters of one memory; `memory_get` has the rest. A handoff is the memory that is read instead of a session.
LONGEST = 700
LONGEST_HANDOFF = 1_600
_PER_ENTRY = 25  # tokens of its heading


def excerpt(memory: Memory) -> str:
    """What of a memory is put before a model."""
    text, limit = memory.content.strip(), LONGEST_HANDOFF if memory.type == "handoff" else LONGEST
    if len(text) <= limit:
        return text
    cut = text[:limit]
    return cut[: max(cut.rfind("\n"), cut.rfind(" "), limit // 2)] + "…"


def cost(memory: Memory) -> int:
    """Tokens of a memory with its heading."""
    return count_tokens(memory.title) + count_tokens(excerpt(memory)) + _PER_ENTRY


def shown_to_a_model(memory: Memory, now: int) -> dict[str, Any]:
    """`{"id", "uid", "title", "type", "text", "age_days", "source_client", "tokens"}`."""
    return {
        "id": memory.id,
        "uid": memory.uid,
        "title": memory.title,
        "type": memory.type,
        "text": excerpt(memory),
        "age_days": round(age_in_days(memory.updated_at, now), 1),
        "source_client": memory.source_client,
        "tokens": cost(memory),
    }
