"""The machine that commands work on, and the flags of those that change it."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from mnemon_installer.world import World
from mnemon_installer.world.dry import DryWorld
from mnemon_installer.world.real import RealWorld

Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and change nothing.")]


def this_machine(is_rehearsal: bool = False) -> World:
    """The one we run on; for a rehearsal one that only notes what would be changed."""
    real = RealWorld(os.environ, Path.home(), sys.platform)
    return DryWorld(real) if is_rehearsal else real
