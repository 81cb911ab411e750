"""Where the `mnemon` command is that a client can rely on: absolute, and still there after an upgrade."""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mnemon_installer.world import World
from mnemon_installer.world.programs import find_programs

_KEEP = "uv tool install mnemon-memory && mnemon setup"


@dataclass(frozen=True)
class Installation:
    """This very program: the environment it runs in, and the folders its scripts may have been put in."""

    prefix: Path
    script_folders: Sequence[Path]


@dataclass(frozen=True)
class Launcher:
    """`path` is None, and `problem` says why, when no client can rely on this installation."""

    path: Path | None
    problem: str = ""
    hint: str = ""


def this_installation() -> Installation:
    """Where this interpreter's scripts are: its environment's folder, its own, the user's."""
    schemes = [sysconfig.get_path("scripts")]
    user = sysconfig.get_preferred_scheme("user")
    if user in sysconfig.get_scheme_names():
        schemes.append(sysconfig.get_path("scripts", user))
    folders = [Path(sys.executable).parent, *map(Path, schemes)]
    if Path(sys.argv[0]).is_absolute():
        folders.append(Path(sys.argv[0]).parent)  # last: the same answer however we were started
    return Installation(Path(sys.prefix), tuple(dict.fromkeys(folders)))


def find_launcher(world: World, installation: Installation) -> Launcher:
    """A link on PATH or in `~/.local/bin` to this installation (pipx and uv keep it through upgrades), else the
    script in its own folder."""
    name = "mnemon.exe" if world.platform == "win32" else "mnemon"
    own = next((path for folder in installation.script_folders if world.look(path := folder / name)), None)
    if own is None:
        return Launcher(None, "this Python has no `mnemon` command", "pip install mnemon-memory && mnemon setup")
    if _is_temporary(world, installation.prefix):
        problem = f"this mnemon runs from a temporary cache ({installation.prefix}) that will be cleaned up"
        return Launcher(None, problem, _KEEP)
    links = [*find_programs(world, "mnemon"), world.home / ".local" / "bin" / name]
    for link in links:
        # The user's folder of scripts and of links may be the same one: `~/.local/bin`.
        is_apart = link.is_symlink() or link.parent not in installation.script_folders
        if link != own and is_apart and _leads_to(link, own):
            return Launcher(link)
    return Launcher(own)


def _leads_to(link: Path, own: Path) -> bool:
    return os.path.realpath(link) == os.path.realpath(own)


def _is_temporary(world: World, prefix: Path) -> bool:
    """Inside the caches of uvx or `pipx run`, which they clean."""
    named = world.environment.get("UV_CACHE_DIR", "")
    if named and Path(named) in prefix.parents:
        return True
    parts = prefix.parts
    uv = any(part.startswith(("archive-v", "environments-v", "builds-v")) for part in parts) and "uv" in parts
    pipx = "pipx" in parts and bool({".cache", "Caches", "cache"} & set(parts))
    return uv or pipx
