"""A loopback stand-in of a model's API: whatever it is asked, it says its closing words, and it keeps what it heard.

How one maker's API is spoken is a dialect: `gemini_api`, `responses_api`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

Json = dict[str, Any]  # Any: JSON as a client sent it


@dataclass(frozen=True)
class Dialect:
    """`read` gives every text of a request that the model reads; `say` is the stream that says something.

    `is_turn` knows the path of a request that wants an answer of the model; all others are answered with 404.
    """

    is_turn: Callable[[str], bool]
    read: Callable[[Json], list[str]]
    say: Callable[[str], bytes]
    base: str = ""


@dataclass
class StandIn:
    """The server, for the length of a `with` block."""

    dialect: Dialect
    closing: str
    heard: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        model: StandIn = self

        class Handler(_Handler):
            stand_in = model

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, name="stand-in", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, trouble: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    @property
    def url(self) -> str:
        """What a client takes as the base of the API."""
        return f"http://127.0.0.1:{self._server.server_address[1]}{self.dialect.base}"


class _Handler(BaseHTTPRequestHandler):
    stand_in: StandIn
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        model = self.stand_in
        if not model.dialect.is_turn(urlsplit(self.path).path):
            self._send_not_found()
            return
        model.heard.append("\n".join(model.dialect.read(json.loads(body))))
        self._send(200, model.dialect.say(model.closing), "text/event-stream")

    def do_GET(self) -> None:
        self._send_not_found()

    do_HEAD = do_GET

    def _send_not_found(self) -> None:
        trouble = {"code": 404, "message": f"no {self.path} here", "status": "NOT_FOUND"}
        self._send(404, json.dumps({"error": trouble}).encode(), "application/json")

    def _send(self, status: int, data: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("content-type", kind)
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: what was heard is kept."""
