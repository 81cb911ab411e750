"""A real `mnemon serve-remote` process, and the plainest client of it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.warm_start import WARM, Forked

TOKEN = "a-token-of-the-tests-0123456789"
OPENING = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "test-client", "version": "1.0"},
}


class RemoteServer:
    """One server on a port of its own, which stays the same when it is started again."""

    def __init__(self, home: Path, **environment: str) -> None:
        self.home = home
        self.port = free_port()
        self._environment = {name: value for name, value in os.environ.items() if not name.startswith("MNEMON_")} | {
            "HOME": str(home),
            "USERPROFILE": str(home),
            "MNEMON_LOCAL_TOKEN": TOKEN,
            **environment,
        }
        self.process: subprocess.Popen[bytes] | Forked | None = None
        self.log = home / "server.log"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def start(self, until: int = 200) -> None:
        """Returns when its health answers with that status."""
        words = ("serve-remote", "--port", str(self.port))
        command = (sys.executable, "-m", "mnemon_installer.cli", *words)
        with self.log.open("ab") as log, Path(os.devnull).open("r+b") as nothing:
            streams = (nothing.fileno(), nothing.fileno(), log.fileno())
            if WARM.can_run(self._environment):
                self.process = WARM.start(words, self._environment, Path.cwd(), streams)
            else:
                self.process = subprocess.Popen(
                    command, env=self._environment, stdin=streams[0], stdout=streams[1], stderr=streams[2]
                )
        self.wait(until)

    def wait(self, until: int = 200, patience: float = 60.0) -> None:
        end = time.monotonic() + patience
        while time.monotonic() < end:
            assert self.process is not None
            assert self.process.poll() is None, self.log.read_text(encoding="utf-8")
            try:
                with self.talk() as talk:
                    if talk.get("/health")[0] == until:
                        return
            except OSError:
                time.sleep(0.02)
        raise AssertionError(self.log.read_text(encoding="utf-8"))

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def end(self, patience: float = 20.0) -> int:
        """Politely; its exit status."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(patience)

    @contextmanager
    def talk(self, token: str | None = TOKEN) -> Iterator[Talk]:
        talk = Talk(self.port, token)
        try:
            yield talk
        finally:
            talk.close()


class Talk:
    """One kept connection with a bearer; a legacy MCP session on it when asked for."""

    def __init__(self, port: int, token: str | None = TOKEN) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        self._authorization = {"Authorization": f"Bearer {token}"} if token is not None else {}
        self.session = ""
        self._last = 0

    def get(self, path: str) -> tuple[int, bytes]:
        return self.request("GET", path)

    def request(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self._connection.request(method, path, body, self._authorization | named)
        answer = self._connection.getresponse()
        self.answer_headers = answer.headers
        return answer.status, answer.read()

    def action(self, name: str, **parameters: Any) -> dict[str, Any]:
        """An action by the door of our own programs."""
        body = json.dumps({"parameters": parameters, "client": "test"}).encode()
        status, answer = self.request("POST", f"/vault/actions/{name}", body, content_type="application/json")
        told = json.loads(answer)
        assert status == 200, told
        return dict(told["result"])

    def open_session(self) -> None:
        self.rpc("initialize", OPENING)
        self.session = self.answer_headers["mcp-session-id"]
        self._send({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
        """The result of a tool."""
        return dict(self.rpc("tools/call", {"name": tool, "arguments": arguments})["result"])

    def rpc(self, method: str, params: dict[str, Any]) -> dict[str, Any]:
        self._last += 1
        status, body = self._send({"jsonrpc": "2.0", "id": self._last, "method": method, "params": params})
        if status != 200:
            raise Refused(status, body)
        return message_in(body)

    def _send(self, message: dict[str, Any]) -> tuple[int, bytes]:
        named = {"mcp_session_id": self.session} if self.session else {}
        return self.request(
            "POST",
            "/mcp",
            json.dumps(message).encode(),
            accept="application/json, text/event-stream",
            content_type="application/json",
            mcp_protocol_version="2025-11-25",
            **named,
        )

    def close(self) -> None:
        self._connection.close()


class Refused(Exception):
    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(status, body[:300])
        self.status = status


def message_in(body: bytes) -> dict[str, Any]:
    """The JSON-RPC message of an answer, be it JSON or an event stream."""
    for line in body.decode().splitlines():
        if line.startswith("data:") and line[5:].strip():
            return dict(json.loads(line[5:]))
    return dict(json.loads(body))


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def serving(home: Path, **environment: str) -> Iterator[RemoteServer]:
    """A server for the length of a block."""
    server = RemoteServer(home, **environment)
    server.start()
    try:
        yield server
    finally:
        if server.process is not None and server.process.poll() is None:
            server.kill()


def in_threads(works: list[Any]) -> None:
    """Run them at once; the first failure is raised when all have ended."""
    failures: list[BaseException] = []

    def guarded(work: Any) -> None:
        try:
            work()
        except BaseException as trouble:
            failures.append(trouble)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
