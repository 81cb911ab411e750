"""What each client holds from one consent, listed and ended. Needs no SDK: the command line does this on its own."""

from __future__ import annotations

from typing import Any

from mnemon_server.auth.store import AuthStore


def connections(store: AuthStore, now: float) -> list[dict[str, Any]]:  # Any: JSON values
    """Families with a live token: `[{"id", "client", "kind", "leads_to", "created_at", "used_at", "expires_at"}]`,
    moments in seconds."""
    with store.read() as connection:
        rows = connection.execute(
            "SELECT id, client_name, families.client_id, redirect_host, created_at, used_at, max(expires_at)"
            " FROM families JOIN tokens ON family = id WHERE replaced_at IS NULL"
            " GROUP BY id HAVING max(expires_at) >= ? ORDER BY created_at, families.rowid",
            (now,),
        ).fetchall()
    return [
        {
            "id": row[0],
            "client": row[1],
            # An id that is an address is that of a published document; those that register get theirs from us.
            "kind": "published" if str(row[2]).startswith("https://") else "registered",
            "leads_to": row[3],
            "created_at": row[4],
            "used_at": row[5],
            "expires_at": row[6],
        }
        for row in rows
    ]


def revoke_connection(store: AuthStore, family: str) -> int:
    """How many were revoked: the one named, or with `all` every one and what was about to become one. Clients left
    without any go too, except those that are just coming in."""
    with store.write() as connection:
        if family == "all":
            gone = connection.execute("DELETE FROM families RETURNING id").fetchall()
            connection.execute("DELETE FROM codes")
            connection.execute("DELETE FROM clients")
        else:
            gone = connection.execute("DELETE FROM families WHERE id = ? RETURNING client_id", (family,)).fetchall()
            connection.executemany(
                "DELETE FROM clients WHERE client_id = ? AND client_id NOT IN"
                " (SELECT client_id FROM families UNION SELECT client_id FROM requests"
                " UNION SELECT client_id FROM codes WHERE used_at IS NULL)",
                gone,
            )
    return len(gone)
