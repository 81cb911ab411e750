"""The vault over time, for a page that shows it: what was made when, and who saved how much."""

from __future__ import annotations

from typing import Any

from mnemon_server.actions import sweep
from mnemon_server.actions.context import ActionContext
from mnemon_server.actions.examining import CONFLICTS
from mnemon_server.errors import UsageError
from mnemon_server.memory import as_rfc3339
from mnemon_server.vault import browsing, captures, verdicts

_DAY_MINUTES = 24 * 60


def run(context: ActionContext, utc_offset_minutes: int = 0) -> dict[str, Any]:
    """Days are those of a clock that is so many minutes ahead of UTC.

    Returns:
        `{"made": [{"day", "type", "count"}], "clients": [{"name", "count", "last"}], "faded": memories that a sweep
        would archive, "captured": waiting in the inbox, "conflicts": open pairs}`

    Raises:
        UsageError: an offset of more than a day.
    """
    if abs(utc_offset_minutes) > _DAY_MINUTES:
        raise UsageError(f"a clock is not {utc_offset_minutes} minutes off")
    with context.vault.read() as connection:
        made = browsing.made_by_day(connection, utc_offset_minutes * 60_000)
        clients = browsing.saved_by_client(connection)
        captured = captures.count_live_captures(connection)
        conflicts = verdicts.count_open(connection, CONFLICTS)
    return {
        "made": [{"day": day, "type": kind, "count": count} for day, kind, count in made],
        "clients": [{"name": name, "count": count, "last": as_rfc3339(last)} for name, count, last in clients],
        "faded": sweep.run(context)["count"],
        "captured": captured,
        "conflicts": conflicts,
    }
