"""A rebuild on a server: begun there, and watched from here until it is done."""

from __future__ import annotations

import time
from typing import Any

from mnemon_server.client import Progress, VaultClient

_PAUSE = 1.0  # seconds
_STANDSTILL = 120.0  # seconds without progress until we stop watching; the server goes on


def rebuild_there(client: VaultClient, report: Progress, pause: float = _PAUSE) -> dict[str, Any]:  # Any: JSON
    """As the action `rebuild`, in short requests: one that took minutes would be cut off by what stands in between."""
    started = client.call("start_rebuild")
    done = {
        "words": started["words"],
        "embedded": started["pending"],
        "model": started["model"],
        "reason": started["reason"],
    }
    if started["reason"]:
        return done | {"embedded": 0}
    total = left = int(client.call("status")["pending"])
    moved = time.monotonic()
    while left and time.monotonic() - moved < _STANDSTILL:
        report(total - left, total)
        time.sleep(pause)
        now = int(client.call("status")["pending"])
        if now != left:
            left, moved = now, time.monotonic()
    return done if not left else done | {"reason": f"the server still has {left:,} memories to embed, and goes on"}
