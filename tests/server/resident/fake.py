"""A resident that does what a test tells it, and a pump with a client's ends of its pipes in the test's hands."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mnemon_server.resident import place
from mnemon_server.resident.client_end import ClientEnd
from mnemon_server.resident.frames import HEAD, HELLO, MESSAGE, PROTOCOL, framed, head_of
from mnemon_server.resident.hold import try_lock
from mnemon_server.resident.identity import identity
from mnemon_server.resident.launch import make_run_folder
from mnemon_server.resident.pump import Pump

PATIENCE = 10.0  # seconds; reached only by a test that fails


class FakeResident:
    """At the place of a real one. While it is there nobody starts another one, even with its socket shut."""

    def __init__(self, folder: Path, **greeting: Any) -> None:
        make_run_folder(str(folder))
        self.starting = try_lock(place.starting_path(str(folder)))
        self._path = place.socket_path(str(folder))
        self._listener: socket.socket | None = None
        self._met: list[Met] = []
        self.greeting = {"protocol": PROTOCOL, "oldest": PROTOCOL, **identity(), "pid": 1, **greeting}
        self.open()

    def open(self) -> None:
        Path(self._path).unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.settimeout(PATIENCE)
        self._listener.bind(self._path)
        self._listener.listen(8)

    def shut(self) -> None:
        """Nobody can connect any more."""
        if self._listener is not None:
            self._listener.close()
            Path(self._path).unlink(missing_ok=True)
            self._listener = None

    def met(self) -> Met:
        """The next one to connect, after the exchange of names."""
        assert self._listener is not None
        sock, _ = self._listener.accept()
        sock.settimeout(PATIENCE)
        found = Met(sock)
        self._met.append(found)
        found.hello = json.loads(found.frame()[1])
        found.send(HELLO, json.dumps(self.greeting).encode())
        return found

    def close(self) -> None:
        self.shut()
        for met in self._met:
            met.die()
        os.close(self.starting)


class Met:
    """One connection, as the resident has it."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._rest = b""
        self.hello: dict[str, Any] = {}

    def frame(self) -> tuple[bytes, bytes]:
        kind, length = head_of(self._taken(HEAD))
        return kind, self._taken(length)

    def message(self) -> dict[str, Any]:
        kind, payload = self.frame()
        assert kind == MESSAGE
        found: dict[str, Any] = json.loads(payload)
        return found

    def send(self, kind: bytes, payload: bytes = b"") -> None:
        self._sock.sendall(framed(kind, payload))

    def answer(self, number: object, **result: Any) -> None:
        self.send(MESSAGE, json.dumps({"jsonrpc": "2.0", "id": number, "result": result}).encode())

    def has_gone(self) -> bool:
        """Whether the other side hangs up; what it says before is passed over."""
        while self._sock.recv(65_536):
            pass
        return True

    def die(self) -> None:
        self._sock.close()

    def _taken(self, count: int) -> bytes:
        while len(self._rest) < count:
            piece = self._sock.recv(65_536)
            if not piece:
                raise EOFError
            self._rest += piece
        taken, self._rest = self._rest[:count], self._rest[count:]
        return taken


class Client:
    """What speaks with the pump."""

    def __init__(self, source: int, target: int) -> None:
        self._source = source
        self._answers = os.fdopen(target, "rb")

    def say(self, method: str, number: object = None, **params: Any) -> None:
        told: dict[str, Any] = {"jsonrpc": "2.0", "method": method, "params": params}
        self.write(json.dumps(told if number is None else told | {"id": number}).encode() + b"\n")

    def call(self, number: object, tool: str, **arguments: Any) -> None:
        self.say("tools/call", number, name=tool, arguments=arguments)

    def write(self, data: bytes) -> None:
        left = memoryview(data)
        while left:
            left = left[os.write(self._source, left) :]

    def heard(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._answers.readline())
        return found

    def end(self) -> None:
        os.close(self._source)
        self._source = -1

    def close(self) -> None:
        if self._source >= 0:
            self.end()
        self._answers.close()


@contextmanager
def pumping(folder: Path) -> Iterator[tuple[Client, threading.Thread]]:
    """A pump at work in a thread, connected already if the resident lets it in by now."""
    theirs, source = os.pipe()
    target, ours = os.pipe()
    pump = Pump(str(folder), ClientEnd(theirs, ours), lambda: None)
    thread = threading.Thread(target=pump.run, daemon=True)
    thread.start()
    client = Client(source, target)
    try:
        yield client, thread
    finally:
        if client._source >= 0:
            client.end()
        thread.join(PATIENCE)
        os.close(ours)
        os.close(theirs)
        client.close()
