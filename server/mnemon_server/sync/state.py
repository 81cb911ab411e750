"""What this machine remembers of its syncs: `sync_state.json`. Losing it costs a question, never a memory."""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mnemon_server.errors import DiskTrouble
from mnemon_server.folders import make_private, sync_folder
from mnemon_server.settings import Settings
from mnemon_server.sync.trouble import SyncBusy

_FORMAT = 1
_PATIENCE = 10.0  # seconds for another sync of this machine
_TICK = 100_000_000  # nanoseconds; file systems count time in steps, and two writes in one step look alike


@dataclass(frozen=True)
class Known:
    """What is known of one place.

    `etag` and `sha256` are those of the head that this machine's vault has in it; `at` when it got or sent it; `stamp`
    what the vault's files looked like then. `conditional` is whether the store heeds conditions, once that was tried.
    `sending` is the snapshot that a push was about to make the head, should it not have lived to see it; `fetching` is
    what a pull was about to put in the vault's place. `tagged` is the last former manifest whose snapshot
    was looked at for its age.
    """

    etag: str = ""
    sha256: str = ""
    at: str = ""
    stamp: str = ""
    conditional: bool | None = None
    tagged: str = ""
    sending: str = ""
    fetching: Mapping[str, Any] | None = None  # Any: JSON


@dataclass(frozen=True)
class Verified:
    """The last restore drill: `at` when, and of which snapshot, made when."""

    at: str
    sha256: str
    snapshot_at: str
    place: str


@dataclass(frozen=True)
class SyncState:
    machine_id: str
    places: Mapping[str, Known] = field(default_factory=dict)
    verified: Verified | None = None

    def known(self, place: str) -> Known:
        return self.places.get(place, Known())

    def knowing(self, place: str, **changes: Any) -> SyncState:  # Any: the fields of Known
        return replace(self, places={**self.places, place: replace(self.known(place), **changes)})


def now() -> str:
    """This moment, RFC 3339 UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def machine_name() -> str:
    """What people call this machine."""
    import platform  # `mnemon status` need not pay for it

    return platform.node()[:100] or "unnamed"


def load_state(path: Path) -> SyncState:
    """A new one where there is none, or a damaged one."""
    try:
        told = json.loads(path.read_bytes())
        places = {str(name): Known(**known) for name, known in told["places"].items()}
        verified = Verified(**told["verified"]) if told["verified"] else None
        return SyncState(str(told["machine_id"]), places, verified)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return SyncState(str(uuid.uuid4()))


def save_state(path: Path, state: SyncState) -> None:
    """Whole or not at all.

    Raises:
        DiskTrouble: it cannot be written.
    """
    make_private(path.parent)
    told = {"format": _FORMAT, **asdict(state)}
    draft = path.with_name(f".{path.name}.new")  # whoever writes is alone
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(json.dumps(told, indent=2).encode())
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as trouble:
        raise DiskTrouble(f"{path} cannot be written: {trouble.strerror or trouble}", "mnemon doctor disk") from trouble
    sync_folder(path.parent)


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """One sync of this vault folder at a time.

    Raises:
        SyncBusy: another is under way.
    """
    from filelock import FileLock, Timeout

    make_private(settings.folder)
    lock = FileLock(settings.folder / "sync.lock", mode=0o600)
    try:
        lock.acquire(timeout=_PATIENCE)
    except Timeout:
        raise SyncBusy("another sync of this vault is under way", "try again when it is done") from None
    try:
        yield
    finally:
        lock.release()


def stamp_of(vault_path: Path) -> str:
    """What the vault's files look like: two stamps differ once anything was written in between, and may also differ
    when nothing was. Empty while that cannot be told, because something was written a moment ago."""
    found = []
    for suffix in ("", "-wal"):
        try:
            status = Path(f"{vault_path}{suffix}").stat()
        except OSError:
            found.append("-")
            continue
        if abs(time.time_ns() - status.st_mtime_ns) < _TICK:
            return ""
        is_empty_log = bool(suffix) and status.st_size == 0
        found.append("-" if is_empty_log else f"{status.st_ino}.{status.st_size}.{status.st_mtime_ns}")
    return " ".join(found)


def is_sent(settings: Settings) -> bool:
    """Whether a backup somewhere has the vault as it is now, as far as can be told at a glance: never wrongly yes."""
    stamp = stamp_of(settings.vault_path)
    return bool(stamp) and any(known.stamp == stamp for known in load_state(settings.sync_state_path).places.values())
