"""Whether anything has changed since somebody looked."""

from __future__ import annotations

from typing import Any

from mnemon_server.actions.context import ActionContext
from mnemon_server.vault import browsing


def run(context: ActionContext) -> dict[str, Any]:
    """`{"version": str}`: the same while every other answer would be the same, ages apart."""
    with context.vault.read() as connection:
        return {"version": f"{context.vault.generation}-{browsing.version(connection)}"}
