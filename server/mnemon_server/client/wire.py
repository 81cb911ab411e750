"""Requests to one server over kept connections: bounded in time and size, TLS verified, never redirected."""

from __future__ import annotations

import http.client
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

from mnemon_server import __version__
from mnemon_server.client.connecting import connected
from mnemon_server.client.timed import Gone, Response, left

LARGEST_ANSWER = 64_000_000  # bytes
LONGEST_IDLE = 60.0  # seconds; what stands between forgets older connections, and then nobody answers on them
_MOST_KEPT = 8  # connections


class TooLarge(Exception):
    """The answer is longer than any of ours."""


@dataclass(frozen=True)
class Request:
    """`is_repeatable`: carrying it out twice is as good as once, so it may be sent again when nobody answered."""

    method: str
    path: str
    body: bytes | None = None
    is_repeatable: bool = True


@dataclass(frozen=True)
class Answer:
    """A whole answer of a server."""

    status: int
    location: str
    body: bytes


class Wire:
    """The way to one server, by what proxy the `environment` names; its methods may be called from any thread."""

    def __init__(self, url: str, token: str, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._parts = urlsplit(url)
        self._headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "User-Agent": f"mnemon/{__version__}",
        }
        self._free: list[tuple[http.client.HTTPConnection, float]] = []  # each with the time since when
        self._guard = threading.Lock()
        self._tls: ssl.SSLContext | None = None

    @property
    def host(self) -> str:
        return self._parts.netloc

    def exchange(self, request: Request, end: float) -> Answer:
        """One request and its whole answer, by `end` of the monotonic clock.

        Raises:
            Gone: the connection did not come about, gave way, or `end` has come.
            TooLarge: the answer is longer than `LARGEST_ANSWER`.
        """
        with self.opened(request, end) as response:
            body = bytearray()
            while piece := response.piece():
                body += piece
                if len(body) > LARGEST_ANSWER:
                    raise TooLarge
            return Answer(response.status, response.headers.get("Location", ""), bytes(body))

    @contextmanager
    def opened(self, request: Request, end: float) -> Iterator[Response]:
        """An answer that has begun. The connection is kept when it was read to its end, and dropped otherwise.

        Raises:
            Gone: as `exchange`.
        """
        connection, response = self._lent(end, fresh=not request.is_repeatable), None
        try:
            response = self._asked(connection, request, end)
            yield response
        finally:
            if response is not None and response.isclosed() and not response.will_close:
                self._keep(connection)
            else:
                connection.close()
                if response is not None:
                    response.close()

    def close(self) -> None:
        """Hang up. What is under way ends by itself."""
        with self._guard:
            free, self._free = self._free, []
        for connection, _ in free:
            connection.close()

    def __del__(self) -> None:
        """A command leaves its client to the end of the process."""
        for connection, _ in self._free:
            connection.close()

    def _asked(self, connection: http.client.HTTPConnection, request: Request, end: float) -> Response:
        assert connection.sock is not None
        try:
            connection.sock.settimeout(left(end))
            # A server may refuse before it has read the whole body; its answer is still there to be read.
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.request(request.method, self._parts.path + request.path, request.body, self._headers)
            connection.response_class = lambda sock, **named: Response(sock, end, **named)  # type: ignore[assignment]  # called like a class
            response = connection.getresponse()
        except http.client.RemoteDisconnected as trouble:
            self.close()  # those that were kept along with it have gone the same way
            raise Gone("waiting", trouble) from None
        except http.client.HTTPException as trouble:
            raise Gone("reading", trouble) from None
        except OSError as trouble:
            self.close()
            raise Gone("waiting", trouble) from None
        assert isinstance(response, Response)
        return response

    def _lent(self, end: float, fresh: bool) -> http.client.HTTPConnection:
        with self._guard:
            if self._free and not fresh:
                connection, since = self._free.pop()
                if 0 <= time.time() - since <= LONGEST_IDLE:  # by the clock that runs on while a laptop sleeps
                    return connection
                connection.close()
        try:
            return self._connected(end)
        except (OSError, ValueError) as trouble:
            raise Gone("connecting", trouble) from None

    def _connected(self, end: float) -> http.client.HTTPConnection:
        if self._parts.scheme == "https":
            with self._guard:
                self._tls = self._tls or ssl.create_default_context()
        return connected(self._parts, self._tls, end, self._environment)

    def _keep(self, connection: http.client.HTTPConnection) -> None:
        with self._guard:
            if len(self._free) < _MOST_KEPT:
                self._free.append((connection, time.time()))
                return
        connection.close()
