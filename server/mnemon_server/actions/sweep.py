"""Archive what has faded: live, unpinned memories past their effective half-life."""

from __future__ import annotations

from typing import Any

from mnemon_server.actions import indexing
from mnemon_server.actions.context import ActionContext
from mnemon_server.actions.timeline import brief
from mnemon_server.memory import Memory
from mnemon_server.recall.decay import is_past_half_life
from mnemon_server.vault import memories
from mnemon_server.vault.history import ChangeGroup, note_change

_STRETCH = 500
_SHOWN = 50


def run(context: ActionContext, dry_run: bool = True) -> dict[str, Any]:
    """What is (or with `dry_run` would be) archived; `restore` brings back any of them.

    Returns:
        `{"dry_run": bool, "count": int, "memories": [the first 50]}`
    """
    now = context.clock()
    faded = _faded(context, now)
    if not dry_run:
        group = ChangeGroup()
        for start in range(0, len(faded), _STRETCH):
            _archive(context, [memory.id for memory in faded[start : start + _STRETCH]], now, group)
    return {
        "dry_run": dry_run,
        "count": len(faded),
        "memories": [brief(memory, now) for memory in faded[:_SHOWN]],
    }


def _faded(context: ActionContext, now: int) -> list[Memory]:
    found: list[Memory] = []
    last = 0
    while True:
        with context.vault.read() as connection:
            stretch = memories.each_live(connection, last, _STRETCH)
        if not stretch:
            return found
        last = stretch[-1].id
        found += [memory for memory in stretch if not memory.pinned and is_past_half_life(memory, now)]


def _archive(context: ActionContext, ids: list[int], now: int, group: ChangeGroup) -> None:
    with context.vault.write() as connection:
        for number in ids:
            memory = memories.find_live(connection, number)
            # It may have been pinned, changed or forgotten since it was looked at.
            if memory is None or memory.pinned or not is_past_half_life(memory, now):
                continue
            memories.change(connection, number, {"archived_at": now})
            indexing.leave(connection, memory)
            before, after = {"archived_at": None}, {"archived_at": now}
            note_change(connection, "archive", context.client, now, before, after, number, group=group)
