"""The copies in the archive, by name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from mnemon_server.errors import MnemonError, UsageError

_NAME = re.compile(r"([a-z0-9-]+?)-(\d{8}T\d{6})(\d{0,6})(?:-\d+)?\.sqlite")


class NotArchived(MnemonError):
    """The archive has no such copy."""

    code = "not-archived"


@dataclass(frozen=True)
class Archived:
    """A copy of the vault as it was at `at`; `reason` is what was about to happen to it then."""

    path: Path
    reason: str
    at: datetime
    size: int


def list_archive(folder: Path) -> Sequence[Archived]:
    """Newest first."""
    found = []
    for path in folder.glob("*.sqlite") if folder.is_dir() else ():
        name = _NAME.fullmatch(path.name)
        if name and path.is_file():
            try:
                moment = datetime.strptime(f"{name[2]}{name[3] or '0'}", "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)
            except ValueError:  # no moment that there is
                continue
            found.append(Archived(path, name[1], moment, path.stat().st_size))
    return sorted(found, key=lambda each: (each.at, each.path.name), reverse=True)


def find_archived(folder: Path, name: str) -> Archived:
    """The copy of that name, with or without `.sqlite`, or the beginning of one that only one copy has.

    Raises:
        NotArchived: none has it.
        UsageError: several have it.
    """
    plain = Path(name).name
    found = [each for each in list_archive(folder) if plain in (each.path.name, each.path.stem)]
    found = found or [each for each in list_archive(folder) if plain and each.path.name.startswith(plain)]
    if not found:
        raise NotArchived(f"the archive has no copy called {plain!r}", "mnemon archive list")
    if len(found) > 1:
        raise UsageError(f"{len(found)} copies are called {plain!r}...", "mnemon archive list")
    return found[0]
