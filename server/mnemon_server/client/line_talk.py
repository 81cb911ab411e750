"""Messages with a program over its standard input and output, a line each, until a deadline; then it is ended."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import IO, Any

from mnemon_server.resident.place import OFF

# What MCP clients pass on of their environment; and that no resident shall be started, for whoever says so here.
_PASSED_ON = (
    ("APPDATA", "HOMEDRIVE", "HOMEPATH", "LOCALAPPDATA", "PATH", "PATHEXT", "PROCESSOR_ARCHITECTURE", "SYSTEMDRIVE",
     "SYSTEMROOT", "TEMP", "USERNAME", "USERPROFILE", OFF)
    if sys.platform == "win32"
    else ("HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER", OFF)
)  # fmt: skip
_PATIENCE = 2.0  # seconds for a program to end once its input has, and again once it was told to


class NoLine(Exception):
    """The program has ended, or says what is no message."""


class LineTalk:
    """One program, started as an MCP client would. Only the calling thread talks.

    Raises:
        OSError: it cannot be started.
    """

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], stderr: IO[str], timeout: float) -> None:
        passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        self._process = subprocess.Popen(
            tuple(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=passed | dict(environment),
            start_new_session=True,
        )
        self._end = time.monotonic() + timeout
        self._lines: queue.Queue[bytes] = queue.Queue(1_000)
        self._last = 0
        threading.Thread(target=self._read, name="probe", daemon=True).start()

    def ask(self, method: str, params: Mapping[str, Any]) -> dict[str, Any]:  # Any: JSON
        """The result of a request.

        Raises:
            TimeoutError: no answer before the deadline.
            NoLine: there will be none, or it is an error.
        """
        self._last += 1
        self._send({"jsonrpc": "2.0", "id": self._last, "method": method, "params": params})
        while True:
            message = self._next()
            if message.get("id") != self._last or "method" in message:
                continue
            if not isinstance(message.get("result"), dict):
                raise NoLine(str(message.get("error", {}).get("message") or "an answer without a result"))
            return dict(message["result"])

    def tell(self, method: str) -> None:
        """A notification."""
        self._send({"jsonrpc": "2.0", "method": method})

    def close(self) -> None:
        """End the program as clients do: its input ends, then it is told to, then it is killed with its children."""
        process = self._process
        assert process.stdin is not None and process.stdout is not None
        with suppress(OSError):
            process.stdin.close()
        for name in ("", "SIGTERM", "SIGKILL"):
            if name:
                self._signal(name)
            with suppress(subprocess.TimeoutExpired):
                process.wait(_PATIENCE)
                break
        self._signal("SIGKILL")  # what it may have started
        process.stdout.close()

    def _signal(self, name: str) -> None:
        with suppress(OSError):
            if sys.platform == "win32":
                self._process.terminate()
            else:
                os.killpg(self._process.pid, getattr(signal, name))

    def _send(self, message: Mapping[str, Any]) -> None:
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(message).encode() + b"\n")
            self._process.stdin.flush()
        except OSError:
            raise NoLine(self._how_it_ended()) from None

    def _next(self) -> dict[str, Any]:
        try:
            line = self._lines.get(timeout=max(0.0, self._end - time.monotonic()))
        except queue.Empty:
            raise TimeoutError from None
        if not line:
            raise NoLine(self._how_it_ended())
        try:
            message = json.loads(line)
        except ValueError:
            raise NoLine("it says what is no message of the protocol") from None
        return message if isinstance(message, dict) else {}

    def _how_it_ended(self) -> str:
        with suppress(subprocess.TimeoutExpired):
            return f"it ended with status {self._process.wait(_PATIENCE)}"
        return "it closed its output"

    def _read(self) -> None:
        assert self._process.stdout is not None
        with suppress(OSError, ValueError):  # closed under us at the end
            while line := self._process.stdout.readline():
                self._lines.put(line)
        self._lines.put(b"")
