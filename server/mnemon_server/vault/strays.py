"""What one vault has and another lacks."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import apsw

from mnemon_server.vault.snapshot import open_copy


def count_strays(former: Path, present: Path) -> int | None:
    """How many live memories of the finished copy `former` the vault `present` does not have at all, or only older;
    None when the copy cannot be read."""
    try:
        with closing(open_copy(former)) as old, closing(_reading(present)) as new:
            known = {str(uid): int(changed) for uid, changed in new.execute("SELECT uid, updated_at FROM memories")}
            theirs = old.execute("SELECT uid, updated_at FROM live")
            return sum(known.get(str(uid), -1) < int(changed) for uid, changed in theirs)
    except apsw.Error:
        return None


def _reading(path: Path) -> apsw.Connection:
    return apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
