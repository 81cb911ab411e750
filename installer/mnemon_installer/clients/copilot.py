"""GitHub Copilot CLI: `~/.copilot/mcp-config.json`, private. Its own writer drops comments, so that we edit."""

from __future__ import annotations

from mnemon_installer.clients.client import SERVER_NAME
from mnemon_installer.clients.file_client import FileClient
from mnemon_installer.clients.places import Finder, named_folder
from mnemon_installer.clients.shapes import EntryShape


def _in_copilot_home(*parts: str) -> Finder:
    return lambda world: (named_folder(world, "COPILOT_HOME") or world.home / ".copilot").joinpath(*parts)


COPILOT = FileClient(
    name="copilot",
    title="Copilot CLI",
    config=_in_copilot_home("mcp-config.json"),
    file_note="`COPILOT_HOME` moves it",
    entry_path=("mcpServers", SERVER_NAME),
    shape=EntryShape(
        local_marks={"type": "local"},
        remote_marks={"type": "http"},
        local_defaults={"tools": ["*"]},
        remote_defaults={"tools": ["*"]},
        marks_are_optional=True,
    ),
    traces=(_in_copilot_home(),),
    programs=("copilot",),
    rules=_in_copilot_home("copilot-instructions.md"),
    next_step="start `copilot` anew",
    verify="`copilot mcp get mnemon`, or `/mcp show` in a session",
    version_command=("copilot", "--version"),
)
