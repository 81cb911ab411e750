"""Windsurf: `~/.codeium/windsurf/mcp_config.json`."""

from __future__ import annotations

from mnemon_installer.clients.client import SERVER_NAME
from mnemon_installer.clients.file_client import FileClient
from mnemon_installer.clients.places import in_home
from mnemon_installer.clients.shapes import EntryShape

WINDSURF = FileClient(
    name="windsurf",
    title="Windsurf",
    config=in_home(".codeium", "windsurf", "mcp_config.json"),
    entry_path=("mcpServers", SERVER_NAME),
    shape=EntryShape(url_key="serverUrl", off=("disabled", True)),
    refuses_comments=True,  # not known; strict is what every reader takes
    refuses_trailing_commas=True,
    traces=(in_home(".codeium", "windsurf"),),
    programs=("windsurf",),
    rules=in_home(".codeium", "windsurf", "memories", "global_rules.md"),
    next_step="in Windsurf press Refresh under Settings > Cascade > MCP servers, or restart it",
    verify="Settings > Cascade > MCP servers lists mnemon with its tools",
    version_command=("windsurf", "--version"),
)
