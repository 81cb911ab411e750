"""Take back the last change to the vault; asked again, the one before it."""

from __future__ import annotations

from typing import Any

import apsw

from mnemon_server.actions import indexing
from mnemon_server.actions.context import ActionContext
from mnemon_server.actions.restore import Conflict, refuse_a_double
from mnemon_server.errors import MnemonError
from mnemon_server.memory import Memory, as_rfc3339
from mnemon_server.vault import captures, facts, memories, relations, verdicts
from mnemon_server.vault.captures import Capture
from mnemon_server.vault.history import UNDO, Change, last_change, note_change
from mnemon_server.vault.verdicts import Judged

_TEXTS = ("title", "content")
_STATES = ("invalidated_at", "superseded_by", "archived_at")
_SHOWN = 50


class NothingToUndo(MnemonError):
    """Every change was taken back, or there never was one."""

    code = "nothing-to-undo"


def run(context: ActionContext, dry_run: bool = False) -> dict[str, Any]:
    """Each row of the last change goes back to what it was; a memory that the change made is forgotten.

    Returns:
        `{"dry_run": bool, "action": str, "actor": str, "at": str, "count": int,
        "changes": [{"action", "id" or None, "title"}], "left": [sentences]}`, the first 50 changes. `left` says of
        which memories the like is live by now: they stay as they are.

    Raises:
        NothingToUndo: no change is left to take back.
    """
    if dry_run:
        with context.vault.read() as connection:
            rows = _last(connection)
            return _result(rows, [_told(connection, row) for row in rows[:_SHOWN]], [], dry_run)
    now, left = context.clock(), list[str]()
    with context.vault.write() as connection:
        rows = _last(connection)
        told = [_told(connection, row) for row in rows[:_SHOWN]]
        for row in rows:
            try:
                _take_back(connection, row, now)
            except Conflict as conflict:
                left.append(conflict.message)
        note_change(connection, UNDO, context.client, now, {}, {"rows": len(rows)}, undoes=rows[-1].id)
    return _result(rows, told, left, dry_run)


def _last(connection: apsw.Connection) -> list[Change]:
    rows = last_change(connection)
    if not rows:
        raise NothingToUndo("there is no change to take back")
    return rows


def _result(rows: list[Change], told: list[dict[str, Any]], left: list[str], dry_run: bool) -> dict[str, Any]:
    first = rows[-1]
    return {
        "dry_run": dry_run,
        "action": first.action,
        "actor": first.actor,
        "at": as_rfc3339(first.at),
        "count": len(rows),
        "changes": told,
        "left": left,
    }


def _told(connection: apsw.Connection, row: Change) -> dict[str, Any]:
    if row.fact_id is not None:
        return {"action": row.action, "id": None, "title": facts.title_of(connection, row.fact_id)}
    memory = _found(connection, row)
    return {"action": row.action, "id": memory.id, "title": memory.title}


def _take_back(connection: apsw.Connection, row: Change, now: int) -> None:
    if row.fact_id is not None:
        facts.put_back(connection, row.fact_id, row.before, now)
        return
    if row.action in ("keep-both", "say-again"):
        _bring_up_again(connection, row)
        return
    memory = _found(connection, row)
    before = dict(row.before) or {"invalidated_at": now}
    if "capture" in before:
        captures.put_capture(connection, Capture(memory.id, *before.pop("capture")))
    if "content" in before:
        before["content_hash"] = memories.content_hash(before["content"])
    decided = [Judged(**each) for each in before.pop("verdicts", [])]
    if row.action == "supersede":
        relations.unrelate(connection, row.after["superseded_by"], memory.id, relations.SUPERSEDES)
    if row.action == "restore" and row.before.get("superseded_by") is not None:
        edge = relations.Edge(memory.id, relations.SUPERSEDES, 1.0, "takes its place")
        relations.relate(connection, row.before["superseded_by"], edge, now)
    if not memory.is_live and all(before.get(name, getattr(memory, name)) is None for name in _STATES):
        refuse_a_double(connection, memory)
    memories.change(connection, memory.id, before)
    has_new_text = any(name in before for name in _TEXTS)
    _mend_indexes(connection, memory, has_new_text, says_the_same=before.get("content") == memory.content)
    for each in decided:
        verdicts.put_verdict(connection, each)


def _bring_up_again(connection: apsw.Connection, row: Change) -> None:
    """The verdict that was overruled, or turned round, stands again; there may have been none."""
    overruled = row.after["verdict"]
    verdicts.drop_verdict(connection, overruled["newer"], overruled["older"])
    if row.before["verdict"] is not None:
        verdicts.put_verdict(connection, Judged(**row.before["verdict"]))


def _mend_indexes(connection: apsw.Connection, former: Memory, has_new_text: bool, says_the_same: bool) -> None:
    memory = memories.find_any(connection, former.id)
    assert memory is not None
    if not memory.is_live:
        if former.is_live:
            indexing.leave(connection, former)
        return
    if has_new_text:
        indexing.enter(connection, memory, says_the_same)
    elif not former.is_live:
        indexing.come_back(connection, memory)


def _found(connection: apsw.Connection, row: Change) -> Memory:
    assert row.memory_id is not None
    memory = memories.find_any(connection, row.memory_id)
    assert memory is not None  # rows of memories are erased together with their history
    return memory
