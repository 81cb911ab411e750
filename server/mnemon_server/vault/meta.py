"""The vault's notes about itself, by name."""

from __future__ import annotations

import apsw


def read_meta(connection: apsw.Connection, key: str) -> str | None:
    """One value of the meta table, None when it is not set."""
    row = connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
    return str(row[0]) if row else None


def write_meta(connection: apsw.Connection, key: str, value: str | None) -> None:
    """Set one value of the meta table; None removes it."""
    if value is None:
        connection.execute("DELETE FROM meta WHERE key = ?", (key,))
        return
    connection.execute(
        "INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (key, value),
    )
