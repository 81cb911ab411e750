"""Stop all writes for a while, so that what is copied now is what there is."""

from __future__ import annotations

import secrets
from typing import Any

from mnemon_server.actions.context import ActionContext
from mnemon_server.errors import UsageError, VaultBusy
from mnemon_server.memory import as_rfc3339
from mnemon_server.vault.leases import LONGEST_LEASE, is_lease_over
from mnemon_server.vault.memories import system_clock
from mnemon_server.vault.meta import read_meta, write_meta

LONGEST = LONGEST_LEASE // 1_000  # seconds


def run(context: ActionContext, seconds: int = 900, lease: str = "") -> dict[str, Any]:
    """Freeze the vault for `seconds`; it thaws by itself when they have passed. With the `lease` of an earlier
    freeze its time begins anew.

    Returns:
        `{"lease": str, "until": RFC 3339}`; the lease is what `thaw` wants to see.

    Raises:
        UsageError: seconds out of range.
        VaultBusy: somebody else holds the vault frozen; or the lease is over, and writes may have come in since.
        VaultMoved: the memories live elsewhere.
    """
    if not 1 <= seconds <= LONGEST:
        raise UsageError(f"seconds takes a number from 1 to {LONGEST:,}, not {seconds}")
    until = system_clock() + seconds * 1000  # of all processes at the vault, not of this caller
    with context.vault.write(even_when_frozen=True) as connection:
        is_frozen = read_meta(connection, "state") == "frozen" and not is_lease_over(connection)
        holder = read_meta(connection, "frozen_by") or ""
        if is_frozen and not (lease and secrets.compare_digest(holder.encode(), lease.encode())):
            raise VaultBusy("the vault is frozen by somebody else", "try again when its lease is over")
        if lease and not is_frozen:
            raise VaultBusy("this lease is over, and the vault may have changed since", "freeze it anew")
        ours = holder if is_frozen else secrets.token_hex(16)
        write_meta(connection, "state", "frozen")
        write_meta(connection, "frozen_until", str(until))
        write_meta(connection, "frozen_by", ours)
    return {"lease": ours, "until": as_rfc3339(until)}
