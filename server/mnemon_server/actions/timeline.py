"""Memories by the time they were made, newest first, page by page."""

from __future__ import annotations

from typing import Any

from mnemon_server.actions.context import ActionContext, checked_limit, moment
from mnemon_server.errors import UsageError
from mnemon_server.kinds import kind_named
from mnemon_server.memory import Memory, age_in_days, as_rfc3339, snippet
from mnemon_server.vault import memories
from mnemon_server.vault.filters import Filters

_ANY_ID = 1 << 62


def run(
    context: ActionContext, limit: int = 20, content_type: str | None = None, before: str | None = None
) -> dict[str, Any]:
    """One page; `before` is a time, or what the page before gave as `next`.

    Returns:
        `{"memories": [...], "next": str or None}`

    Raises:
        UsageError: unknown type, limit out of range, or a `before` that is neither.
    """
    checked_limit(limit)
    filters = Filters(type=kind_named(content_type).name if content_type else None)
    now = context.clock()
    with context.vault.read() as connection:
        page = memories.page_of_live(connection, filters, limit + 1, position(before, now))
    shown = page[:limit]
    has_more = len(page) > limit
    last = f"{as_rfc3339(shown[-1].created_at)}/{shown[-1].id}" if has_more else None
    return {"memories": [brief(memory, now) for memory in shown], "next": last}


def brief(memory: Memory, now: int) -> dict[str, Any]:
    """A memory in a list: all but its whole content."""
    shown = memory.to_json_without_text()
    shown["snippet"] = snippet(memory.content)
    shown["age_days"] = round(age_in_days(memory.created_at, now), 1)
    return shown


def position(before: str | None, now: int) -> tuple[int, int] | None:
    """(created_at, id) that a page ends before: of a time, or of what the page before gave as `next`.

    Raises:
        UsageError: neither.
    """
    if before is None:
        return None
    time, slash, number = before.partition("/")
    if not slash:
        return moment(time, now), 0
    if not number.isascii() or not number.isdigit() or int(number) > _ANY_ID:
        raise UsageError(f"{before!r} is no place in the timeline", "pass a time, or `next` of the page before")
    return moment(time, now), int(number)
