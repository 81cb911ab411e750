"""Gemini CLI: `~/.gemini/settings.json`. It reads comments; a single trailing comma stops the whole program."""

from __future__ import annotations

from mnemon_installer.clients import hook_table
from mnemon_installer.clients.client import SERVER_NAME
from mnemon_installer.clients.file_client import FileClient
from mnemon_installer.clients.places import in_home
from mnemon_installer.clients.shapes import EntryShape

GEMINI = FileClient(
    name="gemini",
    title="Gemini CLI",
    config=in_home(".gemini", "settings.json"),
    entry_path=("mcpServers", SERVER_NAME),
    # Without `type`, as `gemini mcp add` writes it. A variable that looks like a secret reaches a server only through
    # its entry; ours needs none.
    shape=EntryShape(remote_marks={"type": "http"}),
    refuses_trailing_commas=True,
    # The folder alone is no trace: other programs keep files in it.
    programs=("gemini",),
    rules=in_home(".gemini", "GEMINI.md"),
    hooks=hook_table.GEMINI,
    hook_files=(in_home(".gemini", "settings.json"),),
    next_step="start `gemini` anew",
    verify="`/mcp` in a session (`gemini mcp list` calls servers disabled in a folder that is not trusted)",
    version_command=("gemini", "--version"),
)
