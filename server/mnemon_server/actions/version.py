"""Whether anything has changed since somebody looked."""

from __future__ import annotations

from typing import Any

from mnemon_server.actions.context import ActionContext
from mnemon_server.vault import browsing


def run(context: ActionContext) -> dict[str, Any]:
    """`version` is the same while every other answer would be the same, ages apart; `vectors` while that of
    `points` would.

    Returns:
        `{"version": str, "vectors": str}`
    """
    with context.vault.read() as connection:
        generation = context.vault.generation
        return {
            "version": f"{generation}-{browsing.version(connection)}",
            "vectors": f"{generation}-{browsing.version_of_vectors(connection)}",
        }
