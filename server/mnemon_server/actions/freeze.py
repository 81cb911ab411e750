"""Stop all writes for a while, so that what is copied now is what there is."""

from __future__ import annotations

import re
from typing import Any

from mnemon_server.actions.context import ActionContext
from mnemon_server.errors import UsageError
from mnemon_server.memory import as_rfc3339
from mnemon_server.vault import leases
from mnemon_server.vault.memories import system_clock

_LEASE = re.compile(r"[0-9a-f]{32}")
LONGEST = leases.LONGEST_LEASE // 1_000  # seconds


def run(context: ActionContext, seconds: int = 900, lease: str = "", chosen: str = "") -> dict[str, Any]:
    """Freeze the vault for `seconds`; it thaws by itself when they have passed. With the `lease` of an earlier
    freeze its time begins anew. `chosen`, 32 hexadecimal digits that nobody can guess, is what a new lease is to be.

    Returns:
        `{"lease": str, "until": RFC 3339}`; the lease is what `thaw` wants to see.

    Raises:
        UsageError: seconds out of range, or a chosen lease of another shape.
        VaultBusy: somebody else holds the vault frozen; or the lease is over, and writes may have come in since.
        VaultMoved: the memories live elsewhere.
    """
    if not 1 <= seconds <= LONGEST:
        raise UsageError(f"seconds takes a number from 1 to {LONGEST:,}, not {seconds}")
    if chosen and not _LEASE.fullmatch(chosen):
        raise UsageError("a lease has 32 hexadecimal digits")
    until = system_clock() + seconds * 1000  # of all processes at the vault, not of this caller
    with context.vault.write(even_when_frozen=True) as connection:
        ours = leases.freeze(connection, until, lease, chosen)
    return {"lease": ours, "until": as_rfc3339(until)}
