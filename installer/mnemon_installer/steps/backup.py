"""A copy of a client's file before we change it: private, and only the last few."""

from __future__ import annotations

from pathlib import Path

from mnemon_installer.world import World

KEPT = 3


def back_up(world: World, path: Path, content: bytes | None, folder: Path, label: str) -> None:
    """Keep `content`, the bytes of `path`, in `folder`; older copies beyond the last three go."""
    if content is None:
        return
    stamp = world.now().strftime("%Y%m%dT%H%M%S%f")
    world.write(folder / f"{label}-{stamp}-{path.name.lstrip('.')}", content, None, 0o600)
    copies = sorted(folder.glob(f"{label}-*-{path.name.lstrip('.')}"))
    for old in copies[:-KEPT]:
        former = world.read(old)
        if former is not None:
            world.remove(old, former)
