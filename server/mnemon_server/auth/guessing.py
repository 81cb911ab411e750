"""A bound for guesses at the owner's passphrase and at pairing codes: five wrong ones in fifteen minutes, for all."""

from __future__ import annotations

from mnemon_server.auth.store import AuthStore

MOST = 5
SPAN = 900.0  # seconds


def seconds_to_wait(store: AuthStore, now: float) -> int:
    """0 while another try is allowed; right ones have to wait too, or a lock-out would tell which they are."""
    with store.read() as connection:
        recent = connection.execute(
            "SELECT at FROM wrong_secrets WHERE at > ? AND at <= ? ORDER BY at DESC LIMIT ?", (now - SPAN, now, MOST)
        ).fetchall()
    return max(1, int(float(recent[-1][0] or 0) + SPAN - now) + 1) if len(recent) == MOST else 0


def note_wrong(store: AuthStore, now: float) -> None:
    """Kept in the file: a restart gives nobody five more."""
    with store.write() as connection:
        connection.execute("DELETE FROM wrong_secrets WHERE at <= ?", (now - SPAN,))
        connection.execute("INSERT INTO wrong_secrets VALUES (?)", (now,))


def note_right(store: AuthStore) -> None:
    """Whoever knows the secret has typed: earlier slips of theirs count no more."""
    with store.write() as connection:
        connection.execute("DELETE FROM wrong_secrets")
