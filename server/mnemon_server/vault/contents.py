"""What a vault file holds, counted: what a copy of it must hold too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import apsw

from mnemon_server.vault.meta import read_meta
from mnemon_server.vault.migrate import schema_version
from mnemon_server.vault.vault_model import current_model

_COUNTED = (
    "memories", "passages", "models", "vectors", "relations", "history", "profile_facts", "captures", "origins",
)  # fmt: skip


@dataclass(frozen=True)
class Contents:
    """`rows` of each table, `live` memories among them, `model` the fingerprint of the vectors."""

    rows: Mapping[str, int]
    live: int
    schema: int
    model: str | None
    vault_uid: str


def contents_of(connection: apsw.Connection) -> Contents:
    """Count, in one state of the vault. Tables that this vault's schema does not have are left out."""
    there = {str(row[0]) for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    rows = {table: int(connection.execute(f"SELECT count(*) FROM {table}").get) for table in _COUNTED if table in there}
    model = current_model(connection)
    return Contents(
        rows,
        int(connection.execute("SELECT count(*) FROM live").get),
        schema_version(connection),
        model.fingerprint if model else None,
        read_meta(connection, "vault_uid") or "",
    )
