"""What one vault has and another lacks."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import apsw

from mnemon_server.vault.snapshot import open_copy


@dataclass(frozen=True)
class Strays:
    """Of the live memories of a former vault: those that the present one never had, which an import of the former
    brings in, and those that it has in an older form. None: nobody can tell."""

    missing: int | None
    newer: int | None


NONE = Strays(0, 0)


def count_strays(former: Path, present: Path) -> Strays:
    """Those of the finished copy `former` against the vault `present`."""
    try:
        with closing(open_copy(former)) as old, closing(_reading(present)) as new:
            changed = {str(uid): int(at) for uid, at in new.execute("SELECT uid, updated_at FROM memories")}
            contents = {str(row[0]) for row in new.execute("SELECT content_hash FROM live")}
            missing = newer = 0
            for uid, content, at in old.execute("SELECT uid, content_hash, updated_at FROM live"):
                if str(uid) in changed:
                    newer += changed[str(uid)] < int(at)
                else:
                    missing += str(content) not in contents
            return Strays(missing, newer)
    except apsw.Error:
        return Strays(None, None)


def _reading(path: Path) -> apsw.Connection:
    return apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
