"""A client as the resident's tests need many of: a real `mnemon serve`, spoken to in lines of JSON, in either era."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.server.serve.conftest import INITIALIZE

MODERN = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientInfo": {"name": "test-client", "version": "1.0"},
    "io.modelcontextprotocol/clientCapabilities": {},
}
SCRIPT = str(Path(sys.executable).with_name("mnemon"))
Answer = dict[str, Any]  # Any: JSON


class Silent(Exception):
    """No answer in time, or none any more."""


class Client:
    """One process and the talk with it. Requests may be sent ahead of their answers; one thread uses it."""

    def __init__(self, environment: Mapping[str, str], is_modern: bool) -> None:
        self.is_modern = is_modern
        self._last = 0
        self._rest = b""
        self.process = subprocess.Popen(
            (SCRIPT, "serve"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=dict(environment),
        )

    def open(self, seconds: float) -> None:
        """What a client of the older era says first; the other era has nothing of the kind."""
        if not self.is_modern:
            self.answer_to(self.ask("initialize", **INITIALIZE), seconds)
            self._send({"jsonrpc": "2.0", "method": "notifications/initialized"})

    def ask(self, method: str, **params: Any) -> int:  # Any: JSON
        """Send a request; its id.

        Raises:
            Silent: nobody reads.
        """
        self._last += 1
        if self.is_modern:
            params["_meta"] = MODERN
        self._send({"jsonrpc": "2.0", "id": self._last, "method": method, "params": params})
        return self._last

    def call(self, tool: str, seconds: float = 60.0, **arguments: Any) -> Any:  # Any: JSON
        """The structured result of a tool that succeeds."""
        answer = self.answer_to(self.ask("tools/call", name=tool, arguments=arguments), seconds)
        return answer["result"]["structuredContent"]

    def answer_to(self, number: int, seconds: float) -> Answer:
        """The answer to that request; what is not one is left out."""
        while (answer := self.next_answer(seconds)).get("id") != number:
            pass
        return answer

    def next_answer(self, seconds: float) -> Answer:
        """Whatever comes next.

        Raises:
            Silent: nothing in that time.
        """
        assert self.process.stdout is not None
        descriptor, end = self.process.stdout.fileno(), time.monotonic() + seconds
        while b"\n" not in self._rest:
            if not select.select([descriptor], [], [], max(0.0, end - time.monotonic()))[0]:
                raise Silent(f"nothing in {seconds:g} s")
            piece = os.read(descriptor, 65_536)
            if not piece:
                raise Silent(f"it ended with status {self.process.wait(10)}")
            self._rest += piece
        line, self._rest = self._rest.split(b"\n", 1)
        return dict(json.loads(line))

    def close(self, seconds: float = 15.0) -> int | None:
        """As a client that goes away does; the exit status, None when it had to be killed."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None
        finally:
            self.process.stdout.close()

    def _send(self, message: Answer) -> None:
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(message).encode() + b"\n")
            self.process.stdin.flush()
        except OSError as trouble:
            raise Silent(str(trouble)) from None
