"""Bringing a vault's schema up to this program's, after putting a copy aside."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import apsw

from mnemon_server.errors import VaultTooNew
from mnemon_server.vault.transaction import transaction

NEWEST = 3  # the number of the last script; known here so that opening need not look for the scripts
_NAME = re.compile(r"(\d{4})_\w+\.sql")


@dataclass(frozen=True)
class Migration:
    """One numbered script; `number` is the schema version it leads to."""

    number: int
    script: str


def released_migrations() -> tuple[Migration, ...]:
    """The scripts of this package, in order, numbered from 1 to NEWEST without a gap."""
    from importlib.resources import files  # costs as much as opening the vault

    found = []
    for entry in files("mnemon_server.vault.migrations").iterdir():
        name = _NAME.fullmatch(entry.name)
        if name:
            found.append(Migration(int(name[1]), entry.read_text(encoding="utf-8")))
    found.sort(key=lambda migration: migration.number)
    assert [migration.number for migration in found] == list(range(1, NEWEST + 1))
    return tuple(found)


def schema_version(connection: apsw.Connection) -> int:
    return int(connection.pragma("user_version"))


def bring_up_to_date(
    connection: apsw.Connection,
    put_copy_aside: Callable[[int], object],
    migrations: tuple[Migration, ...] | None = None,
) -> None:
    """Apply what is missing in one transaction; `put_copy_aside(version)` runs before the first change.

    `migrations` are the released ones unless given.

    Raises:
        VaultTooNew: the vault's version is beyond the last migration.
    """
    newest = migrations[-1].number if migrations else NEWEST
    version = schema_version(connection)
    if version > newest:
        raise VaultTooNew(
            f"this vault has schema version {version}; this program knows up to {newest}",
            "pip install --upgrade mnemon-memory",
        )
    if version == newest:
        return
    if version > 0:
        put_copy_aside(version)
    with transaction(connection):
        # Another process may have migrated while we waited for the write lock.
        version = schema_version(connection)
        for migration in migrations or released_migrations():
            if migration.number > version:
                connection.execute(migration.script)
                connection.pragma("user_version", migration.number)
