"""Where each client keeps its files, on three platforms."""

from __future__ import annotations

from pathlib import Path

import pytest

from mnemon_installer.clients import CLIENTS, Client
from mnemon_installer.world.real import RealWorld

MAC, LINUX, WINDOWS = "darwin", "linux", "win32"
SUPPORT = "Library/Application Support"
CLINE = "globalStorage/saoudrizwan.claude-dev/settings/cline_mcp_settings.json"

# Below the home folder; on Windows %APPDATA% is ~/Roaming here.
FILES = {
    "claude-code": (".claude.json", ".claude.json", ".claude.json"),
    "claude-desktop": (
        f"{SUPPORT}/Claude/claude_desktop_config.json",
        ".config/Claude/claude_desktop_config.json",
        "Roaming/Claude/claude_desktop_config.json",
    ),
    "cursor": (".cursor/mcp.json", ".cursor/mcp.json", ".cursor/mcp.json"),
    "gemini": (".gemini/settings.json", ".gemini/settings.json", ".gemini/settings.json"),
    "codex": (".codex/config.toml", ".codex/config.toml", ".codex/config.toml"),
    "vscode": (f"{SUPPORT}/Code/User/mcp.json", ".config/Code/User/mcp.json", "Roaming/Code/User/mcp.json"),
    "windsurf": (
        ".codeium/windsurf/mcp_config.json",
        ".codeium/windsurf/mcp_config.json",
        ".codeium/windsurf/mcp_config.json",
    ),
    "zed": (".config/zed/settings.json", ".config/zed/settings.json", "Roaming/Zed/settings.json"),
    "opencode": (
        ".config/opencode/opencode.json",
        ".config/opencode/opencode.json",
        ".config/opencode/opencode.json",
    ),
    "copilot": (".copilot/mcp-config.json", ".copilot/mcp-config.json", ".copilot/mcp-config.json"),
    "cline": (f"{SUPPORT}/Code/User/{CLINE}", f".config/Code/User/{CLINE}", f"Roaming/Code/User/{CLINE}"),
}
RULES = {
    "claude-code": ".claude/CLAUDE.md",
    "claude-desktop": None,
    "cursor": ".cursor/rules/mnemon.mdc",
    "gemini": ".gemini/GEMINI.md",
    "codex": ".codex/AGENTS.md",
    "vscode": ".config/Code/User/prompts/mnemon.instructions.md",
    "windsurf": ".codeium/windsurf/memories/global_rules.md",
    "zed": None,
    "opencode": ".config/opencode/AGENTS.md",
    "copilot": ".copilot/copilot-instructions.md",
    "cline": "Documents/Cline/Rules/mnemon.md",
}


def test_a_rules_file_that_needs_a_header_has_one() -> None:
    assert {client.name: client.rules_header for client in CLIENTS if client.rules_header} == {
        "cursor": (
            "---\ndescription: When to search and when to save the user's long-term memory (mnemon)\n"
            "alwaysApply: true\n---\n\n"
        ),
        "vscode": '---\napplyTo: "**"\n---\n\n',
    }


def named(name: str) -> Client:
    return next(client for client in CLIENTS if client.name == name)


def on(platform: str, home: Path, **environment: str) -> RealWorld:
    windows = {"APPDATA": str(home / "Roaming"), "LOCALAPPDATA": str(home / "Local")}
    return RealWorld({**(windows if platform == WINDOWS else {}), **environment}, home, platform)


def test_the_tables_here_name_every_client() -> None:
    assert list(FILES) == [client.name for client in CLIENTS]
    assert list(RULES) == list(FILES)


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_files_on_a_machine_that_has_none(client: Client, home: Path) -> None:
    found = tuple(client.config_path(on(platform, home)) for platform in (MAC, LINUX, WINDOWS))
    assert found == tuple(home / place for place in FILES[client.name])
    rules = RULES[client.name]
    assert client.rules_file(on(LINUX, home)) == (home / rules if rules else None)


@pytest.mark.parametrize(
    ("name", "variable", "place"),
    [
        ("claude-code", "CLAUDE_CONFIG_DIR", ".claude.json"),
        ("codex", "CODEX_HOME", "config.toml"),
        ("copilot", "COPILOT_HOME", "mcp-config.json"),
        ("claude-desktop", "XDG_CONFIG_HOME", "Claude/claude_desktop_config.json"),
        ("vscode", "XDG_CONFIG_HOME", "Code/User/mcp.json"),
        ("zed", "XDG_CONFIG_HOME", "zed/settings.json"),
        ("opencode", "XDG_CONFIG_HOME", "opencode/opencode.json"),
    ],
)
def test_a_variable_moves_them(name: str, variable: str, place: str, home: Path) -> None:
    moved = on(LINUX, home, **{variable: str(home / "elsewhere")})
    assert named(name).config_path(moved) == home / "elsewhere" / place


