"""A copy of a client's file before we change it: private, and only the last few."""

from __future__ import annotations

from collections.abc import Collection
from glob import escape
from pathlib import Path

from mnemon_installer.world import World

KEPT = 3


def back_up(
    world: World, path: Path, content: bytes | None, folder: Path, label: str, needed: Collection[Path] = ()
) -> Path | None:
    """Keep `content`, the bytes of `path`, in `folder`, and say where; None where there was no file.

    A copy that the newest one equals is not made again. Older ones beyond the last three go, but for those `needed`.
    """
    if content is None:
        return None
    name = path.name.lstrip(".")
    copies = sorted(folder.glob(f"{label}-*-{escape(name)}"))
    if copies and world.read(copies[-1]) == content:
        return copies[-1]
    stamp = world.now().strftime("%Y%m%dT%H%M%S%f")
    copy = folder / f"{label}-{stamp}-{name}"
    world.write(copy, content, None, 0o600)
    for old in [*copies, copy][:-KEPT]:
        former = world.read(old)
        if former is not None and old not in needed:
            world.remove(old, former)
    return copy
