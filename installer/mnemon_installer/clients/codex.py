"""Codex: `config.toml` in `$CODEX_HOME`. Its own `mcp add` drops the comments of every server, so that we edit."""

from __future__ import annotations

from mnemon_installer.clients import hook_table
from mnemon_installer.clients.client import SERVER_NAME
from mnemon_installer.clients.file_client import FileClient
from mnemon_installer.clients.places import Finder, in_home, named_folder
from mnemon_installer.clients.shapes import EntryShape


def _in_codex_home(*parts: str) -> Finder:
    return lambda world: (named_folder(world, "CODEX_HOME") or world.home / ".codex").joinpath(*parts)


CODEX = FileClient(
    name="codex",
    title="Codex",
    config=_in_codex_home("config.toml"),
    format="toml",
    file_note="`CODEX_HOME` moves it",
    entry_path=("mcp_servers", SERVER_NAME),
    # A `bearer_token` in the file makes every codex command fail; a header does not.
    shape=EntryShape(headers_key="http_headers", off=("enabled", False)),
    traces=(_in_codex_home(),),
    programs=("codex",),
    rules=_in_codex_home("AGENTS.md"),
    hooks=hook_table.CODEX,
    hook_files=(_in_codex_home("hooks.json"), in_home(".codex", "hooks.json")),
    next_step="start `codex` anew",
    verify="`codex mcp get mnemon`, or `/mcp` in a session",
    version_command=("codex", "--version"),
)
