"""Cursor: `~/.cursor/mcp.json`."""

from __future__ import annotations

from mnemon_installer.clients.client import SERVER_NAME
from mnemon_installer.clients.file_client import FileClient
from mnemon_installer.clients.places import in_applications, in_home
from mnemon_templates import fill

CURSOR = FileClient(
    name="cursor",
    title="Cursor",
    config=in_home(".cursor", "mcp.json"),
    entry_path=("mcpServers", SERVER_NAME),
    refuses_comments=True,  # not known; strict is what every reader takes
    refuses_trailing_commas=True,
    traces=(in_home(".cursor"), in_applications("Cursor")),
    programs=("cursor", "cursor-agent"),
    rules=in_home(".cursor", "rules", f"{SERVER_NAME}.mdc"),
    rules_header=fill("cursor_rules.mdc", rules="").removesuffix("\n"),
    next_step="restart Cursor, or switch mnemon on under Settings > MCP",
    verify="Settings > MCP lists mnemon with its tools",
    version_command=("cursor", "--version"),
)
