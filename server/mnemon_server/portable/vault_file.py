"""The live memories of another vault's file, which is left as it is."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import apsw

from mnemon_server.actions.context import ActionContext
from mnemon_server.embed import embedder_source
from mnemon_server.errors import VaultRefused
from mnemon_server.portable import jsonl
from mnemon_server.settings import Settings
from mnemon_server.vault.connection import Vault
from mnemon_server.vault.open import recognise
from mnemon_server.vault.snapshot import copy_files, copy_into
from mnemon_server.vault.trouble import named_trouble


@contextmanager
def lines_of_vault(path: str) -> Iterator[Iterator[bytes]]:
    """One JSON line per live memory, as an export has them; read from a private copy, which is brought to this
    program's schema. That is the last committed state, with what only the write-ahead log of a vault in use, or of one
    whose program was killed, has.

    Raises:
        VaultRefused, VaultTooNew, DiskTrouble: no such file, no vault, damaged, or of a newer program.
        VaultBusy: others write to it all the time.
    """
    file = Path(path)
    if not file.is_file():
        raise VaultRefused(f"there is no file {path}", "mnemon archive list")
    with tempfile.TemporaryDirectory(prefix="mnemon-import-") as folder:
        copy = Path(folder) / "default.sqlite"
        _recognised(file)
        _copy(file, copy)
        settings = Settings(Path(folder))
        vault = Vault(copy)
        try:
            context = ActionContext(settings=settings, vault=vault, models=embedder_source(settings), client="export")
            yield (line.encode() for line in jsonl.export_lines(context))
        finally:
            vault.close()


def _copy(file: Path, copy: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="mnemon-import-") as folder, named_trouble(file):
        taken = Path(folder) / "taken.sqlite"
        copy_files(file, taken)
        # All of it is read here, so that damage is found before anything is brought in, and under the file's own name.
        with closing(apsw.Connection(str(taken), flags=apsw.SQLITE_OPEN_READWRITE)) as source:
            copy_into(source, copy)


def _recognised(file: Path) -> None:
    try:
        recognise(file)
    except VaultRefused as refused:  # which would have the vault in use moved away
        raise VaultRefused(refused.message, "mnemon archive list") from None
