"""Is a snapshot what its name and its manifest say: every byte, every reference, every count."""

from __future__ import annotations

import hashlib
from contextlib import closing
from pathlib import Path

import apsw

from mnemon_server.errors import VaultTooNew
from mnemon_server.sync.manifest import Manifest
from mnemon_server.sync.trouble import BackupRefused
from mnemon_server.vault.contents import Contents, contents_of
from mnemon_server.vault.integrity import damage
from mnemon_server.vault.migrate import NEWEST
from mnemon_server.vault.open import APPLICATION_ID, load_vec
from mnemon_server.vault.snapshot import open_copy

_ELSEWHERE = "mnemon sync history, then: mnemon sync pull --at SHA"


def sha256_of(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def examine(file: Path) -> Contents:
    """What a snapshot holds, after all of it was read.

    Raises:
        BackupRefused: damaged, or no vault.
        VaultTooNew: of a newer program.
    """
    try:
        with closing(open_copy(file)) as connection:
            if connection.pragma("application_id") != APPLICATION_ID:
                raise BackupRefused("the snapshot is not a mnemon vault", _ELSEWHERE)
            load_vec(connection)
            if (schema := int(connection.pragma("user_version"))) > NEWEST:
                raise VaultTooNew(
                    f"the snapshot has schema version {schema}; this program knows up to {NEWEST}",
                    "pip install --upgrade mnemon-memory",
                )
            if problems := damage(connection):
                raise BackupRefused(f"the snapshot is damaged: {problems[0]}", _ELSEWHERE)
            return contents_of(connection)
    except apsw.Error as trouble:
        raise BackupRefused(f"the snapshot is damaged: {trouble}", _ELSEWHERE) from trouble


def verify(file: Path, manifest: Manifest) -> None:
    """Refuse whatever is not exactly the snapshot of this manifest.

    Raises:
        BackupRefused, VaultTooNew: as above, or it holds something else.
    """
    if (size := file.stat().st_size) != manifest.size:
        raise BackupRefused(f"the snapshot has {size:,} bytes instead of {manifest.size:,}", _ELSEWHERE)
    if sha256_of(file) != manifest.sha256:
        raise BackupRefused(f"the snapshot {manifest.short} was changed: its hash is another", _ELSEWHERE)
    found = examine(file)
    if found != manifest.contents:
        what = ", ".join(_differences(found, manifest.contents))
        raise BackupRefused(f"the snapshot {manifest.short} is not what its manifest says: {what}", _ELSEWHERE)


def _differences(found: Contents, expected: Contents) -> list[str]:
    pairs = [("memories alive", found.live, expected.live), ("schema", found.schema, expected.schema)]
    pairs += [
        (table, found.rows.get(table, 0), expected.rows.get(table, 0))
        for table in sorted({*found.rows, *expected.rows})
    ]
    told = [f"{is_} {name} instead of {should:,}" for name, is_, should in pairs if is_ != should]
    if found.model != expected.model:
        told.append("another model")
    return told or ["another vault"]
