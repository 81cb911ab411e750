"""Servers that behave as a test tells them to, on bare sockets, and clients of them."""

from __future__ import annotations

import json
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from mnemon_server.client.remote import RemoteVault
from mnemon_server.errors import MnemonError

TOKEN = "a-secret-of-the-tests-0123456789"
GOOD = {"ok": True, "result": {"total": 3}, "version": "0.8.0"}
Behave = Callable[["Script", "Connection"], None]


@dataclass
class Connection:
    """One that a server accepted; `read` gives the next request's head and body."""

    socket: socket.socket
    number: int
    buffer: bytes = b""

    def read(self) -> tuple[str, bytes]:
        while b"\r\n\r\n" not in self.buffer:
            self._more()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        text = head.decode()
        length = next((int(line[15:]) for line in text.splitlines() if line.lower().startswith("content-length:")), 0)
        while len(self.buffer) < length:
            self._more()
        body, self.buffer = self.buffer[:length], self.buffer[length:]
        return text, body

    def answer(self, status: int, body: Any, *headers: str) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        head = "\r\n".join((f"HTTP/1.1 {status} X", f"Content-Length: {len(data)}", *headers))
        self.socket.sendall(f"{head}\r\n\r\n".encode() + data)

    def _more(self) -> None:
        data = self.socket.recv(65_536)
        if not data:
            raise EOFError
        self.buffer += data


@dataclass
class Script:
    """A server that behaves as told, and notes what it was asked."""

    port: int = 0
    heads: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def read(self, connection: Connection) -> None:
        head, body = connection.read()
        self.heads.append(head)
        self.bodies.append(body)


def tls_for(host: str, folder: Path) -> tuple[ssl.SSLContext, Path]:
    """The server's end of an encrypted connection, with a certificate for `host` that nobody trusts yet; and that."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not here to make a certificate")
    certificate = folder / "both.pem"
    make = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2".split()
    name = ("-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}")
    subprocess.run([*make, *name, "-keyout", certificate, "-out", certificate], capture_output=True, check=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    return tls, certificate


@contextmanager
def serving(behave: Behave, port: int = 0) -> Iterator[Script]:
    """`behave` once for each connection, in a thread of its own."""
    script, open_ones = Script(), list[socket.socket]()
    listening = socket.create_server(("127.0.0.1", port))
    script.port = listening.getsockname()[1]

    def talk(one: socket.socket, number: int) -> None:
        with one, suppress(EOFError, OSError):
            behave(script, Connection(one, number))

    def accept() -> None:
        while True:
            try:
                one, _ = listening.accept()
            except OSError:
                return
            script.connections += 1
            open_ones.append(one)
            threading.Thread(target=talk, args=(one, script.connections), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield script
    finally:
        listening.shutdown(socket.SHUT_RDWR)
        listening.close()
        for one in open_ones:
            one.close()


def answering(status: int, body: Any, *headers: str) -> Behave:
    def behave(script: Script, connection: Connection) -> None:
        while True:
            script.read(connection)
            connection.answer(status, body, *headers)

    return behave


VaultAt = Callable[..., RemoteVault]


def failure_of(vault: RemoteVault, action: str = "status") -> MnemonError:
    with pytest.raises(MnemonError) as caught:
        vault.call(action)
    told = f"{caught.value!r} {caught.value.__cause__!r} {caught.value.hint} {vault!r}"
    assert TOKEN not in told
    return caught.value
