"""Add a fact to the profile, or correct the one under the same title."""

from __future__ import annotations

from typing import Any

from mnemon_server.actions.context import ActionContext
from mnemon_server.memory import checked_text
from mnemon_server.vault import facts
from mnemon_server.vault.history import note_change


def run(context: ActionContext, title: str, content: str) -> dict[str, Any]:
    """`{"outcome": "new" | "updated" | "existing", "id": int, "title": str}`; a title names one fact.

    Raises:
        BadContent: empty, too long, binary or not Unicode.
    """
    title, content = checked_text(title, content)
    now = context.clock()
    with context.vault.write() as connection:
        known = facts.fact_titled(connection, title)
        if known is None:
            number = facts.insert_fact(connection, title, content, context.client, now)
            note_change(connection, "save", context.client, now, {}, {"title": title}, fact_id=number)
            return {"outcome": "new", "id": number, "title": title}
        if known.content == content:
            return {"outcome": "existing", "id": known.id, "title": known.title}
        facts.update_fact(connection, known.id, content, now)
        before, after = {"content": known.content}, {"content": content}
        note_change(connection, "update", context.client, now, before, after, fact_id=known.id)
    return {"outcome": "updated", "id": known.id, "title": known.title}
