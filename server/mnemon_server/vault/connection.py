"""One open vault: reads, write transactions, and noticing when the file was replaced."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from mnemon_server.errors import DiskTrouble, VaultBusy, VaultRefused
from mnemon_server.vault.frequencies import TermFrequencies
from mnemon_server.vault.leases import is_lease_over, require_here, thaw
from mnemon_server.vault.meta import read_meta
from mnemon_server.vault.open import Opened, drop_stale_sidecars, file_identity, open_vault_file
from mnemon_server.vault.trouble import named_trouble


class Vault:
    """A vault that any thread may use, one at a time; opened on first use, and created when absent, unless `creates`
    is false.

    Every connection notices a file that was put in its place and opens that one, and other content that was put
    into its file (by a pull, say).
    """

    def __init__(self, path: Path, creates: bool = True) -> None:
        self.path = path
        self._creates = creates
        self.frequencies = TermFrequencies()
        self._lock = threading.RLock()
        self._opened: Opened | None = None
        self._generation = 0

    @property
    def vec_problem(self) -> str:
        """Why vec0 cannot be used; empty when it can."""
        with self._lock, named_trouble(self.path):
            return self._current().vec_problem

    @property
    def generation(self) -> int:
        """Another number after the whole content was replaced, as of the last use of the vault."""
        return self._generation

    @contextmanager
    def read(self) -> Iterator[apsw.Connection]:
        """One consistent state of the vault, for as long as the block runs.

        Raises:
            VaultRefused, VaultTooNew, VaultBusy, DiskTrouble: as the file and the disk have it.
        """
        with self._lock, named_trouble(self.path):
            connection = self._current().connection
            if connection.in_transaction:
                yield connection
                return
            connection.execute("BEGIN DEFERRED")
            try:
                self._note_generation(connection)
                yield connection
            finally:
                _end(connection)

    @contextmanager
    def write(self, even_when_frozen: bool = False) -> Iterator[apsw.Connection]:
        """One IMMEDIATE transaction, committed when the block ends and undone when it raises.

        `even_when_frozen` is for whoever freezes and thaws.

        Raises:
            VaultBusy: frozen for a moment, or held by another process for over ten seconds.
            VaultMoved: the memories live elsewhere now.
            VaultRefused, VaultTooNew, DiskTrouble: as the file and the disk have it.
        """
        with self._lock, named_trouble(self.path):
            connection = self._begin()
            try:
                self._note_generation(connection)
                _require_open(connection, even_when_frozen)
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                _end(connection)
                raise

    def checkpoint(self) -> None:
        """Write the WAL back into the file, as far as that goes without waiting for anybody; nothing to do for a vault
        that is not open or cannot be written."""
        with self._lock, named_trouble(self.path):
            if self._opened is not None and not self._opened.read_only:
                self._opened.connection.pragma("wal_checkpoint", "PASSIVE")

    def close(self) -> None:
        """Let go of the file. The next use opens it again."""
        with self._lock:
            if self._opened is not None:
                self._opened.connection.close()
                self._opened = None

    def _begin(self) -> apsw.Connection:
        while True:
            opened = self._current()
            if opened.read_only:
                raise DiskTrouble(
                    f"{self.path} cannot be written: the file or its folder is read-only; nothing was changed"
                )
            opened.connection.execute("BEGIN IMMEDIATE")
            # The file may have been replaced while we waited for the lock of the old one.
            if self._is_still(opened):
                return opened.connection
            opened.connection.execute("ROLLBACK")

    def _current(self) -> Opened:
        if self._opened is not None and not self._is_still(self._opened):
            drop_stale_sidecars(self._opened)
            self.close()
        if self._opened is None:
            if not self._creates and not self.path.exists():
                raise VaultRefused(f"there is no vault at {self.path}")
            self._opened = open_vault_file(self.path)
            self.frequencies = TermFrequencies()
        return self._opened

    def _is_still(self, opened: Opened) -> bool:
        try:
            return file_identity(self.path) == opened.identity
        except FileNotFoundError:
            raise VaultRefused(
                f"the vault {self.path} disappeared while it was open", "restart mnemon once it is back"
            ) from None

    def _note_generation(self, connection: apsw.Connection) -> None:
        # Whoever puts other content into the vault does it as a backup into this file, which counts the schema up.
        generation = int(connection.pragma("schema_version"))
        if generation != self._generation:
            self._generation = generation
            self.frequencies = TermFrequencies()


def _end(connection: apsw.Connection) -> None:
    if connection.in_transaction:  # a disk in trouble has ended it
        connection.execute("ROLLBACK")


def _require_open(connection: apsw.Connection, even_when_frozen: bool) -> None:
    require_here(connection)
    if read_meta(connection, "state") == "open" or even_when_frozen:
        return
    if not is_lease_over(connection):
        raise VaultBusy("the vault is frozen while it is being copied; nothing was changed", "try again shortly")
    thaw(connection)
