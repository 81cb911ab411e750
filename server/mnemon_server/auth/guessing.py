"""A bound for guesses at the owner's passphrase and at pairing codes: five wrong ones in fifteen minutes, for all."""

from __future__ import annotations

from mnemon_server.auth.store import AuthStore

MOST = 5
SPAN = 900.0  # seconds


def take_try(store: AuthStore, now: float) -> int:
    """0 when one more try is allowed; it then counts as a wrong one until `note_right`. Otherwise the seconds to wait.

    Counted before it is judged: of a hundred that come at once only five are looked at. Right ones have to wait too,
    or a lock-out would tell which they are. Kept in the file: a restart gives nobody five more.
    """
    with store.write() as connection:
        connection.execute("DELETE FROM wrong_secrets WHERE at <= ?", (now - SPAN,))
        # A clock that was set back neither gives more tries nor locks anybody out for longer.
        connection.execute("UPDATE wrong_secrets SET at = ? WHERE at > ?", (now, now))
        recent = connection.execute("SELECT at FROM wrong_secrets ORDER BY at DESC LIMIT ?", (MOST,)).fetchall()
        if len(recent) == MOST:
            return max(1, int(float(recent[-1][0] or 0) + SPAN - now) + 1)
        connection.execute("INSERT INTO wrong_secrets VALUES (?)", (now,))
    return 0


def note_right(store: AuthStore) -> None:
    """Whoever knows the secret has typed: this try was none of the wrong ones, and earlier slips count no more."""
    with store.write() as connection:
        connection.execute("DELETE FROM wrong_secrets")
