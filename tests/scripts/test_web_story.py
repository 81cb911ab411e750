"""Two thousand memories, the files of real clients, two clients at work: to the web, a new version, and home."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import apsw
import pytest
from tests.fakes.fly.install import read_state, stop_everything
from tests.remote_server import OPENING, Talk
from tests.s3 import serving_s3
from tests.scripts import several_clients
from tests.scripts.doomed import SEEDED
from tests.scripts.web_machine import APP, Web

from mnemon_installer.facts.own_wheel import own_wheel

pytestmark = SEEDED
_COUNT = 2_000
_COLUMNS = "id, uid, title, content, type, pinned, created_at, updated_at"


class Client:
    """A client that was started once and runs on: `mnemon serve`, line by line."""

    def __init__(self, environment: dict[str, str]) -> None:
        command = [sys.executable, "-m", "mnemon_installer.cli", "serve"]
        self.process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        )
        self._last = 0
        self.ask("initialize", OPENING)
        self._send({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def ask(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        self._last += 1
        self._send({"jsonrpc": "2.0", "id": self._last, "method": method, "params": params})
        assert self.process.stdout is not None
        return dict(json.loads(self.process.stdout.readline())["result"])

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        result = self.ask("tools/call", {"name": tool, "arguments": arguments})
        assert not result.get("isError"), result
        return result

    def _send(self, message: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()


@contextmanager
def running(environment: dict[str, str]) -> Iterator[Client]:
    client = Client(environment)
    try:
        yield client
    finally:
        client.process.kill()
        client.process.communicate()


@pytest.fixture
def web(tmp_path: Path) -> Iterator[Web]:
    with serving_s3() as store:
        made = Web(tmp_path, store)
        try:
            yield made
        finally:
            stop_everything(made.state)


def memories(vault: Path) -> list[tuple[Any, ...]]:
    """Every memory with all that must not change on the way, live and forgotten."""
    connection = apsw.Connection(str(vault), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        return list(connection.execute(f"SELECT {_COLUMNS} FROM memories ORDER BY id"))
    finally:
        connection.close()


def server_vault(web: Web) -> Path:
    (volume,) = (web.state / "volumes").iterdir()
    return volume / "default.sqlite"


def titles(result: dict[str, Any]) -> list[str]:
    return [memory["title"] for memory in result["structuredContent"]["memories"]]


def another_version(web: Web) -> Path:
    path = web.home / "mnemon_memory-0.8.1+test-py3-none-any.whl"
    path.write_bytes(own_wheel().content)
    return path


def test_two_thousand_memories_go_to_the_web_and_come_home(web: Web) -> None:
    several_clients.furnish(web.home)
    lines = [
        {"title": f"Decision {number}", "content": f"We chose way {number} over way {number + 1}.", "type": "decision"}
        for number in range(_COUNT)
    ]
    (web.home / "all.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    web.run("import", "jsonl", str(web.home / "all.jsonl"))
    web.run(*several_clients.SETUP)
    for number in ("3", "1999"):
        web.run("pin", number)
    web.run("forget", "7")
    vault = web.home / ".mnemon" / "default.sqlite"
    before, files = memories(vault), several_clients.client_files(web.home)
    with running(web.environment) as runs_on:
        runs_on.call("memory_save", title="Just before", content="the way to the web")
        web.upgrade("--region", "ams", "--bucket", web.bucket)
        there = memories(server_vault(web))
        assert there[:-1] == before and there[-1][2] == "Just before"

        # Two clients over HTTP: one that was there before, by its own program, and one that comes by the address.
        runs_on.call("memory_save", title="From the running client", content="it found the web by itself")
        address = urlsplit(web.environment["MNEMON_FLY_URL_TEMPLATE"])
        token = (web.home / ".mnemon" / "deploy" / APP / "token").read_text(encoding="utf-8").strip()
        assert address.port is not None
        direct = Talk(address.port, token)
        direct.open_session()
        assert "From the running client" in titles(direct.call("memory_search", query="running client"))
        direct.close()

        web.upgrade("--wheel", str(another_version(web)))
        assert web.app["release"] == 2
        again = Talk(address.port, token)
        again.session = direct.session
        assert titles(again.call("memory_search", query="way 1500"))[0] == "Decision 1500", "its session goes on"
        again.call("memory_save", title="From the other client", content="after the new version")
        again.close()
        assert titles(runs_on.call("memory_search", query="other client"))[0] == "From the other client"

        on_the_web = memories(server_vault(web))
        web.run("downgrade", "local", "--destroy-fly-app", "--yes")
        assert memories(vault) == on_the_web
        assert [row[2] for row in on_the_web[-2:]] == ["From the running client", "From the other client"]
        runs_on.call("memory_save", title="At home", content="the client is home as well")
    assert memories(vault)[-1][2] == "At home"
    assert read_state(web.state)["apps"] == {}
    assert several_clients.client_files(web.home) == files, "clients are as they were before the web"
    web.run(*several_clients.UNINSTALL, "--keep-vault")
    assert several_clients.client_files(web.home) == {
        name: text.encode() for name, text in several_clients.BEFORE.items()
    }
