"""The facts that the user has stated, whole."""

from __future__ import annotations

from typing import Any

from mnemon_server.actions.context import ActionContext
from mnemon_server.memory import as_rfc3339
from mnemon_server.vault import facts


def run(context: ActionContext) -> dict[str, Any]:
    """`{"facts": [{"id", "title", "content", "created_at", "updated_at"}]}`, the latest first."""
    with context.vault.read() as connection:
        found = facts.facts(connection)
    return {
        "facts": [
            {
                "id": fact.id,
                "title": fact.title,
                "content": fact.content,
                "created_at": as_rfc3339(fact.created_at),
                "updated_at": as_rfc3339(fact.updated_at),
            }
            for fact in found
        ]
    }
