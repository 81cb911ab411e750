"""The MCP inspector's command line against `serve-remote`, with the token in a header, in every era it knows."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.npm.machine import Machine
from tests.remote_server import TOKEN, RemoteServer, serving

pytestmark = pytest.mark.npm

WANTS_A_LOGIN, TOOL_FAILED = 3, 5  # the inspector's exit statuses


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RemoteServer]:
    with serving(tmp_path_factory.mktemp("served")) as running:
        yield running


@dataclass(frozen=True)
class Inspector:
    machine: Machine
    command: tuple[Path, Path]
    server: RemoteServer
    era: str

    def ask(self, method: str, *arguments: str, token: str | None = TOKEN) -> subprocess.CompletedProcess[str]:
        header = ("--header", f"Authorization: Bearer {token}") if token is not None else ()
        options = ("--transport", "http", *header, "--method", method, *arguments, "--protocol-era", self.era)
        return self.machine.run(
            *self.command, f"{self.server.url}/mcp", *options, "--format", "json", "--stored-auth-only"
        )

    def result(self, method: str, *arguments: str) -> Any:  # Any: JSON
        done = self.ask(method, *arguments)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)["result"]


@pytest.fixture(params=["legacy", "auto", "modern"])
def remote(
    request: pytest.FixtureRequest, machine: Machine, node: Path, inspector: Path, server: RemoteServer
) -> Inspector:
    return Inspector(machine, (node, inspector), server, request.param)


def test_what_is_saved_over_http_is_found_and_read(remote: Inspector) -> None:
    assert len(remote.result("tools/list")["tools"]) == 13
    content = f"We chose APSW, said over {remote.era}."
    memory = ("--tool-arg", "title=Driver", "--tool-arg", f"content={content}")
    saved = remote.result("tools/call", "--tool-name", "memory_save", *memory)["structuredContent"]["memory"]
    searched = ("--tool-name", "memory_search", "--tool-arg", f"query=APSW {remote.era}")
    found = remote.result("tools/call", *searched)["structuredContent"]["memories"]
    assert saved["id"] in [memory["id"] for memory in found]
    read = remote.result("resources/read", "--uri", f"memory://{saved['id']}")
    assert content in read["contents"][0]["text"]


def test_without_the_token_it_is_told_to_log_in(remote: Inspector) -> None:
    for token in (None, "wrong"):
        assert remote.ask("tools/list", token=token).returncode == WANTS_A_LOGIN


def test_a_tool_that_fails_is_an_answer(remote: Inspector) -> None:
    done = remote.ask("tools/call", "--tool-name", "memory_get", "--tool-arg", "id=99999")
    assert done.returncode == TOOL_FAILED
