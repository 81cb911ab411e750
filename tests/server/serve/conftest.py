"""A real `mnemon serve` process to talk to, line by line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.warm_start import WARM, Forked

INITIALIZE = {
    "protocolVersion": "2025-11-25",
    "capabilities": {},
    "clientInfo": {"name": "test-client", "version": "1.0"},
}


class Served:
    """One server process. Requests are answered in order here, because each waits for its answer."""

    def __init__(self, home: Path, **environment: str) -> None:
        told = {**os.environ, "HOME": str(home), **environment}
        self.process = WARM.start_piped(["serve"], told, Path.cwd()) if WARM.can_run(told) else _started(told)
        self._last = 0

    def send(self, message: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(message).encode() + b"\n")
        self.process.stdin.flush()

    def request(self, method: str, **params: Any) -> dict[str, Any]:
        self._last += 1
        self.send({"jsonrpc": "2.0", "id": self._last, "method": method, "params": params})
        assert self.process.stdout is not None
        while True:
            line = self.process.stdout.readline()
            assert line, self.process.stderr.read().decode() if self.process.stderr else ""
            answer: dict[str, Any] = json.loads(line)
            if answer.get("id") == self._last:
                return answer

    def initialize(self) -> dict[str, Any]:
        answer = self.request("initialize", **INITIALIZE)
        self.send({"jsonrpc": "2.0", "method": "notifications/initialized"})
        return dict(answer["result"])

    def call(self, name: str, **arguments: Any) -> dict[str, Any]:
        return dict(self.request("tools/call", name=name, arguments=arguments)["result"])

    def end(self) -> tuple[int, str]:
        """Close stdin, as a client does that goes away; exit status and stderr."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.process.stderr is not None
        talk = self.process.stderr.read().decode()
        return self.process.wait(20), talk

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()


def _started(environment: dict[str, str]) -> subprocess.Popen[bytes] | Forked:
    return subprocess.Popen(
        [sys.executable, "-m", "mnemon_installer.cli", "serve"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )


@pytest.fixture
def serve(home: Path) -> Iterator[Callable[..., Served]]:
    running: list[Served] = []

    def start(**environment: str) -> Served:
        running.append(Served(home, **environment))
        return running[-1]

    yield start
    for served in running:
        served.kill()
