"""For how long a vault is frozen, and by whom."""

from __future__ import annotations

import secrets
import time

import apsw

from mnemon_server.errors import VaultBusy, VaultMoved
from mnemon_server.vault.meta import read_meta, write_meta

LONGEST_LEASE = 3_600_000  # milliseconds


def freeze(connection: apsw.Connection, until: int, lease: str = "", chosen: str = "") -> str:
    """Let the vault take no writes until that moment (milliseconds UTC), in the caller's transaction. With the
    `lease` of an earlier freeze its time begins anew. `chosen` is what the lease is to be: whoever notes it before
    asking can go on even when the answer is lost.

    Returns:
        The lease, which `thaw` wants to see.

    Raises:
        VaultBusy: somebody else holds the vault frozen; or the lease is over, and writes may have come in since.
        VaultMoved: the memories live elsewhere.
    """
    require_here(connection)
    is_frozen = read_meta(connection, "state") == "frozen" and not is_lease_over(connection)
    holder = read_meta(connection, "frozen_by") or ""
    if is_frozen and not (lease and _is_same(holder, lease)):
        raise VaultBusy("the vault is frozen by somebody else", "try again when its lease is over")
    if lease and not is_frozen:
        raise VaultBusy("this lease is over, and the vault may have changed since", "freeze it anew")
    ours = holder if is_frozen else chosen or secrets.token_hex(16)
    write_meta(connection, "state", "frozen")
    write_meta(connection, "frozen_until", str(until))
    write_meta(connection, "frozen_by", ours)
    return ours


def release(connection: apsw.Connection, lease: str) -> bool:
    """Thaw what `freeze` with this lease froze, in the caller's transaction; False when it was open already.

    Raises:
        VaultBusy: it is somebody else's lease by now.
    """
    if read_meta(connection, "state") != "frozen":
        return False
    if not _is_same(read_meta(connection, "frozen_by") or "", lease):
        raise VaultBusy("the vault is frozen by somebody else", "try again when its lease is over")
    thaw(connection)
    return True


def is_held(connection: apsw.Connection, lease: str) -> bool:
    """Whether the vault is frozen by this lease, and will be for a while."""
    if read_meta(connection, "state") != "frozen" or is_lease_over(connection):
        return False
    return _is_same(read_meta(connection, "frozen_by") or "", lease)


def require_here(connection: apsw.Connection) -> None:
    """Refuse a vault whose memories were taken elsewhere.

    Raises:
        VaultMoved: they were.
    """
    state = read_meta(connection, "state") or ""
    if state not in ("open", "frozen"):
        where = state.removeprefix("moved:")
        there = f"mnemon setup --remote-url {where}" if where.startswith("http") else "use mnemon there"
        hint = f"{there}; the newest backup comes here by: mnemon setup --local && mnemon sync pull"
        raise VaultMoved(f"the memories of this vault live at {where} now; nothing was changed here", hint)


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


def _is_same(holder: str, lease: str) -> bool:
    return secrets.compare_digest(holder.encode(), lease.encode())
