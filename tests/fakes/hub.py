"""A loopback stand-in of the Hugging Face hub: what huggingface_hub 1.x asks, and the ways in which it fails.

Small files are served in place with git's blob id as ETag; the others, like everything in LFS on the real
hub, by a redirect to another host name with their SHA-256 as X-Linked-Etag. It also answers as a plain HTTP
proxy, because a proxy's request line carries the whole URL.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from urllib.parse import unquote, urlsplit

LFS_FROM = 100_000  # bytes
REVISION = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Faults:
    """What to do wrong; may be changed while the hub runs."""

    silent: bool = False  # accept, and never answer
    status: int = 0  # answer everything with this status
    html: bool = False  # answer everything with a login page
    cut_after: int = 0  # close the connection after so many bytes of a large file
    cuts: int = 1_000_000  # how many times
    ignore_range: bool = False
    bytes_per_second: int = 0
    corrupt: bool = False  # turn the last byte of a large file around


@dataclass
class Request:
    method: str
    path: str
    range: str
    authorized: bool
    through_proxy: bool


@dataclass
class FakeHub:
    """`with FakeHub({"owner/name": folder}) as hub:` serves the folders at `hub.url`."""

    repositories: dict[str, Path]
    revision: str = REVISION
    faults: Faults = field(default_factory=Faults)
    requests: list[Request] = field(default_factory=list)

    def __enter__(self) -> FakeHub:
        handler = type("Handler", (_Handler,), {"hub": self})
        self._server = _Server(("127.0.0.1", 0), handler)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def large_gets(self) -> list[Request]:
        return [request for request in self.requests if request.path.startswith("/cdn/")]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """The other side went away in the middle: tests kill processes."""


class _Handler(BaseHTTPRequestHandler):
    hub: FakeHub
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        through_proxy = self.path.startswith("http://")
        path = unquote(urlsplit(self.path).path)
        authorized = "Authorization" in self.headers
        asked = Request(self.command, path, self.headers.get("Range", ""), authorized, through_proxy)
        self.hub.requests.append(asked)
        faults = self.hub.faults
        if faults.silent:
            time.sleep(30)
        elif faults.status:
            self._send(faults.status, b'{"error": "as told"}')
        elif faults.html:
            self._send(200, b"<html>please log in</html>", {"Content-Type": "text/html"})
        else:
            self._answer(path)

    do_HEAD = do_GET

    def log_message(self, *_: object) -> None:
        """Tests want silence."""

    def _answer(self, path: str) -> None:
        for name, folder in self.hub.repositories.items():
            if path.startswith(f"/cdn/{name}/"):
                return self._send_large(folder / path.removeprefix(f"/cdn/{name}/"))
            if path in {f"/api/models/{name}", f"/api/models/{name}/revision/main"}:
                return self._send(200, json.dumps(self._info(name, folder)).encode())
            if path.startswith(f"/api/models/{name}/tree/"):
                return self._send(200, json.dumps([_entry(file, folder) for file in _files(folder)]).encode())
            for revision in (self.hub.revision, "main"):
                prefix = f"/{name}/resolve/{revision}/"
                if path.startswith(prefix):
                    return self._resolve(name, folder / path.removeprefix(prefix))
        return self._send(404, b'{"error": "Repository not found"}', {"X-Error-Code": "RepoNotFound"})

    def _info(self, name: str, folder: Path) -> dict[str, object]:
        siblings = []
        for file in _files(folder):
            entry = _entry(file, folder)
            lfs = {"lfs": entry["lfs"]} if "lfs" in entry else {}
            siblings.append({"rfilename": entry["path"], "size": entry["size"], "blobId": entry["oid"], **lfs})
        return {"_id": "1", "id": name, "modelId": name, "sha": self.hub.revision, "siblings": siblings}

    def _resolve(self, name: str, file: Path) -> None:
        if not file.is_file():
            return self._send(404, b"Entry not found", {"X-Error-Code": "EntryNotFound"})
        commit = {"X-Repo-Commit": self.hub.revision}
        if file.stat().st_size < LFS_FROM:
            return self._send(200, file.read_bytes(), {**commit, "ETag": f'"{_git_id(file)}"'})
        relative = file.relative_to(self.hub.repositories[name]).as_posix()
        headers = {
            "Location": f"http://localhost:{self.hub.port}/cdn/{name}/{relative}",
            "X-Linked-Etag": f'"{_sha256(file)}"',
            "X-Linked-Size": str(file.stat().st_size),
        }
        return self._send(302, b"", {**commit, **headers})

    def _send_large(self, file: Path) -> None:
        faults = self.hub.faults
        body = file.read_bytes()
        if faults.corrupt:
            body = body[:-1] + bytes([body[-1] ^ 255])
        asked, status, headers = self.headers.get("Range", ""), 200, {"ETag": f'"{_sha256(file)}"'}
        if asked and not faults.ignore_range:
            start = int(asked.removeprefix("bytes=").split("-")[0])
            if start >= len(body):
                return self._send(416, b"", {"Content-Range": f"bytes */{len(body)}"})
            headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
            status, body = 206, body[start:]
        if not faults.cut_after or not faults.cuts or self.command == "HEAD":
            return self._send(status, body, headers)
        faults.cuts -= 1
        self._send(status, body, headers, only=faults.cut_after)
        self.close_connection = True
        return None

    def _send(self, status: int, body: bytes, headers: dict[str, str] | None = None, only: int | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        body = body[:only]
        try:
            while body:
                rate = self.hub.faults.bytes_per_second  # asked each time: a test may let go of the brake
                step = max(1, rate // 20) if rate else len(body)
                self.wfile.write(body[:step])
                body = body[step:]
                time.sleep(0.05 if rate else 0)
        except OSError:  # the other side was killed: that is the test
            self.close_connection = True


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _entry(file: Path, folder: Path) -> dict[str, object]:
    size = file.stat().st_size
    entry: dict[str, object] = {
        "type": "file",
        "path": file.relative_to(folder).as_posix(),
        "size": size,
        "oid": _git_id(file),
    }
    if size >= LFS_FROM:
        sha256 = _sha256(file)
        entry["lfs"] = {"oid": sha256, "sha256": sha256, "size": size, "pointerSize": 134}
    return entry


def _sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _git_id(file: Path) -> str:
    body = file.read_bytes()
    return hashlib.sha1(b"blob %d\0" % len(body) + body, usedforsecurity=False).hexdigest()
