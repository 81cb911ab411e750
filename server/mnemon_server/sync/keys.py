"""Keys of a bucket that was made for this vault: in a file of the owner's, because the store shows them only once."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from mnemon_server.sync.trouble import NoCredentials

NAME = "storage_keys"


@dataclass(frozen=True)
class StoreKeys:
    """Of one bucket at the store behind `endpoint`. What is secret of it shows in no message."""

    bucket: str
    endpoint: str
    region: str
    key_id: str = field(repr=False)
    secret: str = field(repr=False)

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=1) + "\n"


def parsed_keys(content: bytes, path: Path) -> StoreKeys:
    """What the file `path` holds.

    Raises:
        NoCredentials: it is not what was written there.
    """
    try:
        told = json.loads(content)
        keys = StoreKeys(*(told[name] for name in ("bucket", "endpoint", "region", "key_id", "secret")))
    except (ValueError, KeyError, TypeError):
        keys = None
    if keys is None or not all(isinstance(value, str) and value for value in asdict(keys).values()):
        raise NoCredentials(
            f"the keys of the bucket cannot be read from {path}", "restore the file, or move it away"
        ) from None
    return keys


def kept_keys(path: Path | None, bucket: str) -> StoreKeys | None:
    """The keys of `bucket`; None where the file is missing, or about another one.

    Raises:
        NoCredentials: the file cannot be read.
    """
    if path is None:
        return None
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as trouble:
        raise NoCredentials(
            f"the keys of the bucket cannot be read from {path}: {trouble.strerror}", f"ls -l {path}"
        ) from trouble
    keys = parsed_keys(content, path)
    return keys if keys.bucket == bucket else None
