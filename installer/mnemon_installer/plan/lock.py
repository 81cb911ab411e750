"""One run of a flow at a time per vault folder."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path

from mnemon_installer.world import World


def one_at_a_time(world: World, folder: Path, flow: str) -> AbstractContextManager[None]:
    """Hold the flow's lock in `folder`. Raises Held, naming who has it; it dies with its process."""
    return world.hold(folder / f"{flow}.lock", f"mnemon {flow}")
