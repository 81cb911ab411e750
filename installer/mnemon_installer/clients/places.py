"""Where programs keep their files, platform by platform."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from mnemon_installer.world import World

Finder = Callable[[World], Path]


def in_home(*parts: str) -> Finder:
    """A path below the home folder, the same on every platform."""
    return lambda world: world.home.joinpath(*parts)


def in_applications(*parts: str) -> Finder:
    """A path below the folder for application data."""
    return lambda world: application_folder(world).joinpath(*parts)


def in_configuration(*parts: str) -> Finder:
    """A path below the folder that command line programs take for their configuration, on every platform."""
    return lambda world: configuration_folder(world).joinpath(*parts)


def application_folder(world: World) -> Path:
    """`~/Library/Application Support`, `%APPDATA%`, or `~/.config`."""
    if world.platform == "darwin":
        return world.home / "Library" / "Application Support"
    if world.platform == "win32":
        return named_folder(world, "APPDATA") or world.home / "AppData" / "Roaming"
    return configuration_folder(world)


def configuration_folder(world: World) -> Path:
    """`$XDG_CONFIG_HOME` or `~/.config`."""
    return named_folder(world, "XDG_CONFIG_HOME") or world.home / ".config"


def named_folder(world: World, variable: str) -> Path | None:
    """The folder that an environment variable names; a relative one would mean another place each time."""
    named = world.environment.get(variable, "")
    return Path(named) if named and (Path(named).is_absolute() or world.platform == "win32") else None


def first_present(world: World, *candidates: Path) -> Path:
    """The first candidate that is there, else the first whose folder is, else the first."""
    files = (path for path in candidates if world.look(path))
    folders = (path for path in candidates if world.look(path.parent))
    return next(files, None) or next(folders, None) or candidates[0]
