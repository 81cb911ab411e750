"""Claude Desktop: `claude_desktop_config.json` in its application folder. Web servers it takes only in its settings."""

from __future__ import annotations

from pathlib import Path

from mnemon_installer.clients.client import SERVER_NAME
from mnemon_installer.clients.file_client import FileClient
from mnemon_installer.clients.places import application_folder, first_present, in_applications, named_folder
from mnemon_installer.world import World

_FILE = "claude_desktop_config.json"


def _config(world: World) -> Path:
    """The app from the Microsoft Store has an application folder of its own, and sees it before the common one."""
    return first_present(world, *_store_files(world), application_folder(world) / "Claude" / _FILE)


def _store_files(world: World) -> list[Path]:
    if world.platform != "win32":
        return []
    local = named_folder(world, "LOCALAPPDATA") or world.home / "AppData" / "Local"
    packages = sorted((local / "Packages").glob("Claude_*"))
    return [package / "LocalCache" / "Roaming" / "Claude" / _FILE for package in packages]


CLAUDE_DESKTOP = FileClient(
    name="claude-desktop",
    title="Claude Desktop",
    config=_config,
    file_note=r"the app from the Microsoft Store: below `%LOCALAPPDATA%\Packages\Claude_*\LocalCache\Roaming`",
    entry_path=("mcpServers", SERVER_NAME),
    refuses_comments=True,
    refuses_trailing_commas=True,
    traces=(in_applications("Claude"),),
    next_step="quit Claude Desktop completely (closing its window is not enough) and start it again",
    verify="Settings > Developer lists mnemon as running",
    takes_remote=False,
    remote_hint="Claude Desktop takes no web server from its file: add it in Settings > Connectors",
)
