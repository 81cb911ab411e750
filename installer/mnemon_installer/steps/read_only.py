"""A file that its owner has made read-only is not ours to write."""

from __future__ import annotations

from pathlib import Path
from shlex import quote

from mnemon_installer.plan.step import Blocked
from mnemon_installer.world import World

_WRITABLE = 0o200


def read_only(world: World, path: Path) -> Blocked | None:
    """Why `path` must not be changed, or None: writing a new file in its place would get around its owner's wish."""
    sight = world.look(path)
    if sight is None or sight.mode & _WRITABLE:
        return None
    unlock = f'attrib -R "{path}"' if world.platform == "win32" else f"chmod u+w {quote(str(path))}"
    return Blocked(f"{path} is read-only; it was left as it is", unlock)
