"""A short log of who tried to come in and how far they got, so that "did it reach me" has an answer."""

from __future__ import annotations

from typing import Any

from mnemon_server.auth.store import AuthStore
from mnemon_server.memory import as_rfc3339

MOST = 500
KEPT = 30 * 86_400.0  # seconds
_NAME_LIMIT = 60


def note_attempt(store: AuthStore, now: float, hop: str, outcome: str, client: str = "") -> None:
    """`hop` is a step on the way in (`register`, `authorize`, `consent`, `token`, `mcp`, `exchange`), `outcome` a few
    words of ours. Never a token, an id or an address."""
    shown = "".join(letter for letter in client if letter.isprintable())[:_NAME_LIMIT]
    with store.write() as connection:
        connection.execute(
            "INSERT INTO attempts (at, hop, outcome, client) VALUES (?, ?, ?, ?)", (now, hop, outcome, shown)
        )
        connection.execute(
            "DELETE FROM attempts WHERE at < ? OR id <= (SELECT max(id) FROM attempts) - ?", (now - KEPT, MOST)
        )


def attempts(store: AuthStore, limit: int) -> list[dict[str, Any]]:  # Any: JSON values
    """The newest first: `[{"at", "hop", "outcome", "client"}]`."""
    with store.read() as connection:
        rows = connection.execute(
            "SELECT at, hop, outcome, client FROM attempts ORDER BY id DESC LIMIT ?", (limit,)
        ).fetchall()
    return [
        {"at": as_rfc3339(int(float(at or 0) * 1000)), "hop": hop, "outcome": outcome, "client": client}
        for at, hop, outcome, client in rows
    ]
