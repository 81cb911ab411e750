"""The real Claude Code as the client: our server connected, and a tool call it makes lands in the vault."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.npm.machine import Machine
from tests.npm.messages_api import SEARCH_TOOL, Call, MessagesApi

from mnemon_server.tools.declarations import INSTRUCTIONS, TOOLS

pytestmark = pytest.mark.npm

SAVE = "mcp__mnemon__memory_save"
SEARCH = "mcp__mnemon__memory_search"
OUR_TOOLS = {f"mcp__mnemon__{tool.name}" for tool in TOOLS}
MEMORY = {
    "title": "Release day",
    "content": "Releases go out on Tuesdays, because support is fully staffed then.",
    "content_type": "decision",
}
OFFLINE = {
    "ANTHROPIC_API_KEY": "dummy",
    "ANTHROPIC_BASE_URL": "http://127.0.0.1:9",  # nobody listens there; without it claude looks for its makers
    "DISABLE_TELEMETRY": "1",
    "DISABLE_ERROR_REPORTING": "1",
    "DISABLE_AUTOUPDATER": "1",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
}


@dataclass(frozen=True)
class Claude:
    """Claude Code on a machine, registered with `mnemon serve` for the whole user."""

    machine: Machine
    binary: Path

    def run(self, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
        return self.machine.run(self.binary, *arguments, **(OFFLINE | extra))

    def ask(self, api: MessagesApi, prompt: str, **extra: str) -> Any:  # Any: JSON
        """One prompt without a terminal; what `claude` reports about it."""
        allowed = ("--allowedTools", ",".join(call.tool for call in api.calls))
        done = self.run("-p", prompt, "--output-format", "json", *allowed, ANTHROPIC_BASE_URL=api.url, **extra)
        assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
        return json.loads(done.stdout)


@pytest.fixture
def registered(machine: Machine, claude: Path) -> Iterator[Claude]:
    client = Claude(machine, claude)
    added = client.run("mcp", "add", "--scope", "user", "mnemon", "--", str(machine.mnemon), "serve")
    assert added.returncode == 0, added.stderr
    yield client


def test_claude_connects_to_the_server(registered: Claude) -> None:
    shown = registered.run("mcp", "get", "mnemon")

    assert shown.returncode == 0, shown.stderr
    assert "Connected" in shown.stdout
    assert "Failed" not in shown.stdout
    assert not list(registered.machine.vault_folder.glob("*.sqlite")), "a health check makes no vault"


@pytest.mark.parametrize("tool_search", ["", "true", "false"], ids=["as it comes", "tools deferred", "tools at once"])
def test_a_memory_that_claude_saves_is_in_the_vault(registered: Claude, tool_search: str) -> None:
    extra = {"ENABLE_TOOL_SEARCH": tool_search} if tool_search else {}
    with MessagesApi([Call(SAVE, MEMORY)], closing="I will remember that.") as api:
        told = registered.ask(api, "Releases go out on Tuesdays. Remember that.", **extra)

    assert (told["result"], told["permission_denials"]) == ("I will remember that.", [])
    answered = api.result_of(0)
    assert answered is not None
    assert not answered.get("is_error"), answered

    [found] = registered.machine.result("search", "when are releases")["memories"]
    memory = registered.machine.result("get", str(found["id"]))["memory"]
    assert (memory["title"], memory["content"], memory["type"]) == tuple(MEMORY.values())
    assert memory["source_client"] == "claude-code"


@pytest.mark.parametrize("tool_search", ["true", "false"], ids=["tools deferred", "tools at once"])
def test_the_model_is_told_of_the_memory_and_its_tools(registered: Claude, tool_search: str) -> None:
    with MessagesApi([Call(SAVE, MEMORY)]) as api:
        registered.ask(api, "Remember that.", ENABLE_TOOL_SEARCH=tool_search)

    first, called = api.turns[0], api.turns[-1]
    for line in filter(None, INSTRUCTIONS.splitlines()):
        assert line in first.text
    if tool_search == "true":
        assert not OUR_TOOLS & set(first.offered)
        assert all(tool in first.text for tool in OUR_TOOLS)
        assert SEARCH_TOOL in first.offered
    else:
        assert set(first.offered) >= OUR_TOOLS
    described = called.offered[SAVE]
    declared = next(tool for tool in TOOLS if tool.name == "memory_save")
    assert described["description"] == declared.description
    assert described["input_schema"]["properties"].keys() == declared.input_schema()["properties"].keys()


def test_claude_finds_in_a_later_session_what_it_saved(registered: Claude) -> None:
    with MessagesApi([Call(SAVE, MEMORY)]) as api:
        registered.ask(api, "Remember that releases go out on Tuesdays.")
    with MessagesApi([Call(SEARCH, {"query": "release day"})]) as api:
        registered.ask(api, "When do we release?")

    answered = api.result_of(0)
    assert answered is not None
    assert "Releases go out on Tuesdays" in json.dumps(answered["content"])
