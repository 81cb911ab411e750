"""A few connections to one vault, so that a request that waits for a lock keeps no other one waiting."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import apsw

from mnemon_server.errors import MnemonError, VaultBusy
from mnemon_server.vault.connection import Vault

PATIENCE = 20.0  # seconds; more than a vault waits for another process's lock


class Vaults:
    """Lends a vault to one worker at a time; the one used last first, because it is warm."""

    def __init__(self, make: Callable[[], Vault], most: int, patience: float = PATIENCE) -> None:
        self._make = make
        self._free: list[Vault] = []
        self._made = 0
        self._guard = threading.Condition()
        self._most = most
        self._patience = patience

    @contextmanager
    def lent(self) -> Iterator[Vault]:
        """A vault for the length of the block; waits while all are lent.

        Raises:
            VaultBusy: none has come back in time.
        """
        with self._guard:
            if not self._guard.wait_for(lambda: self._free or self._made < self._most, self._patience):
                raise VaultBusy("the server is busy with other requests; nothing was changed", "try again in a moment")
            if self._free:
                vault = self._free.pop()
            else:
                vault = self._make()
                self._made += 1
        try:
            yield vault
        finally:
            with self._guard:
                self._free.append(vault)
                self._guard.notify()

    def close(self) -> None:
        """Write the WAL back into the vault's file and let go of it. One that is in use is left to its user."""
        with self._guard:
            free, self._free = self._free, []
        for number, vault in enumerate(free):
            if number == len(free) - 1:
                # An expected trouble here must not keep the others open; what is in the WAL is safe there too.
                with suppress(MnemonError, apsw.Error):
                    vault.checkpoint()
            vault.close()
