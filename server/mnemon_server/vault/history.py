"""Who changed what, when, from what to what: the ground for undo."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import apsw


def note_change(
    connection: apsw.Connection,
    action: str,
    actor: str,
    now: int,
    before: Mapping[str, Any],  # Any: column values, as JSON holds them
    after: Mapping[str, Any],
    memory_id: int | None = None,
    fact_id: int | None = None,
) -> None:
    """Record one change; `before` and `after` hold the columns that changed, `before` is empty for a new row."""
    connection.execute(
        "INSERT INTO history (at, actor, action, memory_id, fact_id, before, after) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (now, actor, action, memory_id, fact_id, _text(before), _text(after)),
    )


def _text(columns: Mapping[str, Any]) -> str:
    return json.dumps(dict(columns), ensure_ascii=False, sort_keys=True)
