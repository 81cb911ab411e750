"""One write transaction on a connection of one's own; `Vault.write` is that of a vault in use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import apsw


@contextmanager
def transaction(connection: apsw.Connection) -> Iterator[None]:
    """Committed when the block ends, undone when it raises.

    APSW's own `with connection` keeps the interpreter while it waits for a lock, which another thread may have; and
    where the disk has ended the transaction its complaint about that hides the reason.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
