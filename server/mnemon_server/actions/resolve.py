"""Settle two memories that cannot both stand: the newer one supersedes, or a person says that both stand."""

from __future__ import annotations

from typing import Any

import apsw

from mnemon_server.actions.context import ActionContext, unknown_memory
from mnemon_server.actions.examining import CONFLICTS
from mnemon_server.actions.keep import confirm
from mnemon_server.actions.save import supersede
from mnemon_server.errors import UsageError
from mnemon_server.llm import UNRELATED
from mnemon_server.memory import Memory
from mnemon_server.vault import memories, verdicts
from mnemon_server.vault.history import ChangeGroup, note_change
from mnemon_server.vault.verdicts import USER, Judged

# What somebody has decided against something else is a little surer than it was, and than the other one.
SURER = 0.05
SUREST = 0.95


def run(context: ActionContext, id: int, other: int, keep_both: bool = False) -> dict[str, Any]:
    """The one that was said later supersedes the other, whichever is named first; `undo` takes that back. Where the two
    were judged before, that verdict says which one it is. With `keep_both` neither does, and no judge brings the two up
    again while their texts stay.

    Returns:
        `{"kept": {...}, "superseded": id or None, "other": id of the older one}`

    Raises:
        UnknownMemory: one of them is not live.
        UsageError: it is one and the same.
    """
    if id == other:
        raise UsageError("a memory cannot be settled with itself", "mnemon contradictions")
    now, group = context.clock(), ChangeGroup()
    with context.vault.write() as connection:
        one, two = _live(context, connection, id), _live(context, connection, other)
        former = verdicts.verdict_on(connection, id, other)
        by_time = (one.updated_at, one.id) > (two.updated_at, two.id)
        newer, older = (one, two) if (by_time if former is None else former.newer == one.id) else (two, one)
        if keep_both:
            said = Judged(newer.id, older.id, UNRELATED, "somebody said that both stand", 1.0, USER, now)
            if former is not None and former.judge == USER:  # saying it twice is saying it once, for undo too
                return {"kept": newer.to_json(), "superseded": None, "other": older.id}
            verdicts.put_verdict(connection, said)
            before = {"verdict": None if former is None else vars(former)}
            after = {"verdict": vars(said)}
            for each in (newer, older):
                note_change(connection, "keep-both", context.client, now, before, after, each.id, group=group)
            return {"kept": newer.to_json(), "superseded": None, "other": older.id}
        supersede(context, connection, older, newer, now, group)
        newer = confirm(context, connection, newer, now, group)
        if former is not None and former.relation in CONFLICTS:
            _raise_confidence(context, connection, newer, older, now, group)
        kept = _live(context, connection, newer.id)
    return {"kept": kept.to_json(), "superseded": older.id, "other": older.id}


def _raise_confidence(
    context: ActionContext, connection: apsw.Connection, newer: Memory, older: Memory, now: int, group: ChangeGroup
) -> None:
    surer = min(SUREST, max(newer.base_confidence, older.base_confidence) + SURER)
    if surer <= newer.base_confidence:
        return
    memories.change(connection, newer.id, {"confidence": surer})
    before, after = {"confidence": newer.base_confidence}, {"confidence": surer}
    note_change(connection, "resolve", context.client, now, before, after, newer.id, group=group)


def _live(context: ActionContext, connection: apsw.Connection, memory_id: int) -> Memory:
    memory = memories.find_live(connection, memory_id)
    if memory is None:
        raise unknown_memory(context, memory_id)
    return memory
