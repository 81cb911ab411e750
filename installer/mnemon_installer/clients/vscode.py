"""VS Code: `mcp.json` in the folder of the default profile; other profiles have their own."""

from __future__ import annotations

from mnemon_installer.clients.client import SERVER_NAME
from mnemon_installer.clients.file_client import FileClient
from mnemon_installer.clients.places import in_applications
from mnemon_installer.clients.shapes import EntryShape

VSCODE = FileClient(
    name="vscode",
    title="VS Code",
    config=in_applications("Code", "User", "mcp.json"),
    file_note="of the default profile; other profiles have their own",
    entry_path=("servers", SERVER_NAME),
    shape=EntryShape(local_marks={"type": "stdio"}, remote_marks={"type": "http"}, marks_are_optional=True),
    traces=(in_applications("Code", "User"),),
    programs=("code",),
    rules=in_applications("Code", "User", "prompts", f"{SERVER_NAME}.instructions.md"),
    rules_header='---\napplyTo: "**"\n---\n\n',
    next_step="in VS Code run `MCP: List Servers` and start mnemon (it asks once whether you trust it)",
    verify="`MCP: List Servers` in the command palette",
    version_command=("code", "--version"),
)
