"""Secrets that others can read, and entries of ours that nobody reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mnemon_installer.facts.client_files import dead_entries, exposed_files, holds_secret, is_open_to_others
from mnemon_installer.world.real import RealWorld

WITH_TOKEN = json.dumps({"mcpServers": {"x": {"url": "https://x", "headers": {"Authorization": "Bearer abc"}}}})


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"env": {"GITHUB_TOKEN": "abc"}}, True),
        ({"headers": {"Authorization": "Bearer abc"}}, True),
        ({"args": ["--api-key=abcd", "x"]}, True),
        ({"env": {"MNEMON_VAULT_DIR": "/a"}}, False),
        ({"env": {"API_TOKEN": "${API_TOKEN}", "DEBUG": "1", "EMPTY_TOKEN": ""}}, False),
        ({"command": "/opt/mnemon", "args": ["serve"]}, False),
    ],
)
def test_what_is_a_secret(entry: dict[str, object], expected: bool) -> None:
    assert holds_secret({"mcpServers": {"x": entry}}) is expected


def test_a_file_with_a_token_that_others_can_read_is_found(world: RealWorld, home: Path) -> None:
    for name, text, mode in (
        (".cursor/mcp.json", WITH_TOKEN, 0o644),
        (".copilot/mcp-config.json", WITH_TOKEN, 0o600),
        (".gemini/settings.json", '{"mcpServers": {}}', 0o644),
    ):
        (home / name).parent.mkdir()
        (home / name).write_text(text)
        (home / name).chmod(mode)
    home.chmod(0o755)
    assert exposed_files(world) == (home / ".cursor/mcp.json",)


def test_a_folder_that_nobody_else_may_enter_protects_what_is_in_it(world: RealWorld, home: Path) -> None:
    path = home / ".cursor" / "mcp.json"
    path.parent.mkdir(mode=0o700)
    path.write_text(WITH_TOKEN)
    path.chmod(0o644)
    assert not is_open_to_others(world, path)
    path.parent.chmod(0o755)
    assert is_open_to_others(world, path)
    home.chmod(0o700)
    assert not is_open_to_others(world, path)


def test_our_entry_where_claude_code_does_not_read_it_is_dead_and_another_s_is_not(
    world: RealWorld, home: Path
) -> None:
    path = home / ".claude" / "settings.json"
    path.parent.mkdir()
    path.write_text('{"mcpServers": {"mnemon": {"command": "npx"}}}')
    assert dead_entries(world) == ()
    path.write_text('{"mcpServers": {"mnemon": {"command": "/old/mnemon", "args": ["serve"]}}}')
    assert [dead.place.path for dead in dead_entries(world)] == [path]
    path.write_text("{,}")
    assert dead_entries(world) == ()
