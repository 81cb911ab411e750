"""What we did to files of others, and which folders we made: for giving back. Reality decides; this only helps.

A receipt is written before the edit it speaks of, so that a process killed anywhere leaves either no change, or a
change with a receipt. It holds hashes and places, never a value.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from mnemon_installer.world import World
from mnemon_server import __version__

FILE_NAME = "receipts.json"
_FORMAT = 1

Keys = tuple[str | int, ...]


@dataclass(frozen=True)
class Receipt:
    """What one file was before us, and what we made of it.

    Attributes:
        owner: name of the client whose file it is.
        kinds: what we put there: `entry`, `hooks`, `rules`.
        before: hash of the bytes before our first edit; None: there was no file.
        after: hash of the bytes after our last edit; None while another program makes the edit for us.
        earlier: hash of the bytes after the edit of ours before that: what the file holds until the last one is made.
        place: the keys that lead to our entry; empty where a file has none.
        inserted: hash of the value that we put there.
        parents: key paths that we made on the way to what we put in.
        folders: folders that we made for the file, the outermost first.
        made_file: the file itself is of our making.
        backup: the copy with the bytes of `before`.
        replaced: the copy with a foreign entry whose place ours took.
        when: time of the last edit, RFC 3339.
        version: the program that made it.
    """

    owner: str
    kinds: tuple[str, ...]
    before: str | None
    after: str | None
    earlier: str | None = None
    place: Keys = ()
    inserted: str = ""
    parents: tuple[Keys, ...] = ()
    folders: tuple[str, ...] = ()
    made_file: bool = False
    backup: str | None = None
    replaced: str | None = None
    when: str = ""
    version: str = field(default=__version__)

    def knows(self, entry: Any) -> bool:  # Any: a JSON or TOML value
        """Whether this entry is, to the letter, the one that we put there."""
        return "entry" in self.kinds and digest_of_value(entry) == self.inserted


@dataclass(frozen=True)
class FolderNote:
    """How the vault's folder was when the first flow began. `found` are the names of the folders in it."""

    made: bool
    found: tuple[str, ...] = ()


class Receipts:
    """The receipts of one vault folder, in `ops/receipts.json`. Each change is written at once."""

    def __init__(self, world: World, ops: Path) -> None:
        self._world = world
        self.path = ops / FILE_NAME

    def of(self, file: Path) -> Receipt | None:
        return self.all().get(file)

    def all(self) -> dict[Path, Receipt]:
        """Every receipt by its file; a damaged one counts as none."""
        read = {Path(path): _receipt(record) for path, record in self._read().get("files", {}).items()}
        return {path: receipt for path, receipt in read.items() if receipt is not None}

    def keep(self, file: Path, receipt: Receipt) -> None:
        record = asdict(receipt)
        self._change(lambda noted: noted.setdefault("files", {}).update({str(file): record}))

    def drop(self, file: Path) -> None:
        self._change(lambda noted: noted.get("files", {}).pop(str(file), None))

    def folder(self) -> FolderNote | None:
        """What was noted of the vault's folder; None: nothing."""
        note = self._read().get("folder", {})
        if not isinstance(note.get("found"), list):
            return None
        return FolderNote(note.get("made") is True, tuple(map(str, note["found"])))

    def keep_folder(self, note: FolderNote) -> None:
        """Note how the folder was; the first note stays."""
        if self.folder() is None:
            self._change(lambda noted: noted.update({"folder": asdict(note)}))

    def _read(self) -> dict[str, Any]:  # Any: JSON
        return _parsed(self._world.read(self.path))

    def _change(self, deed: Any) -> None:  # Any: a function on the JSON object; what it returns is of no use
        content = self._world.read(self.path)
        noted = _parsed(content) or {"format": _FORMAT}
        before = json.dumps(noted)
        deed(noted)
        if json.dumps(noted) != before:
            text = json.dumps(noted, indent=2, ensure_ascii=False) + "\n"
            self._world.write(self.path, text.encode(), content, 0o600)


def digest(content: bytes | None) -> str | None:
    """The hash by which a receipt knows a file's bytes; None stays None."""
    return None if content is None else hashlib.sha256(content).hexdigest()


def digest_of_value(value: Any) -> str:  # Any: a JSON or TOML value
    """The hash by which a receipt knows what we put in, however it is laid out."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def _parsed(content: bytes | None) -> dict[str, Any]:  # Any: JSON
    try:
        noted = json.loads(content or b"{}")
    except ValueError:
        return {}
    if not isinstance(noted, dict) or not all(isinstance(noted.get(name, {}), dict) for name in ("files", "folder")):
        return {}
    return noted


def _receipt(record: Any) -> Receipt | None:  # Any: JSON
    """A record of whichever version as a Receipt; what we do not know of is left out."""
    if not isinstance(record, Mapping):
        return None
    known = {name: record[name] for name in (each.name for each in fields(Receipt)) if name in record}
    if "kind" in record:  # as it was noted while a file held one thing of ours
        known.setdefault("kinds", (record["kind"],))
    try:
        known["kinds"] = tuple(known["kinds"])
        known["place"] = tuple(known.get("place", ()))
        known["parents"] = tuple(tuple(keys) for keys in known.get("parents", ()))
        known["folders"] = tuple(known.get("folders", ()))
        return Receipt(**known)
    except (TypeError, KeyError):
        return None
