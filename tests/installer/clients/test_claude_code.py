"""What we know about Claude Code, against samples of its real files."""

from __future__ import annotations

from pathlib import Path

import pytest

from mnemon_installer.argv import claude
from mnemon_installer.clients.claude_code import ClaudeCode
from mnemon_installer.clients.client import Launch, is_ours, starts_the_same
from mnemon_installer.world.real import RealWorld

OURS = Launch("/opt/mnemon/bin/mnemon")
# As `claude mcp add --scope user mnemon -- /opt/mnemon/bin/mnemon serve` of 2.1.330 writes it.
WRITTEN = {"type": "stdio", "command": "/opt/mnemon/bin/mnemon", "args": ["serve"], "env": {}}


def test_our_entry_is_what_claude_itself_writes() -> None:
    assert ClaudeCode().entry(OURS) == WRITTEN


@pytest.mark.parametrize("left_out", ["type", "env"])
def test_harmless_differences_are_none(left_out: str) -> None:
    entry = {key: value for key, value in WRITTEN.items() if key != left_out}
    assert starts_the_same(ClaudeCode().launch_of(entry), OURS)


@pytest.mark.parametrize(
    "entry",
    [
        WRITTEN | {"args": ["serve", "--stdio"]},
        WRITTEN | {"command": "C:\\Users\\me\\mnemon.exe"},
        WRITTEN | {"env": {"MNEMON_VAULT_DIR": "/x"}},
    ],
)
def test_an_older_entry_of_ours_is_recognised(entry: dict[str, object]) -> None:
    launch = ClaudeCode().launch_of(entry)
    assert is_ours(launch)
    assert not starts_the_same(launch, OURS)


@pytest.mark.parametrize(
    "entry",
    [
        {"type": "http", "url": "https://example.com/mcp"},
        WRITTEN | {"command": "npx", "args": ["-y", "mnemon"]},
        WRITTEN | {"args": []},
        WRITTEN | {"args": "serve"},
        WRITTEN | {"command": None},
        "mnemon serve",
        None,
        [],
    ],
)
def test_a_foreign_entry_is_not_ours(entry: object) -> None:
    assert not is_ours(ClaudeCode().launch_of(entry))


def test_its_file_moves_with_its_configuration_folder(home: Path) -> None:
    moved = RealWorld({"CLAUDE_CONFIG_DIR": str(home / "elsewhere")}, home, "linux")
    assert ClaudeCode().config_path(moved) == home / "elsewhere" / ".claude.json"
    assert ClaudeCode().config_path(RealWorld({}, home, "linux")) == home / ".claude.json"


@pytest.mark.parametrize("trace", ["bin/claude", ".claude.json", ".claude/settings.json"])
def test_any_trace_of_it_counts(world: RealWorld, home: Path, trace: str) -> None:
    assert not ClaudeCode().is_installed(world)
    (home / trace).parent.mkdir(exist_ok=True)
    (home / trace).write_text("{}")
    (home / trace).chmod(0o755)
    assert ClaudeCode().is_installed(world)


def test_a_project_of_its_own_with_our_name_is_noticed() -> None:
    data = {"projects": {"/a": {"mcpServers": {"mnemon": {}}}, "/b": {"mcpServers": {}}, "/c": None}}
    assert [(shadow.place, shadow.removal) for shadow in ClaudeCode().shadows(data)] == [
        ("the project /a", "cd /a && claude mcp remove --scope local mnemon")
    ]


def test_command_lines() -> None:
    assert claude.add_server("claude", "mnemon", "/m", ["serve"], {}) == (
        *("claude", "mcp", "add", "--scope", "user", "mnemon", "--", "/m", "serve"),
    )
    assert claude.add_server("claude", "mnemon", "/m", ["serve"], {"A": "b c"})[5:9] == ("mnemon", "-e", "A=b c", "--")
    assert claude.remove_server("claude", "mnemon") == ("claude", "mcp", "remove", "--scope", "user", "mnemon")
