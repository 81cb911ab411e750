"""Take a stated fact out of the profile; `undo` brings it back."""

from __future__ import annotations

from typing import Any

from mnemon_server.actions.context import ActionContext
from mnemon_server.errors import UnknownMemory
from mnemon_server.vault import facts
from mnemon_server.vault.history import note_change


def run(context: ActionContext, title: str) -> dict[str, Any]:
    """`{"title": str}`; titles are compared whatever their case.

    Raises:
        UnknownMemory: no fact in force has this title.
    """
    now = context.clock()
    with context.vault.write() as connection:
        fact = facts.fact_titled(connection, title)
        if fact is None:
            raise UnknownMemory(f"there is no stated fact {title!r}", "mnemon profile")
        facts.invalidate_fact(connection, fact.id, now)
        before, after = {"invalidated_at": None}, {"invalidated_at": now}
        note_change(connection, "forget", context.client, now, before, after, fact_id=fact.id)
    return {"title": fact.title}
