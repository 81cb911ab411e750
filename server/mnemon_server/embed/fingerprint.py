"""Names a model by its exact weights; the digest of a large file is remembered until the file changes."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from functools import lru_cache
from pathlib import Path

from mnemon_server.embed.files import ModelFiles

SHORT = 12  # hexadecimal digits: enough to tell models apart, short enough to print
MEMORY = "digests.json"
REMEMBER_FROM = 1_000_000  # bytes; smaller files are quicker to read than to look up


def fingerprint(files: ModelFiles, pooling: str, models: Path) -> str:
    """`<published name, or local>@<digest>` over the weights, the tokenizer and the pooling: all that decides a vector.

    The name is no part of the folder's path, so a model that was moved stays the model it is.
    `models` is where digests are remembered; nothing is lost when it cannot be written.
    """
    assert files.folder is not None
    parts = [digest(files.folder / name, models) for name in (files.model_file, "tokenizer.json")]
    whole = hashlib.sha256(" ".join([*parts, pooling]).encode()).hexdigest()
    return f"{files.kin or 'local'}@{whole[:SHORT]}"


def digest(path: Path, models: Path) -> str:
    """SHA-256 of a file. On a processor without SHA instructions 67 MB cost 0.2 s: once is enough.

    Raises:
        OSError: it cannot be read.
    """
    status = path.stat()
    key = str(path.resolve())
    state = [status.st_size, status.st_mtime_ns, status.st_ino]
    if status.st_size < REMEMBER_FROM:
        return _sha256(key, *state)
    memory = models / MEMORY
    known = _read(memory)
    entry = known.get(key)
    if isinstance(entry, list) and entry[:-1] == state:
        return str(entry[-1])
    found = _sha256(key, *state)
    still_there = {name: entry for name, entry in known.items() if Path(name).exists()}
    _write(memory, {**still_there, key: [*state, found]})
    return found


@lru_cache(maxsize=8)  # where nothing can be written, a load asks twice
def _sha256(path: str, *_state: int) -> str:
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read(path: Path) -> dict[str, object]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _write(path: Path, value: dict[str, object]) -> None:
    with contextlib.suppress(OSError):
        path.parent.mkdir(exist_ok=True, mode=0o700)  # inside an existing mnemon folder only
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".digests-")
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(value, file, indent=1)
        Path(temporary).replace(path)
