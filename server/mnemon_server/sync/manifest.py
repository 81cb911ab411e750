"""The manifest: which snapshot is the vault, what is in it, who made it and from what."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mnemon_server.errors import VaultTooNew
from mnemon_server.sync.trouble import BackupRefused
from mnemon_server.vault.contents import Contents

FORMAT = 1
LARGEST = 1_000_000  # bytes
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


@dataclass(frozen=True)
class Parent:
    """The head that a push replaced."""

    etag: str
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """One push. `size` in bytes; `machine_id` tells machines apart, `machine` is what people call it."""

    sha256: str
    size: int
    contents: Contents
    parent: Parent | None
    machine_id: str
    machine: str
    created_at: str
    program: str

    @property
    def short(self) -> str:
        """Enough of the hash to name the snapshot."""
        return self.sha256[:12]

    def told(self) -> dict[str, Any]:  # Any: JSON
        """For people and `--json`."""
        return {
            "sha256": self.sha256,
            "at": self.created_at,
            "machine": self.machine,
            "memories": self.contents.live,
            "bytes": self.size,
        }

    def written(self, key: str) -> bytes:
        """As it stands in the bucket; `key` is where the snapshot is."""
        return json.dumps(
            {
                "format": FORMAT,
                "sha256": self.sha256,
                "key": key,
                "size": self.size,
                "memories": self.contents.live,
                "rows": dict(self.contents.rows),
                "schema_version": self.contents.schema,
                "embed_model": self.contents.model,
                "vault_uid": self.contents.vault_uid,
                "parent": {"etag": self.parent.etag, "sha256": self.parent.sha256} if self.parent else None,
                "machine_id": self.machine_id,
                "machine": self.machine,
                "created_at": self.created_at,
                "program": self.program,
            },
            indent=2,
        ).encode()


def parsed(body: bytes, where: str) -> Manifest:
    """The manifest that `body` is; `where` it was found.

    Raises:
        VaultTooNew: a newer program wrote it.
        BackupRefused: it is none.
    """
    if len(body) > LARGEST:
        raise BackupRefused(f"{where} is too large to be a manifest")
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise BackupRefused(f"{where} is not a manifest") from None
    if not isinstance(told, dict) or not isinstance(told.get("format"), int):
        raise BackupRefused(f"{where} is not a manifest")
    if told["format"] > FORMAT:
        raise VaultTooNew(f"{where} was written by a newer mnemon", "pip install --upgrade mnemon-memory")
    try:
        return _read(told)
    except (KeyError, TypeError, ValueError):
        raise BackupRefused(f"{where} is a manifest with something missing in it") from None


def _read(told: Mapping[str, Any]) -> Manifest:  # Any: JSON
    parent = told["parent"]
    return Manifest(
        sha256=_matching(_SHA256, told["sha256"]),
        size=_number(told["size"]),
        contents=Contents(
            rows={str(table): _number(count) for table, count in dict(told["rows"]).items()},
            live=_number(told["memories"]),
            schema=_number(told["schema_version"]),
            model=None if told["embed_model"] is None else str(told["embed_model"]),
            vault_uid=str(told["vault_uid"]),
        ),
        parent=None if parent is None else Parent(str(parent["etag"]), _matching(_SHA256, parent["sha256"])),
        machine_id=str(told["machine_id"])[:100],
        machine=_plain(told["machine"]),
        created_at=_matching(_TIME, told["created_at"]),
        program=_plain(told["program"]),
    )


def _matching(pattern: re.Pattern[str], value: object) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ValueError
    return value


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError
    return value


def _plain(value: object) -> str:
    """A name that another machine wrote, fit for a terminal."""
    return "".join(sign for sign in str(value)[:100] if sign.isprintable())
