"""Let a frozen vault take writes again."""

from __future__ import annotations

from typing import Any

from mnemon_server.actions.context import ActionContext
from mnemon_server.vault import leases


def run(context: ActionContext, lease: str) -> dict[str, Any]:
    """Thaw what `freeze` with this lease froze. A vault that is open already stays so.

    Returns:
        `{"state": "open", "thawed": bool}`

    Raises:
        VaultBusy: it is somebody else's lease by now.
        VaultMoved: the memories live elsewhere.
    """
    with context.vault.write(even_when_frozen=True) as connection:
        thawed = leases.release(connection, lease)
    return {"state": "open", "thawed": thawed}
