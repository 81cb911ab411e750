"""Memories as somebody looks through them: live, archived, forgotten or superseded ones, page by page."""

from __future__ import annotations

from typing import Any

from mnemon_server.actions.context import ActionContext, checked_limit, moment
from mnemon_server.actions.timeline import brief, position
from mnemon_server.errors import UsageError
from mnemon_server.kinds import kind_named
from mnemon_server.memory import Memory, as_rfc3339
from mnemon_server.vault import browsing
from mnemon_server.vault.browsing import STATES, Wanted
from mnemon_server.vault.filters import Filters

LARGEST_PAGE = 500
_MOST_WORDS = 12


def run(
    context: ActionContext,
    state: str = browsing.LIVE,
    text: str = "",
    content_type: str | None = None,
    client: str | None = None,
    since: str | None = None,
    until: str | None = None,
    pinned: bool | None = None,
    limit: int = 50,
    before: str | None = None,
) -> dict[str, Any]:
    """One page, newest first by creation; `before` is what the page before gave as `next`.

    `state` is `live`, `archived`, `forgotten`, `superseded` or `all`; `text` are words that must all stand in the
    title or the content; `since` is a time of change, `until` one of creation.

    Returns:
        `{"memories": [{..., "state"}], "count": all that match, "next": str or None}`

    Raises:
        UsageError: unknown state or type, limit out of range, or a time that is none.
    """
    checked_limit(limit, LARGEST_PAGE)
    if state not in STATES:
        raise UsageError(f"unknown state {state!r}", f"the states are {', '.join(STATES)}")
    now = context.clock()
    filters = Filters(
        type=kind_named(content_type).name if content_type else None,
        since=moment(since, now) if since else None,
        client=client,
        pinned=pinned,
    )
    wanted = Wanted(state, filters, moment(until, now) if until else None, tuple(text.split()[:_MOST_WORDS]))
    with context.vault.read() as connection:
        page = browsing.page(connection, wanted, limit + 1, position(before, now))
        count = browsing.count(connection, wanted)
    shown = page[:limit]
    last = f"{as_rfc3339(shown[-1].created_at)}/{shown[-1].id}" if len(page) > limit else None
    return {
        "memories": [brief(memory, now) | {"state": state_of(memory)} for memory in shown],
        "count": count,
        "next": last,
    }


def state_of(memory: Memory) -> str:
    """`live`, `forgotten`, `superseded` or `archived`."""
    if memory.invalidated_at is not None:
        return browsing.FORGOTTEN
    if memory.superseded_by is not None:
        return browsing.SUPERSEDED
    return browsing.LIVE if memory.archived_at is None else browsing.ARCHIVED
