"""Keep the handoff of a session: one memory, updated in place."""

from __future__ import annotations

from typing import Any

from mnemon_server.actions import indexing
from mnemon_server.actions.context import ActionContext
from mnemon_server.actions.handoffs import handoff_key
from mnemon_server.actions.save import insert_new
from mnemon_server.kinds import kind_named
from mnemon_server.memory import checked_text
from mnemon_server.vault import memories
from mnemon_server.vault.filters import Value
from mnemon_server.vault.memories import Draft


def run(context: ActionContext, project: str, session: str, title: str, content: str) -> dict[str, Any]:
    """`{"outcome": "new" | "updated" | "existing" | "turned down", "id": int}`.

    The session's own later handoffs replace the earlier ones without a line of history each: they are one note that
    grows, and `undo` is for what somebody did. One that was forgotten does not come back.

    Raises:
        BadContent: empty, too long, binary or not Unicode.
    """
    title, content = checked_text(title, content)
    key, now = handoff_key(project, session), context.clock()
    with context.vault.write() as connection:
        ever = memories.find_all_by_key(connection, key)
        old = memories.find_by_key(connection, key)
        if old is None and ever:
            return {"outcome": "turned down", "id": ever[-1].id}
        if old is None:
            kind = kind_named("handoff")
            draft = Draft(title, content, kind.name, kind.confidence, context.client, "", key)
            return {"outcome": "new", "id": insert_new(context, connection, draft, now).id}
        if (old.title, old.content) == (title, content):
            return {"outcome": "existing", "id": old.id}
        digest = memories.content_hash(content)
        changes: dict[str, Value] = {"title": title, "content": content, "content_hash": digest}
        memories.change(connection, old.id, changes | {"updated_at": now, "archived_at": None})
        memory = memories.find_live(connection, old.id)
        assert memory is not None
        indexing.enter(connection, memory)
    return {"outcome": "updated", "id": old.id}
