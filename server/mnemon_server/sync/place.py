"""Where a vault's backups are: which bucket, at which store, under which name."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from mnemon_server.errors import UsageError
from mnemon_server.settings import Settings
from mnemon_server.sync.keys import NAME
from mnemon_server.sync.trouble import NoBucket

_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,62}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class Place:
    """`endpoint` and `profile` are empty where AWS's own configuration decides. `keys_path`: a file that may hold keys
    of this bucket; where it does, they and their endpoint are used, and nobody else is asked."""

    bucket: str
    vault: str
    endpoint: str = ""
    profile: str = ""
    keys_path: Path | None = None

    @property
    def prefix(self) -> str:
        """What every key of this vault begins with."""
        return f"mnemon/{self.vault}/"


def place_of(settings: Settings) -> Place:
    """Where `settings` say the backups of this vault are.

    Raises:
        NoBucket: they do not say.
        UsageError: what they say cannot be the name of a bucket or a vault.
    """
    if not settings.bucket:
        raise NoBucket("no bucket is set for backups where the vault is", "mnemon config set s3_bucket NAME")
    if not _BUCKET.fullmatch(settings.bucket):
        raise UsageError(f"{settings.bucket!r} cannot be a bucket's name", "mnemon config set s3_bucket NAME")
    if not _NAME.fullmatch(settings.vault_name):
        raise UsageError(f"MNEMON_VAULT_NAME {settings.vault_name!r} is not of letters, digits, dots and dashes")
    return Place(
        settings.bucket,
        settings.vault_name,
        str(settings.value("s3_endpoint")),
        str(settings.value("s3_profile")),
        settings.folder / NAME,
    )
