"""The same questions by two ways: a shared server answers as a process of one's own does."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from tests.resident import wait_for
from tests.server.serve.resident.clients import Client, Silent

_PATIENCE = 60.0  # seconds
# What is of the moment in an answer, or of the answer before it.
_PASSING = {"access_count", "accessed_at", "bytes"}


def differing(shared: Client, alone: Client, words: Sequence[str]) -> list[str]:
    """What a client of the resident and one with a process of its own still hear differently about `words`, and about
    the newest memories, once nothing goes on in the background any more. The second one is closed."""
    left = list[str]()

    def agree() -> bool:
        left[:] = _compared(shared, alone, words)
        return not left

    def is_embedded() -> bool:
        status = shared.call("memory_status")
        return not (status["model"]["present"] and status["pending"])

    try:
        alone.open(_PATIENCE)
        if not wait_for(is_embedded, 60.0):
            return ["memories stay without a vector"]
        wait_for(agree, 20.0)
        return left
    except (Silent, KeyError) as trouble:
        return [f"no answer: {trouble!r}"]
    finally:
        alone.close()


def _compared(shared: Client, alone: Client, words: Sequence[str]) -> list[str]:
    newest = shared.call("memory_timeline", limit=50)["memories"]
    questions: list[tuple[str, dict[str, Any]]] = [  # Any: JSON
        ("memory_timeline", {"limit": 50}),
        ("memory_status", {}),
        ("profile_get", {}),
        *(("memory_search", {"query": f"{one} {other}"}) for one in words[:6] for other in words[6:]),
        *((tool, {"id": memory["id"]}) for memory in newest[:10] for tool in ("memory_related", "memory_get")),
    ]
    differing = []
    for tool, arguments in questions:
        one, other = (_lasting(client.call(tool, **arguments)) for client in (shared, alone))
        if one != other:
            differing.append(f"{tool} {arguments}: {json.dumps(one)[:200]} and {json.dumps(other)[:200]}")
    return differing


def _lasting(told: Any) -> Any:  # Any: JSON
    if isinstance(told, dict):
        return {name: _lasting(value) for name, value in told.items() if name not in _PASSING}
    if isinstance(told, list):
        return [_lasting(value) for value in told]
    return round(told, 3) if isinstance(told, float) else told
