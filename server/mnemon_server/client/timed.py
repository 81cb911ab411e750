"""Sockets and answers with one end of time for all they do, where the standard library starts anew with every byte."""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from typing import Any, Literal

_PIECE = 65_536


class Gone(Exception):
    """A connection that did not come about or gave way. `stage` is how far it got: nothing sent, no byte of an answer
    seen, or in the middle of one."""

    def __init__(self, stage: Literal["connecting", "waiting", "reading"], trouble: BaseException) -> None:
        super().__init__(stage)
        self.stage = stage
        self.is_refused = isinstance(trouble, ConnectionRefusedError)
        self.is_timeout = isinstance(trouble, TimeoutError)
        self.reason = _reason(trouble)


def reached(host: str, port: int, end: float) -> socket.socket:
    """A connection to the first address of `host` that takes one; each gets its share of the time.

    Raises:
        OSError: none does.
    """
    trouble: OSError = TimeoutError()
    addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    for number, (family, kind, protocol, _, address) in enumerate(addresses):
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(left(end) / (len(addresses) - number))
            sock.connect(address)
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # head and body leave one after the other
            return sock
        except OSError as failed:
            sock.close()
            trouble = failed
    raise trouble


def encrypted(sock: socket.socket, context: ssl.SSLContext, host: str, end: float) -> ssl.SSLSocket:
    """The same connection over TLS, to a server that has shown it is `host`."""
    try:
        sock.settimeout(left(end))
        return context.wrap_socket(sock, server_hostname=host)
    except BaseException:
        sock.close()
        raise


class Response(http.client.HTTPResponse):
    """An answer whose every byte must be there by `end`, however slowly they come."""

    def __init__(self, sock: socket.socket, end: float, **named: Any) -> None:  # Any: http.client's own
        super().__init__(sock, **named)
        self.fp.close()
        self._timed = _Timed(sock, end)
        self.fp = io.BufferedReader(self._timed)

    def piece(self, end: float | None = None) -> bytes:
        """Some more of the body, empty at its end. With `end`, that is the new limit.

        Raises:
            Gone: it broke off, or the time is over.
        """
        if end is not None:
            self._timed.end = end
        try:
            piece = self.read(_PIECE)
            if not piece and self.length:  # http.client lets that pass
                raise http.client.IncompleteRead(b"", self.length)
            return piece
        except (OSError, http.client.HTTPException, ValueError) as trouble:
            raise Gone("reading", trouble) from None


class _Timed(io.RawIOBase):
    """A socket's bytes. The time-out of a socket is for one read, and there may be many."""

    def __init__(self, sock: socket.socket, end: float) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self.end = end

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:  # Any: a writable buffer
        self._sock.settimeout(left(self.end))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


def left(end: float) -> float:
    """Seconds until `end` of the monotonic clock; a TimeoutError when there are none."""
    seconds = end - time.monotonic()
    if seconds <= 0:
        raise TimeoutError
    return seconds


def _reason(trouble: BaseException) -> str:
    if isinstance(trouble, ssl.SSLCertVerificationError):
        return f"its certificate is not valid ({trouble.verify_message})"
    if isinstance(trouble, ssl.SSLError):
        return "no encrypted connection came about"
    if isinstance(trouble, socket.gaierror | UnicodeError):  # the latter for what cannot be a name
        return "its name is not known"
    if isinstance(trouble, TimeoutError):
        return "it did not answer in time"
    if isinstance(trouble, http.client.RemoteDisconnected | http.client.IncompleteRead):
        return "it hung up"
    if isinstance(trouble, http.client.HTTPException | ValueError):
        return "its answer is not HTTP"
    return getattr(trouble, "strerror", None) or "the connection broke"