HOOKS = {
    "claude-code": (".claude/settings.json", ".claude/settings.local.json"),
    "gemini": (".gemini/settings.json",),
    "codex": (".codex/hooks.json",),
}


def test_where_hooks_stand_and_where_else_ours_may_be(home: Path) -> None:
    for client in CLIENTS:
        assert client.hooks_files(on(LINUX, home)) == tuple(home / each for each in HOOKS.get(client.name, ()))
        assert (client.hooks is not None) == (client.name in HOOKS)


def test_hooks_move_with_their_client_and_are_looked_for_where_they_were(home: Path) -> None:
    moved = on(LINUX, home, CLAUDE_CONFIG_DIR=str(home / "c"), CODEX_HOME=str(home / "x"))
    assert named("codex").hooks_files(moved) == (home / "x/hooks.json", home / ".codex/hooks.json")
    first, *others = named("claude-code").hooks_files(moved)
    assert first == home / "c/settings.json"
    assert home / ".claude/settings.json" in others


def test_a_relative_folder_in_a_variable_is_no_place(home: Path) -> None:
    assert named("codex").config_path(on(LINUX, home, CODEX_HOME="codex")) == home / ".codex" / "config.toml"


def test_claude_desktop_from_the_microsoft_store_has_its_own_folder(home: Path) -> None:
    windows, client = on(WINDOWS, home), named("claude-desktop")
    store = home / "Local" / "Packages" / "Claude_pzs8sxrjxfjjc" / "LocalCache" / "Roaming" / "Claude"
    common = home / "Roaming" / "Claude"
    common.mkdir(parents=True)
    assert client.config_path(windows).parent == common
    store.mkdir(parents=True)
    assert client.config_path(windows).parent == store
    (common / "claude_desktop_config.json").write_text("{}")
    assert client.config_path(windows).parent == common  # the app sees this one as long as it has none of its own
    (store / "claude_desktop_config.json").write_text("{}")
    assert client.config_path(windows).parent == store


def test_zed_on_a_mac_is_looked_for_in_both_places(home: Path) -> None:
    support = home / SUPPORT / "Zed"
    support.mkdir(parents=True)
    assert named("zed").config_path(on(MAC, home)) == support / "settings.json"
    (home / ".config" / "zed").mkdir(parents=True)
    (home / ".config" / "zed" / "settings.json").write_text("{}")
    assert named("zed").config_path(on(MAC, home)) == home / ".config" / "zed" / "settings.json"


def test_opencode_is_edited_where_it_wins(home: Path) -> None:
    folder = home / ".config" / "opencode"
    folder.mkdir(parents=True)
    (folder / "opencode.json").write_text("{}")
    assert named("opencode").config_path(on(LINUX, home)) == folder / "opencode.json"
    (folder / "opencode.jsonc").write_text("{}")
    assert named("opencode").config_path(on(LINUX, home)) == folder / "opencode.jsonc"


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)
def test_its_file_is_a_trace_of_it_and_an_empty_machine_has_none(client: Client, world: RealWorld) -> None:
    assert not client.is_installed(world)
    client.config_path(world).parent.mkdir(parents=True, exist_ok=True)
    client.config_path(world).write_text("")
    assert client.is_installed(world)


@pytest.mark.parametrize(
    ("program", "name"),
    [("claude", "claude-code"), ("cursor-agent", "cursor"), ("code", "vscode"), ("zeditor", "zed"), ("codex", "codex")],
)
def test_its_program_is_a_trace_of_it(program: str, name: str, world: RealWorld, home: Path) -> None:
    (home / "bin").mkdir()
    (home / "bin" / program).write_text("#!/bin/sh\n")
    (home / "bin" / program).chmod(0o755)
    assert [client.name for client in CLIENTS if client.is_installed(world)] == [name]


def test_one_client_is_no_trace_of_another(home: Path, world: RealWorld) -> None:
    """Gemini's folder is used by others too, and Cursor keeps nothing that looks like VS Code."""
    (home / ".gemini" / "config").mkdir(parents=True)
    (home / ".cursor").mkdir()
    assert [client.name for client in CLIENTS if client.is_installed(world)] == ["cursor"]
