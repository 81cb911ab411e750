"""Our entry in each client's own words: locally, with variables, and for a server on the web."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from tests.installer.clients.shapes import FIXTURES

from mnemon_installer.clients import CLIENTS, Client
from mnemon_installer.clients.client import Launch, is_ours, starts_the_same
from mnemon_installer.edits.jsonc import Document
from mnemon_installer.world.real import RealWorld

PLAIN = Launch("/opt/mnemon/bin/mnemon")
TOLD = Launch("/opt/mnemon/bin/mnemon", environment={"MNEMON_VAULT_DIR": "/my vault"})
MINE = {"MNEMON_VAULT_DIR": "/my vault"}
START = {"command": "/opt/mnemon/bin/mnemon", "args": ["serve"]}
URL = "http://127.0.0.1:8799/mcp"
HEADERS = {"Authorization": "Bearer sekret"}

# Each client's entry with variables, and its entry for the web.
ENTRIES: dict[str, tuple[dict[str, Any], dict[str, Any] | None]] = {  # Any: JSON
    "claude-code": (
        {"type": "stdio", **START, "env": MINE},
        {"type": "http", "url": URL, "headers": HEADERS},
    ),
    "claude-desktop": ({**START, "env": MINE}, None),
    "cursor": ({**START, "env": MINE}, {"url": URL, "headers": HEADERS}),
    "gemini": ({**START, "env": MINE}, {"url": URL, "type": "http", "headers": HEADERS}),
    "codex": ({**START, "env": MINE}, {"url": URL, "http_headers": HEADERS}),
    "vscode": ({"type": "stdio", **START, "env": MINE}, {"type": "http", "url": URL, "headers": HEADERS}),
    "windsurf": ({**START, "env": MINE}, {"serverUrl": URL, "headers": HEADERS}),
    "zed": ({"source": "custom", **START, "env": MINE}, {"url": URL, "headers": HEADERS}),
    "opencode": (
        {"type": "local", "command": ["/opt/mnemon/bin/mnemon", "serve"], "environment": MINE, "enabled": True},
        {"type": "remote", "url": URL, "headers": HEADERS},
    ),
    "copilot": (
        {"type": "local", **START, "env": MINE, "tools": ["*"]},
        {"type": "http", "url": URL, "headers": HEADERS, "tools": ["*"]},
    ),
    "cline": (
        {**START, "env": MINE, "disabled": False},
        {"type": "streamableHttp", "url": URL, "headers": HEADERS, "disabled": False},
    ),
}

each_client = pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.name)


@each_client
def test_the_entry_in_its_own_words(client: Client) -> None:
    local, web = ENTRIES[client.name]
    assert client.entry(TOLD) == local
    assert client.direct_entry(URL, "sekret") == web
    assert web is not None or "Connectors" in client.remote_hint


@each_client
@pytest.mark.parametrize("launch", [PLAIN, TOLD])
def test_what_we_write_is_read_back_and_known_as_ours(client: Client, launch: Launch) -> None:
    entry = client.entry(launch)
    assert starts_the_same(client.launch_of(entry), launch)
    assert is_ours(client.launch_of(entry))
    assert not client.is_switched_off(entry)


@each_client
@pytest.mark.parametrize("entry", [None, [], "mnemon serve", {}, {"command": None}, {"command": []}, {"args": 1}])
def test_anything_else_is_not_ours(client: Client, entry: object) -> None:
    assert not is_ours(client.launch_of(entry))
    assert not client.is_switched_off(entry)


@each_client
def test_an_entry_for_the_web_starts_nothing(client: Client) -> None:
    assert client.launch_of(client.direct_entry(URL, "sekret")) is None


@each_client
def test_what_the_user_added_to_our_entry_stays_when_it_changes(client: Client) -> None:
    former = {**client.entry(TOLD), "timeout": 5, "enabled": False}
    assert client.entry(PLAIN, former) == {**client.entry(PLAIN), "timeout": 5, "enabled": False}


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        ("codex", {"enabled": False}),
        ("opencode", {"enabled": False}),
        ("zed", {"enabled": False}),
        ("windsurf", {"disabled": True}),
        ("cline", {"disabled": True}),
    ],
)
def test_an_entry_that_the_user_switched_off_is_noticed(name: str, mark: dict[str, bool]) -> None:
    client = next(client for client in CLIENTS if client.name == name)
    assert client.is_switched_off(client.entry(PLAIN) | mark)


def test_the_older_spelling_of_zed_is_understood() -> None:
    zed = next(client for client in CLIENTS if client.name == "zed")
    older = {"command": {"path": "/opt/mnemon/bin/mnemon", "args": ["serve"], "env": None}, "settings": {}}
    assert starts_the_same(zed.launch_of(older), PLAIN)
    assert zed.entry(PLAIN, older) == {**zed.entry(PLAIN), "settings": {}}


def written(name: str, sample: str) -> dict[str, Any]:  # Any: JSON or TOML values
    """What the real client of that name wrote when it was told to add our server, and one on the web."""
    text = (FIXTURES / name / sample).read_bytes().decode()
    data = tomllib.loads(text) if sample.endswith(".toml") else Document(text).data
    servers: dict[str, Any] = data[next(key for key in ("mcpServers", "mcp_servers", "mcp") if key in data)]
    return servers


@pytest.mark.parametrize(
    ("name", "sample"),
    [
        ("claude-code", "03-after-add-http.claude.json"),
        ("gemini", "05-after-add-http.settings.json"),
        ("opencode", "03-after-add-http.jsonc"),
        ("copilot", "01-after.mcp-config.json"),
    ],
)
def test_the_client_itself_writes_the_same_for_the_web(name: str, sample: str) -> None:
    client = next(client for client in CLIENTS if client.name == name)
    assert written(name, sample)["mnemon-web"] == client.direct_entry(URL, "sekret")


@pytest.mark.parametrize(
    ("name", "sample", "more"),
    [
        ("gemini", "05-after-add-http.settings.json", {"args": ["again"]}),
        ("opencode", "03-after-add-http.jsonc", {}),
        ("copilot", "01-after.mcp-config.json", {}),
        ("codex", "02-after-add.config.toml", {"env": {"MNEMON_VAULT": "/x"}}),
    ],
)
def test_the_client_itself_writes_the_same_for_a_program(name: str, sample: str, more: dict[str, object]) -> None:
    client = next(client for client in CLIENTS if client.name == name)
    ours = client.entry(PLAIN)
    if name == "opencode":
        assert ours.pop("enabled") is True  # the default, said aloud
    assert written(name, sample)["mnemon"] == ours | more


def test_claude_code_never_reads_servers_from_its_settings(home: Path) -> None:
    client = CLIENTS[0]
    [place] = client.stale_places(RealWorld({}, home, "linux"))
    assert (place.path, place.entry_path) == (home / ".claude" / "settings.json", ("mcpServers", "mnemon"))
    [moved] = client.stale_places(RealWorld({"CLAUDE_CONFIG_DIR": "/c"}, home, "linux"))
    assert moved.path == Path("/c/settings.json")


def test_every_client_says_what_to_do_next_and_how_to_see_it() -> None:
    for client in CLIENTS:
        assert client.next_step
        assert client.verify
        assert json.dumps(client.entry(PLAIN))
