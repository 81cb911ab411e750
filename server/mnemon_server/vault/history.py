"""Who changed what, when, from what to what: the ground for undo."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import apsw

UNDO = "undo"


@dataclass
class ChangeGroup:
    """Rows that are one change to whoever made it, over several transactions too; `first` is its first row's id."""

    first: int | None = None


@dataclass(frozen=True)
class Change:
    """One row. `before` and `after` hold the columns that changed; `before` is empty for a new memory or fact."""

    id: int
    at: int
    actor: str
    action: str
    memory_id: int | None
    fact_id: int | None
    before: dict[str, Any]  # Any: column values, as JSON holds them
    after: dict[str, Any]
    undone: bool = False
    part_of: int | None = None  # the first row of the same change


def note_change(
    connection: apsw.Connection,
    action: str,
    actor: str,
    now: int,
    before: Mapping[str, Any],  # Any: column values, as JSON holds them
    after: Mapping[str, Any],
    memory_id: int | None = None,
    fact_id: int | None = None,
    group: ChangeGroup | None = None,
    undoes: int | None = None,
) -> None:
    """Record one change; `before` and `after` hold the columns that changed, `before` is empty for a new row.

    Rows noted with the same `group` are taken back together.
    """
    part_of = group.first if group else None
    connection.execute(
        "INSERT INTO history (at, actor, action, memory_id, fact_id, before, after, part_of, undoes)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (now, actor, action, memory_id, fact_id, _text(before), _text(after), part_of, undoes),
    )
    if group is not None and group.first is None:
        group.first = connection.last_insert_rowid()


def last_change(connection: apsw.Connection) -> list[Change]:
    """The rows of the newest change that was not taken back yet, the last one first; empty when there is none."""
    first = connection.execute(
        "SELECT id FROM history AS h WHERE part_of IS NULL AND action <> ?"
        " AND NOT EXISTS (SELECT 1 FROM history AS u WHERE u.undoes = h.id) ORDER BY id DESC LIMIT 1",
        (UNDO,),
    ).get
    rows = connection.execute(
        "SELECT id, at, actor, action, memory_id, fact_id, before, after FROM history"
        " WHERE id = ?1 OR part_of = ?1 ORDER BY id DESC",
        (first,),
    )
    return [
        Change(number, at, actor, action, memory_id, fact_id, json.loads(before), json.loads(after))
        for number, at, actor, action, memory_id, fact_id, before, after in rows
    ]


def changes_of(connection: apsw.Connection, memory_id: int) -> list[Change]:
    """The rows of one memory, the last one first; `undone` says that a row was taken back."""
    rows = connection.execute(
        "SELECT h.id, h.at, h.actor, h.action, h.memory_id, h.fact_id, h.before, h.after,"
        " EXISTS (SELECT 1 FROM history AS u WHERE u.undoes = coalesce(h.part_of, h.id)), h.part_of"
        " FROM history AS h WHERE h.memory_id = ? AND h.action <> ? ORDER BY h.id DESC",
        (memory_id, UNDO),
    )
    return [
        Change(number, at, actor, action, memory, fact, json.loads(before), json.loads(after), bool(undone), part_of)
        for number, at, actor, action, memory, fact, before, after, undone, part_of in rows
    ]


def raise_by_superseding(connection: apsw.Connection, successor: int, superseded: int) -> Change | None:
    """The change by which a memory became surer when it took the place of that other one, the last such time; None
    when that was taken back, or there was none."""
    row = connection.execute(
        "SELECT coalesce(part_of, id) FROM history WHERE memory_id = ? AND action = 'supersede'"
        " ORDER BY id DESC LIMIT 1",
        (superseded,),
    ).fetchone()
    found = [each for each in changes_of(connection, successor) if each.action == "resolve" and not each.undone]
    return next((each for each in found if row is not None and row[0] in (each.id, each.part_of)), None)


def _text(columns: Mapping[str, Any]) -> str:
    return json.dumps(dict(columns), ensure_ascii=False, sort_keys=True)
