"""For how long a vault is frozen, and by whom."""

from __future__ import annotations

import time

import apsw

from mnemon_server.vault.meta import read_meta, write_meta

LONGEST_LEASE = 3_600_000  # milliseconds


def is_lease_over(connection: apsw.Connection) -> bool:
    """Whether whoever froze the vault has let its time pass. Wall clock: a machine that slept has aged. A lease that
    would last longer than any does is over as well: the clock was set back."""
    until = read_meta(connection, "frozen_until")
    return until is not None and not 0 < int(until) - time.time_ns() // 1_000_000 <= LONGEST_LEASE


def thaw(connection: apsw.Connection) -> None:
    """The vault takes writes again."""
    write_meta(connection, "state", "open")
    write_meta(connection, "frozen_until", None)
    write_meta(connection, "frozen_by", None)
