"""Making a manifest the head without overwriting anybody's: by conditional writes, or where a store ignores them, by
claims that everybody lays down before and looks at."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from mnemon_server.errors import MnemonError
from mnemon_server.sync.bucket import Stored
from mnemon_server.sync.manifest import Manifest
from mnemon_server.sync.shelf import Head, HeadDamaged, Shelf
from mnemon_server.sync.trouble import Outrun, Unsupported

_ABANDONED = timedelta(hours=1)


def heeds_conditions(shelf: Shelf) -> bool:
    """Try the store once: does it refuse to overwrite when told to? Leaves one small object, which is made once."""
    key = f"{shelf.prefix}probe.json"
    return _refuses_second(shelf, key) and _refuses_other(shelf, key)


def _refuses_second(shelf: Shelf, key: str) -> bool:
    for _ in range(2):  # the first time it may not be there yet
        try:
            shelf.bucket.put(key, _probe(), only_new=True)
        except Outrun:
            return True
        except Unsupported:
            return False
    return False


def _refuses_other(shelf: Shelf, key: str) -> bool:
    try:
        shelf.bucket.put(key, _probe(), replacing='"00000000000000000000000000000000"')
    except Outrun:
        return True
    return False


def _probe() -> bytes:
    return b'{"about": "mnemon looks here whether this store heeds If-None-Match and If-Match"}'


def commit(shelf: Shelf, manifest: Manifest, replacing: Head | HeadDamaged | None, conditional: bool) -> Head:
    """Make `manifest` the head in the place of `replacing`; that one is among the former manifests by then, unless
    nobody can read it.

    Raises:
        Outrun: somebody else has replaced it, or is about to.
    """
    if isinstance(replacing, Head):
        shelf.keep(replacing)
    etag = replacing.etag if replacing is not None else None
    if conditional:
        return shelf.set_head(manifest, etag)
    return _commit_claimed(shelf, manifest, etag)


def _commit_claimed(shelf: Shelf, manifest: Manifest, replacing: str | None) -> Head:
    """Claim, then look for the claims of others, then for the head: of two who overlap at least one sees the other,
    and whoever sees another gives way."""
    claims = f"{shelf.prefix}claims/"
    own = f"{claims}{manifest.machine_id}.json"
    shelf.bucket.put(own, json.dumps({"machine": manifest.machine, "sha256": manifest.sha256}).encode())
    try:
        found = list(shelf.bucket.each(claims))
        now = max((claim.modified for claim in found if claim.key == own), default=datetime.now(UTC))
        if any(claim.key != own and not _is_abandoned(claim, now) for claim in found):
            raise Outrun
        if shelf.etag() != replacing:
            raise Outrun
        return shelf.set_head(manifest, replacing, conditionally=False)
    finally:
        _withdraw(shelf, own)


def _is_abandoned(claim: Stored, now: datetime) -> bool:
    return now - claim.modified > _ABANDONED


def _withdraw(shelf: Shelf, claim: str) -> None:
    with suppress(MnemonError, Outrun):  # it counts for an hour at most
        shelf.bucket.delete([claim])
