"""The MCP inspector's command line as the client, in both protocol eras."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.npm.machine import Machine

pytestmark = pytest.mark.npm

TOOL_FAILED = 5  # the inspector's exit status for a result with isError


@dataclass(frozen=True)
class Inspector:
    """One era's inspector; every call starts `mnemon serve` anew."""

    machine: Machine
    command: tuple[Path, Path]
    era: str

    def ask(self, method: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        vault = f"MNEMON_VAULT_DIR={self.machine.vault_folder}"
        options = ("--method", method, *arguments, "-e", vault, "--protocol-era", self.era, "--format", "json")
        return self.machine.run(*self.command, self.machine.mnemon, "serve", *options, "--stored-auth-only")

    def result(self, method: str, *arguments: str) -> Any:  # Any: JSON
        done = self.ask(method, *arguments)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["result"]

    def call(self, tool: str, **arguments: object) -> Any:  # Any: JSON
        return self.result("tools/call", *_call(tool, arguments))["structuredContent"]


@pytest.fixture(params=["legacy", "modern"])
def remote(request: pytest.FixtureRequest, machine: Machine, node: Path, inspector: Path) -> Inspector:
    return Inspector(machine, (node, inspector), request.param)


def test_every_tool_is_described_annotated_and_portable(remote: Inspector) -> None:
    done = remote.ask("tools/list", "--strict")

    assert (done.returncode, done.stderr) == (0, "")
    tools = json.loads(done.stdout)["result"]["tools"]
    assert len(tools) == 13
    for tool in tools:
        assert tool["description"], tool["name"]
        hints = {name: value for name, value in tool["annotations"].items() if name.endswith("Hint")}
        assert set(hints) == {"readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"}, tool["name"]
        assert all(isinstance(value, bool) for value in hints.values()), tool["name"]


def test_a_memory_saved_is_found_and_read_back(remote: Inspector) -> None:
    saved = remote.call(
        "memory_save", title="Driver", content="We chose APSW, for extensions.", content_type="decision"
    )
    assert saved["outcome"] == "new"
    id = saved["memory"]["id"]

    found = remote.call("memory_search", query="why APSW", limit=3)
    assert [memory["id"] for memory in found["memories"]] == [id]

    read = remote.call("memory_get", id=id)
    assert read["memory"]["content"] == "We chose APSW, for extensions."
    assert remote.machine.result("get", str(id))["memory"]["source_client"] == "inspector-cli"


def test_a_call_that_fails_says_what_to_do(remote: Inspector) -> None:
    done = remote.ask("tools/call", *_call("memory_get", {"id": 99}))

    assert done.returncode == TOOL_FAILED
    result = json.loads(done.stdout)["result"]
    assert result["isError"] is True
    assert "no memory 99" in result["content"][0]["text"]


def test_resources_and_prompts_are_there(remote: Inspector) -> None:
    remote.machine.result("save", "Editor", "The user prefers Helix.", "--type", "preference")

    listed = remote.result("resources/list")["resources"]
    assert {resource["uri"] for resource in listed} == {"memory://profile", "memory://recent"}

    [profile] = remote.result("resources/read", "--uri", "memory://profile")["contents"]
    assert "The user prefers Helix." in profile["text"]

    prompts = remote.result("prompts/list")["prompts"]
    assert [prompt["name"] for prompt in prompts] == ["recall", "remember", "handoff"]


def _call(tool: str, arguments: dict[str, object]) -> tuple[str, ...]:
    return ("--tool-name", tool, "--tool-args-json", json.dumps(arguments))
