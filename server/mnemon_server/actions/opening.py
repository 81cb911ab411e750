"""What a session starts with: the last handoff of its project, and what is pinned."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mnemon_server.actions.context import ActionContext
from mnemon_server.actions.excerpt import cost, shown_to_a_model
from mnemon_server.actions.handoffs import handoff_key, project_prefix
from mnemon_server.memory import Memory
from mnemon_server.recall.decay import is_past_half_life
from mnemon_server.vault import memories
from mnemon_server.vault.memories import Filters

_MOST_PINNED = 200


def run(
    context: ActionContext, project: str, session: str = "", tokens: int = 800, exclude: Sequence[str] = ()
) -> dict[str, Any]:
    """The newest handoff of another session on `project` that has not faded, then pinned memories, the confident and
    recent first, within `tokens`; none of `exclude` (uids).

    Returns:
        `{"memories": [{"id", "uid", "title", "type", "text", "age_days", "source_client", "tokens"}], "tokens": int}`
    """
    now = context.clock()
    with context.vault.read() as connection:
        left = memories.find_newest_by_prefix(connection, project_prefix(project), handoff_key(project, session))
        pinned = memories.page_of_live(connection, Filters(pinned=True), _MOST_PINNED)
    found = [left] if project and left is not None and not is_past_half_life(left, now) else []
    found += sorted(pinned, key=lambda memory: (-memory.confidence, -memory.updated_at))
    chosen, used = list[Memory](), 0
    for memory in found:
        is_new = memory.uid not in exclude and memory not in chosen
        if is_new and used + cost(memory) <= tokens:
            chosen.append(memory)
            used += cost(memory)
    return {"memories": [shown_to_a_model(memory, now) for memory in chosen], "tokens": used}
