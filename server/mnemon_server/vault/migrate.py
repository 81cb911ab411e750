"""Bringing a vault's schema up to this program's, after putting a copy aside."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import files

import apsw

from mnemon_server.errors import VaultTooNew

_NAME = re.compile(r"(\d{4})_\w+\.sql")


@dataclass(frozen=True)
class Migration:
    """One numbered script; `number` is the schema version it leads to."""

    number: int
    script: str


def released_migrations() -> tuple[Migration, ...]:
    """The scripts of this package, in order, numbered from 1 without a gap."""
    found = []
    for entry in files("mnemon_server.vault.migrations").iterdir():
        name = _NAME.fullmatch(entry.name)
        if name:
            found.append(Migration(int(name[1]), entry.read_text(encoding="utf-8")))
    found.sort(key=lambda migration: migration.number)
    assert [migration.number for migration in found] == list(range(1, len(found) + 1))
    return tuple(found)


def schema_version(connection: apsw.Connection) -> int:
    return int(connection.pragma("user_version"))


def bring_up_to_date(
    connection: apsw.Connection, migrations: tuple[Migration, ...], put_copy_aside: Callable[[int], object]
) -> None:
    """Apply what is missing in one transaction; `put_copy_aside(version)` runs before the first change.

    Raises:
        VaultTooNew: the vault's version is beyond the last migration.
    """
    newest = migrations[-1].number
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
    with connection:
        # Another process may have migrated while we waited for the write lock.
        version = schema_version(connection)
        for migration in migrations:
            if migration.number > version:
                connection.execute(migration.script)
                connection.pragma("user_version", migration.number)
