"""Zed: `context_servers` in its `settings.json`, which is full of comments and trailing commas, and meant to be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mnemon_installer.clients.client import SERVER_NAME, Launch
from mnemon_installer.clients.file_client import FileClient
from mnemon_installer.clients.places import application_folder, configuration_folder, first_present
from mnemon_installer.clients.shapes import EntryShape
from mnemon_installer.world import World


class _ZedShape(EntryShape):
    """Reads the older spelling too: `"command": {"path": ..., "args": [...], "env": {...}}`."""

    def launch_of(self, entry: Any) -> Launch | None:  # Any: whatever stands in the file
        nested = entry.get("command") if isinstance(entry, dict) else None
        if isinstance(nested, dict):
            entry = {name: value for name, value in entry.items() if name not in ("args", "env")}
            entry |= {"command": nested.get("path"), "args": nested.get("args", []), "env": nested.get("env")}
        return super().launch_of(entry)


def _settings(world: World) -> Path:
    """On a Mac the guides disagree about the folder: the one that is there."""
    if world.platform == "win32":
        return application_folder(world) / "Zed" / "settings.json"
    candidates = [configuration_folder(world) / "zed" / "settings.json"]
    if world.platform == "darwin":
        candidates.append(application_folder(world) / "Zed" / "settings.json")
    return first_present(world, *candidates)


ZED = FileClient(
    name="zed",
    title="Zed",
    config=_settings,
    file_note="on a Mac also looked for in `~/Library/Application Support/Zed`; `XDG_CONFIG_HOME` moves it",
    entry_path=("context_servers", SERVER_NAME),
    shape=_ZedShape(local_marks={"source": "custom"}, marks_are_optional=True, off=("enabled", False)),
    traces=(lambda world: _settings(world).parent,),
    programs=("zed", "zeditor"),
    next_step="nothing to restart, Zed has started mnemon by itself",
    verify="a green dot beside mnemon in the settings of the agent panel",
    version_command=("zed", "--version"),
)
