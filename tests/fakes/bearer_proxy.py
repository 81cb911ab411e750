"""A proxy on this machine that adds a bearer to every request that has none, for clients that cannot send one.

One request per connection: each is told to close, so that nothing but its head has to be understood.
"""

from __future__ import annotations

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_LONGEST_HEAD = 64 * 1024
_PIECE = 64 * 1024


@contextmanager
def bearer_proxy(port: int, token: str) -> Iterator[int]:
    """The port of a proxy in front of the server at `port`, for the length of the block."""
    with _Proxy(port, token) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, args=(0.05,), name="bearer-proxy")
        thread.start()
        try:
            yield proxy.server_address[1]
        finally:
            proxy.shutdown()
            thread.join()
            proxy.hang_up()


class _Proxy(socketserver.ThreadingTCPServer):
    """Closing it waits for its connections, so hang up first."""

    request_queue_size = 64

    def __init__(self, port: int, token: str) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.port = port
        self.bearer = b"Authorization: Bearer " + token.encode()
        self._open = set[socket.socket]()
        self._is_over = False
        self._guard = threading.Lock()

    @contextmanager
    def watching(self, *sockets: socket.socket) -> Iterator[None]:
        """Sockets that `hang_up` ends in the meantime."""
        with self._guard:
            if self._is_over:
                raise ConnectionError("too late")
            self._open.update(sockets)
        try:
            yield
        finally:
            with self._guard:
                self._open.difference_update(sockets)

    def hang_up(self) -> None:
        with self._guard:
            self._is_over = True
            for each in self._open:
                _end(each, socket.SHUT_RDWR)


class _Connection(socketserver.BaseRequestHandler):
    server: _Proxy
    request: socket.socket

    def handle(self) -> None:
        """Pass one request on, and its answer back as it comes, until either side has had enough."""
        here = self.request
        with (
            suppress(OSError),
            socket.create_connection(("127.0.0.1", self.server.port)) as there,
            self.server.watching(here, there),
        ):
            head, rest = _head(here)
            there.sendall(_with(head, self.server.bearer) + rest)
            asking = threading.Thread(target=_copy, args=(here, there))
            asking.start()
            _copy(there, here)
            _end(here, socket.SHUT_RDWR)
            asking.join()


def _head(here: socket.socket) -> tuple[bytes, bytes]:
    """What comes up to the empty line, and what came with it."""
    got = b""
    while b"\r\n\r\n" not in got:
        piece = here.recv(_PIECE)
        if not piece or len(got) > _LONGEST_HEAD:
            raise ConnectionError("that is no head of a request")
        got += piece
    head, _, rest = got.partition(b"\r\n\r\n")
    return head, rest


def _with(head: bytes, bearer: bytes) -> bytes:
    request, *lines = head.split(b"\r\n")
    kept = [line for line in lines if not line.lower().startswith(b"connection:")]
    if not any(line.lower().startswith(b"authorization:") for line in kept):
        kept.append(bearer)
    return b"\r\n".join([request, *kept, b"Connection: close", b"", b""])


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(_PIECE):
            target.sendall(piece)
    _end(target, socket.SHUT_WR)


def _end(one: socket.socket, how: int) -> None:
    with suppress(OSError):
        one.shutdown(how)
