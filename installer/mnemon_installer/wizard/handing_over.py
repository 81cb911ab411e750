"""A new secret, given to its owner once: on a terminal, or in a file that nobody else can read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mnemon_installer.facts.web_files import TOKENS
from mnemon_installer.world import World
from mnemon_server.settings import Settings

_SECRETS = ("token", "code")


def hand_over(world: World, settings: Settings, made: dict[str, Any], *, may_show: bool) -> dict[str, Any]:  # Any: JSON
    """`made` as it may be printed: with the secret when it `may_show`, else with the `path` of its file."""
    secret = next(made[name] for name in _SECRETS if made.get(name))
    if may_show:
        return made
    path = _file(settings, str(made["name"]))
    world.write(path, f"{secret}\n".encode(), world.read(path), 0o600)
    return {name: value for name, value in made.items() if name not in _SECRETS} | {"path": str(path)}


def take_away(world: World, settings: Settings, name: str) -> None:
    """Remove the file of a token that is worth nothing any more."""
    path = _file(settings, name)
    if (content := world.read(path)) is not None:
        world.remove(path, content)


def _file(settings: Settings, name: str) -> Path:
    return settings.folder / TOKENS / (re.sub(r"[^\w.-]+", "-", name).strip(".") or "token")
