"""Correct a memory: its title, its type, its content."""

from __future__ import annotations

from typing import Any

from mnemon_server.actions.context import ActionContext, unknown_memory
from mnemon_server.actions.restore import Conflict
from mnemon_server.actions.save import hints, update_in_place
from mnemon_server.kinds import kind_named
from mnemon_server.memory import checked_text
from mnemon_server.vault import memories
from mnemon_server.vault.history import ChangeGroup


def run(
    context: ActionContext,
    id: int,
    title: str | None = None,
    content: str | None = None,
    content_type: str | None = None,
) -> dict[str, Any]:
    """What is not given stays; `undo` takes the correction back as one change. A corrected title or type says nothing
    anew, and hints at nothing.

    Returns:
        `{"changed": bool, "memory": {...}, "hints": as save gives them}`

    Raises:
        UnknownMemory: no live memory has this id.
        BadContent: empty, too long, binary or not Unicode.
        UsageError: unknown type.
        Conflict: the content is live under another id.
    """
    now, group = context.clock(), ChangeGroup()
    with context.vault.write() as connection:
        old = memories.find_live(connection, id)
        if old is None:
            raise unknown_memory(context, id)
        new_title, new_content = checked_text(
            old.title if title is None else title, old.content if content is None else content
        )
        same = memories.find_live_by_content(connection, new_content)
        if same is not None and same.id != id and new_content != old.content:
            raise Conflict(f"this content is live as memory {same.id}", f"mnemon get {same.id}")
        kind = kind_named(content_type or old.type)
        outcome, memory = update_in_place(context, connection, old, new_title, new_content, kind, now, group)
        found = hints(context, connection, memory, now) if new_content != old.content else []
    return {"changed": outcome == "updated", "memory": memory.to_json(), "hints": found}
