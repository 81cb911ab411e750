"""A store that fails when it is told to: before a real one, for the requests of the program under test alone."""

from __future__ import annotations

import http.client
import os
import re
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from tests.s3 import Store

# Every attempt of a request fails in the same way, but for `cut_once`: there the second one meets what the first did.
MODES = ("fail", "cut", "fail_after", "cut_once", "hang", "kill_parent_before", "kill_parent_after")
_OURS = "mnemon-under-test"
_LONGEST_HANG = 100.0  # seconds
_ERROR = b"<?xml version='1.0'?><Error><Code>InternalError</Code><Message>not a good day</Message></Error>"
_HOP_BY_HOP = ("connection", "transfer-encoding", "expect", "keep-alive")


@dataclass(frozen=True)
class Fault:
    """The n-th request of its kind from now on goes wrong."""

    kind: str
    nth: int
    mode: str


class FaultyS3(ThreadingHTTPServer):
    """`seen` are the kinds of requests so far, in their order: `PUT manifest.json`. One that is tried again is one."""

    daemon_threads = True

    def __init__(self, store: Store) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.behind = urlsplit(store.url).netloc
        self.seen: list[str] = []
        self.victim: Callable[[], int] = lambda: 0
        self.hanging = threading.Event()
        self.was_struck = False
        self._lock = threading.Lock()
        self._numbers = dict[str, int]()
        self._fault: Fault | None = None
        self._let_go = threading.Event()

    @property
    def environment(self) -> dict[str, str]:
        """What the program under test needs to know to use it, and to be known here: servers have the same keys."""
        return {"AWS_ENDPOINT_URL_S3": f"http://127.0.0.1:{self.server_port}", "AWS_SDK_UA_APP_ID": _OURS}

    def begin_anew(self, fault: Fault | None = None) -> None:
        """Forget what was seen; `fault` is to come. What hangs is let go."""
        with self._lock:
            self._let_go.set()
            self._let_go, self.was_struck = threading.Event(), False
            self.hanging.clear()
            self.seen.clear()
            self._numbers.clear()
            self._fault = fault

    def due(self, kind: str, call: str) -> str:
        """Counts a request by what boto3 calls all its attempts; the mode in which it is to go wrong, or nothing."""
        with self._lock:
            is_again = call in self._numbers
            if not is_again:
                self.seen.append(kind)
                self._numbers[call] = self.seen.count(kind)
            fault = self._fault
            if fault is None or (fault.kind, fault.nth) != (kind, self._numbers[call]):
                return ""
            self.was_struck = True
            return "" if fault.mode == "cut_once" and is_again else fault.mode

    def hang(self) -> None:
        letting_go = self._let_go
        self.hanging.set()
        letting_go.wait(_LONGEST_HANG)

    def kill(self) -> None:
        with suppress(ProcessLookupError):
            if (process_id := self.victim()) > 0:
                os.kill(process_id, signal.SIGKILL)

    def handle_error(self, request: Any, client_address: Any) -> None:  # Any: as the base has it
        """Connections that break are what this is for."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FaultyS3

    def _pass_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        mode = ""
        if f"app/{_OURS}" in self.headers.get("user-agent", ""):
            call = self.headers.get("amz-sdk-invocation-id", "")
            mode = self.server.due(kind_of(self.command, self.path), call)
        if mode == "hang":
            self.server.hang()
        elif mode == "kill_parent_before":
            self.server.kill()
        elif mode == "fail":
            self._answer(500, [], _ERROR)
        if mode in ("cut", "hang", "kill_parent_before"):
            self.close_connection = True
        if mode in ("cut", "hang", "kill_parent_before", "fail"):
            return
        status, headers, content = self._behind(body)
        if mode == "kill_parent_after":
            self.server.kill()
        if mode == "fail_after":
            self._answer(500, [], _ERROR)
        elif mode in ("cut_once", "kill_parent_after"):
            self.close_connection = True
        else:
            self._answer(status, headers, content)

    do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = _pass_on

    def _behind(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection(self.server.behind, timeout=60)
        try:
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP_BY_HOP}
            connection.request(self.command, self.path, body or None, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()

    def _answer(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in (*_HOP_BY_HOP, "content-length"):
                self.send_header(name, value)
        lengths = [value for name, value in headers if name.lower() == "content-length"]
        self.send_header("content-length", lengths[0] if lengths else str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:  # Any: as the base has it
        return


def kind_of(method: str, path: str) -> str:
    """A request without what differs from run to run: bucket, vault, hashes."""
    split = urlsplit(path)
    words = split.path.strip("/").split("/")
    key = "/".join(words[3:] if len(words) > 3 else words[1:]) or "bucket"
    named = re.sub(r"(snapshots|manifests)/.+", r"\1/*", key)
    asked = re.sub(r"=[^&]*", "", split.query)
    return f"{method} {named}?{asked}".rstrip("?")


@contextmanager
def faulty(store: Store) -> Iterator[FaultyS3]:
    """In threads, for the length of a block."""
    server = FaultyS3(store)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.begin_anew()
        server.shutdown()
        thread.join()
        server.server_close()
