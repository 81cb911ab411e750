"""What is noted of an app of ours: which secrets were staged, and what was deployed. Digests, for comparing."""

from __future__ import annotations

import hashlib
from pathlib import Path

from mnemon_installer.facts.deployment import Storage
from mnemon_installer.world import World
from mnemon_server.settings import Settings
from mnemon_server.sync.session import static_keys

TOKEN, HASH = "MNEMON_LOCAL_TOKEN", "MNEMON_OWNER_PASSPHRASE_HASH"


def app_secrets(settings: Settings, storage: Storage | None, token: str, hashed: str) -> dict[str, str]:
    """The secrets that are ours to stage. A role needs no keys, and those of a bucket at Tigris are secrets of the app
    since it was made.

    Raises:
        NoCredentials: the store takes keys, and this machine has none.
    """
    keys = static_keys(settings) if storage == "s3" else {}
    return {TOKEN: token, HASH: hashed, **keys}


def deployed_digest(world: World, folder: Path, build: str, staged: bytes | None = None) -> str:
    """Of all that makes a deploy necessary when it changes. `staged`: what the note on secrets will say, if not what it
    says now."""
    digest = hashlib.sha256(build.encode())
    for name in ("fly.toml", "Dockerfile"):
        digest.update(world.read(folder / name) or b"")
    digest.update((world.read(folder / "staged") or b"") if staged is None else staged)
    return digest.hexdigest()
