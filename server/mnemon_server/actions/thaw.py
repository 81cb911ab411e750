"""Let a frozen vault take writes again."""

from __future__ import annotations

import secrets
from typing import Any

from mnemon_server.actions.context import ActionContext
from mnemon_server.errors import VaultBusy
from mnemon_server.vault import leases, meta


def run(context: ActionContext, lease: str) -> dict[str, Any]:
    """Thaw what `freeze` with this lease froze. A vault that is open already stays so.

    Returns:
        `{"state": "open", "thawed": bool}`

    Raises:
        VaultBusy: it is somebody else's lease by now.
        VaultMoved: the memories live elsewhere.
    """
    with context.vault.write(even_when_frozen=True) as connection:
        if meta.read_meta(connection, "state") != "frozen":
            return {"state": "open", "thawed": False}
        holder = meta.read_meta(connection, "frozen_by") or ""
        if not secrets.compare_digest(holder.encode(), lease.encode()):
            raise VaultBusy("the vault is frozen by somebody else", "try again when its lease is over")
        leases.thaw(connection)
    return {"state": "open", "thawed": True}
