"""Finding a program the way a shell would."""

from __future__ import annotations

from pathlib import Path

from mnemon_installer.world import World


def find_program(world: World, name: str) -> Path | None:
    """The first runnable `name` on PATH."""
    return next(iter(find_programs(world, name)), None)


def find_programs(world: World, name: str) -> list[Path]:
    """Every runnable `name` on PATH, in its order."""
    windows = world.platform == "win32"
    endings = world.environment.get("PATHEXT", ".EXE;.CMD;.BAT").split(";") if windows else [""]
    folders = world.environment.get("PATH", "").split(";" if windows else ":")
    candidates = (Path(folder) / f"{name}{ending}" for folder in folders if folder for ending in endings)
    return [path for path in candidates if path.is_absolute() and _is_runnable(world, path)]


def _is_runnable(world: World, path: Path) -> bool:
    sight = world.look(path)
    return sight is not None and not sight.is_folder and (world.platform == "win32" or bool(sight.mode & 0o111))
