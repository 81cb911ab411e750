"""What stands where in the bucket: one head, the manifests before it, the snapshots they name."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mnemon_server.sync.bucket import Bucket, Report, Stored
from mnemon_server.sync.manifest import Manifest, parsed
from mnemon_server.sync.place import Place
from mnemon_server.sync.session import open_bucket
from mnemon_server.sync.trouble import BackupRefused, NoBackup, Outrun

_ENTRY = re.compile(r"(\d{8}T\d{6}(?:\d+)?Z)-([0-9a-f]{64})\.json")
_BEING_WRITTEN = 0.1  # seconds


@dataclass(frozen=True)
class Head:
    """The manifest that counts, and the ETag that whoever replaces it must name."""

    manifest: Manifest
    etag: str


class HeadDamaged(BackupRefused):
    """The head is there, and nobody can read it; `etag` is what whoever replaces it must name."""

    def __init__(self, message: str, etag: str) -> None:
        super().__init__(
            message, "mnemon sync history; or, to put this machine's vault there: mnemon sync push --force"
        )
        self.etag = etag


@dataclass(frozen=True)
class Entry:
    """A former manifest, as its key tells of it. `at` sorts as it reads."""

    key: str
    at: str
    sha256: str


class Shelf:
    """A vault's place in a bucket. Nothing on it is ever changed but the head."""

    def __init__(self, bucket: Bucket, place: Place) -> None:
        self.bucket = bucket
        self.place = place
        self.prefix = place.prefix
        self._head_key = f"{self.prefix}manifest.json"
        self._entries = f"{self.prefix}manifests/"
        self.snapshots = f"{self.prefix}snapshots/"

    @property
    def id(self) -> str:
        """Tells this place from others in the notes of a machine."""
        store = "aws" if self.bucket.is_aws else self.bucket.where
        return f"{store}/{self.bucket.name}/{self.place.vault}"

    def head(self) -> Head | None:
        """None when nothing was ever pushed. Some stores show an object that is just being written: what cannot be read
        is asked for once more.

        Raises:
            HeadDamaged: it cannot be read.
            VaultTooNew: a newer program wrote it.
        """
        try:
            return self._head()
        except HeadDamaged:
            time.sleep(_BEING_WRITTEN)
            return self._head()

    def _head(self) -> Head | None:
        found = self.bucket.get(self._head_key)
        if found is None:
            return None
        try:
            return Head(parsed(found[0], self._in_bucket(self._head_key)), found[1])
        except BackupRefused as trouble:
            raise HeadDamaged(trouble.message, found[1]) from None

    def etag(self) -> str | None:
        """That of the head, whatever is in it."""
        found = self.bucket.get(self._head_key)
        return found[1] if found is not None else None

    def set_head(self, manifest: Manifest, replacing: str | None, conditionally: bool = True) -> Head:
        """Make `manifest` the head, in the place of the one with the ETag `replacing`, if any.

        Raises:
            Outrun: the head is another one by now.
        """
        body = manifest.written(self.snapshot_key(manifest.sha256))
        try:
            if not conditionally:
                etag = self.bucket.put(self._head_key, body)
            else:
                etag = self.bucket.put(self._head_key, body, replacing, only_new=True)
        except Outrun:
            # A request whose answer was lost is sent again, and then meets its own work.
            now = self.bucket.get(self._head_key)
            if now is None or now[0] != body:
                raise
            etag = now[1]
        return Head(manifest, etag)

    def keep(self, head: Head) -> None:
        """Put a manifest among the former ones, before another takes its place."""
        manifest = head.manifest
        stamp = re.sub(r"[-:.]", "", manifest.created_at)
        key = f"{self._entries}{stamp}-{manifest.sha256}.json"  # where there is nothing, or just this
        self.bucket.put(key, manifest.written(self.snapshot_key(manifest.sha256)))

    def entries(self, after: str = "") -> Iterator[Entry]:
        """The former manifests, oldest first."""
        for stored in self.bucket.each(self._entries, after):
            name = _ENTRY.fullmatch(stored.key.removeprefix(self._entries))
            if name:
                yield Entry(stored.key, name[1], name[2])

    def read(self, entry: Entry) -> Manifest | None:
        """None when it is gone, or damaged."""
        found = self.bucket.get(entry.key)
        try:
            return parsed(found[0], self._in_bucket(entry.key)) if found is not None else None
        except BackupRefused:
            return None

    def snapshot_key(self, sha256: str) -> str:
        return f"{self.snapshots}{sha256}.sqlite"

    def find_snapshot(self, sha256: str) -> Stored | None:
        return self.bucket.find(self.snapshot_key(sha256))

    def each_snapshot(self) -> Iterator[tuple[str, Stored]]:
        """Hash and object of every snapshot that is there."""
        for stored in self.bucket.each(self.snapshots):
            yield stored.key.removeprefix(self.snapshots).removesuffix(".sqlite"), stored

    def send(self, file: Path, sha256: str, report: Report) -> None:
        self.bucket.upload(file, self.snapshot_key(sha256), report)

    def fetch(self, manifest: Manifest, file: Path, report: Report) -> None:
        """Into `file`; whoever uses it must verify it first."""
        self.bucket.download(self.snapshot_key(manifest.sha256), file, manifest.size, report)

    def close(self) -> None:
        self.bucket.close()

    def _in_bucket(self, key: str) -> str:
        return f"{key} in the bucket {self.bucket.name}"


def open_shelf(place: Place) -> Shelf:
    """See `open_bucket`."""
    return Shelf(open_bucket(place), place)


def nothing_there(shelf: Shelf) -> NoBackup:
    """The refusal for whoever wants a backup where there is none."""
    return NoBackup(f"the bucket {shelf.bucket.name} has no vault called {shelf.place.vault}", "mnemon sync push")
