"""The pairs of memories of which one should give way, for a person to decide."""

from __future__ import annotations

from typing import Any

from mnemon_server.actions.context import ActionContext, checked_limit
from mnemon_server.actions.examining import CONFLICTS
from mnemon_server.actions.timeline import brief
from mnemon_server.vault import memories, verdicts


def run(context: ActionContext, limit: int = 20) -> dict[str, Any]:
    """The open ones among what was compared so far, the latest said first.

    Returns:
        `{"conflicts": [{"newer": {...}, "older": {...}, "class", "reason", "judge"}], "count": all of them,
        "unexamined": memories that were not compared yet}`

    Raises:
        UsageError: limit out of range.
    """
    checked_limit(limit)
    with context.vault.read() as connection:
        found = verdicts.open_verdicts(connection, CONFLICTS, limit)
        ours = memories.find_many_live(connection, [key for each in found for key in (each.newer, each.older)])
        count = verdicts.count_open(connection, CONFLICTS)
        left = verdicts.count_unexamined(connection)
    now = context.clock()
    shown = [
        {
            "newer": brief(ours[each.newer], now),
            "older": brief(ours[each.older], now),
            "class": each.relation,
            "reason": each.reason,
            "judge": each.judge,
        }
        for each in found
    ]
    return {"conflicts": shown, "count": count, "unexamined": left}
