"""Cline, the extension of VS Code: a file of its own in VS Code's storage for extensions."""

from __future__ import annotations

from mnemon_installer.clients.client import SERVER_NAME
from mnemon_installer.clients.file_client import FileClient
from mnemon_installer.clients.places import in_applications, in_home
from mnemon_installer.clients.shapes import EntryShape

_STORAGE = ("Code", "User", "globalStorage", "saoudrizwan.claude-dev")

CLINE = FileClient(
    name="cline",
    title="Cline",
    config=in_applications(*_STORAGE, "settings", "cline_mcp_settings.json"),
    file_note="of the VS Code extension",
    entry_path=("mcpServers", SERVER_NAME),
    shape=EntryShape(
        remote_marks={"type": "streamableHttp"},
        local_defaults={"disabled": False},
        remote_defaults={"disabled": False},
        off=("disabled", True),
    ),
    refuses_comments=True,  # not known; strict is what every reader takes
    refuses_trailing_commas=True,
    traces=(in_applications(*_STORAGE),),
    rules=in_home("Documents", "Cline", "Rules", f"{SERVER_NAME}.md"),
    next_step="nothing to restart, Cline reads its file again when it changes",
    verify="the MCP Servers panel of Cline, tab Configured",
)
