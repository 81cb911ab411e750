"""opencode: `opencode.jsonc` or `opencode.json` in `~/.config/opencode`, the same on every platform."""

from __future__ import annotations

from pathlib import Path

from mnemon_installer.clients.client import SERVER_NAME
from mnemon_installer.clients.file_client import FileClient
from mnemon_installer.clients.places import configuration_folder, in_configuration
from mnemon_installer.clients.shapes import EntryShape
from mnemon_installer.world import World


def _config(world: World) -> Path:
    """Where both are there, what stands in the `.jsonc` wins."""
    folder = configuration_folder(world) / "opencode"
    names = ("opencode.jsonc", "opencode.json")
    return next((folder / name for name in names if world.look(folder / name)), folder / "opencode.json")


OPENCODE = FileClient(
    name="opencode",
    title="opencode",
    config=_config,
    file_note="or `opencode.jsonc`, where that is there; `XDG_CONFIG_HOME` moves it",
    entry_path=("mcp", SERVER_NAME),
    shape=EntryShape(
        local_marks={"type": "local"},
        remote_marks={"type": "remote"},
        local_defaults={"enabled": True},
        environment_key="environment",
        command_is_list=True,
        off=("enabled", False),
    ),
    traces=(in_configuration("opencode"),),
    programs=("opencode",),
    rules=in_configuration("opencode", "AGENTS.md"),
    next_step="start `opencode` anew",
    verify="`opencode mcp list`",
    version_command=("opencode", "--version"),
)
