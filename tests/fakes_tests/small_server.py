"""A server that costs little, for machines of the stand-in: `python small_server.py HOST PORT`.

It tells its environment and the headers it got, measures what it is sent, counts its starts on the volume, and streams.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

_VOLUME = Path(os.environ["MNEMON_VAULT_DIR"])


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path == "/stream":
            self._stream()
        else:
            starts = len((_VOLUME / "starts").read_text())
            self._answer({"starts": starts, "headers": dict(self.headers), "environment": dict(os.environ)})

    do_DELETE = do_GET

    def do_POST(self) -> None:
        body = b"".join(self._chunks()) if "transfer-encoding" in self.headers else self._read()
        self._answer({"length": len(body), "sha256": hashlib.sha256(body).hexdigest()})

    def log_message(self, *_: object) -> None:
        """Nothing."""

    def _read(self) -> bytes:
        return self.rfile.read(int(self.headers.get("content-length", 0)))

    def _chunks(self) -> list[bytes]:
        found = []
        while size := int(self.rfile.readline(), 16):
            found.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return found

    def _answer(self, told: dict[str, object]) -> None:
        body = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _stream(self) -> None:
        """One event at once, the others when the file `go` is on the volume."""
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for number in range(3):
            while number and not (_VOLUME / "go").exists():
                time.sleep(0.01)
            self.wfile.write(b"9\r\ndata: %d\n\n\r\n" % number)
        self.wfile.write(b"0\r\n\r\n")


if __name__ == "__main__":
    with (_VOLUME / "starts").open("a") as file:
        file.write("x")
    ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Handler).serve_forever()
