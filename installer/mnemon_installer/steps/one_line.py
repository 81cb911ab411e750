"""Small files of ours that hold one line, readable only by their owner."""

from __future__ import annotations

from pathlib import Path

from mnemon_installer.world import World


def keep_line(world: World, path: Path, text: str) -> None:
    """Make `text` what the file holds; nothing is written where it does already."""
    before, after = world.read(path), f"{text}\n".encode()
    if before != after:
        world.write(path, after, before, 0o600)
