"""The vault of a server has gone elsewhere: it can be read, and takes no writes any more."""

from __future__ import annotations

from typing import Any

from mnemon_server.actions.context import ActionContext
from mnemon_server.errors import UsageError, VaultBusy
from mnemon_server.vault import leases
from mnemon_server.vault.meta import write_meta

_LONGEST = 200  # characters


def run(context: ActionContext, lease: str, where: str) -> dict[str, Any]:
    """Close the vault that this `lease` holds frozen; `where` is what whoever wants to write is told.

    Returns:
        `{"state": "moved:..."}`

    Raises:
        UsageError: `where` is empty, too long, or of more than one line.
        VaultBusy: the lease is over, or somebody else's.
        VaultMoved: it was closed before.
    """
    if not where.strip() or len(where) > _LONGEST or not where.isprintable():
        raise UsageError(f"where is one line of at most {_LONGEST} characters")
    with context.vault.write(even_when_frozen=True) as connection:
        if not leases.is_held(connection, lease):
            raise VaultBusy("this lease is over, and the vault may have changed since", "freeze it anew")
        state = f"moved:{where.strip()}"
        write_meta(connection, "state", state)
        write_meta(connection, "frozen_until", None)
        write_meta(connection, "frozen_by", None)
    return {"state": state}
