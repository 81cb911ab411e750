"""Which version of a client is on this machine."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from mnemon_installer.clients import Client
from mnemon_installer.world import CommandTrouble, World
from mnemon_installer.world.programs import find_program
from mnemon_server.errors import MnemonError

_VERSION = re.compile(r"\b\d+\.\d+\.\d+(?:[-+][\w.]+)?\b")
_WHOLE = re.compile(r"\d+\.\d+\.\d+(?:[-+][\w.]+)?")
_LEVELS = 4  # a package's program lies a few folders below its package.json
PATIENCE = 15.0  # seconds; some clients are slow to start


def quick_version(world: World, client: Client) -> str:
    """Read off the files, at no cost; empty where they do not say."""
    program = _program(world, client)
    if program is None:
        return ""
    real = Path(os.path.realpath(program))
    named = next((part for part in reversed(real.parts) if _WHOLE.fullmatch(part)), "")
    return named or _package_version(world, real)


def told_version(world: World, client: Client) -> str:
    """The same, or else what the client says when asked, which may take seconds."""
    if quick := quick_version(world, client):
        return quick
    program = _program(world, client)
    if program is None:
        return ""
    try:
        said = world.run((str(program), *client.version_command[1:]), timeout=PATIENCE, changes=False)
    except CommandTrouble:
        return ""
    found = _VERSION.search(said.stdout)
    return found[0] if found else ""


def _program(world: World, client: Client) -> Path | None:
    return find_program(world, client.version_command[0]) if client.version_command else None


def _package_version(world: World, program: Path) -> str:
    for folder in program.parents[:_LEVELS]:
        try:
            content = world.read(folder / "package.json")
            package = json.loads(content) if content else {}
        except (MnemonError, ValueError):
            return ""
        if isinstance(package, dict) and isinstance(package.get("version"), str) and "bin" in package:
            return str(package["version"])
    return ""
