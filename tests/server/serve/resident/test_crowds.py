"""More callers than any machine has, and callers that take nothing: a resident stays small, and answers the others."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from tests.resident import Residents, residents, wait_for
from tests.seeded import seeded
from tests.server.serve.conftest import INITIALIZE

from mnemon_server.client import connect
from mnemon_server.resident import place
from mnemon_server.resident.connecting import NoResident
from mnemon_server.resident.frames import EVENT, HELLO, MESSAGE, framed
from mnemon_server.resident.identity import identity
from mnemon_server.resident.launch import reach
from mnemon_server.resident.line import Line, Lost, open_line
from mnemon_server.settings import Settings

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
CROWD = 1_000
# A hook waits a second and a half for its answer (hooks/quick.py); beside other tests it may take longer.
SOON = 10.0  # seconds


class Watched:
    """One resident, from outside."""

    def __init__(self, there: Residents, settings: Settings) -> None:
        reach(str(settings.folder), "state", 10.0).close()
        [self.pid] = there.pids()
        self.settings = settings
        self.folder = str(settings.folder)
        vault = connect(settings, "cli", resident="if there")
        vault.call("save", title="a title", content="some content")
        vault.close()
        self.descriptors = self.count("fd")

    def count(self, what: str) -> int:
        return len(list(Path(f"/proc/{self.pid}/{what}").iterdir()))

    def megabytes(self) -> int:
        """The most that it ever had."""
        for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) // 1024
        raise AssertionError("no VmHWM")

    def connected(self) -> socket.socket | None:
        sock = socket.socket(socket.AF_UNIX)
        sock.settimeout(10.0)
        for _ in range(500):
            try:
                sock.connect(place.socket_path(self.folder))
                return sock
            except BlockingIOError:
                time.sleep(0.01)
        sock.close()
        return None

    def answers_others(self) -> None:
        """A hook and a question, soon."""
        began = time.monotonic()
        line = open_line(self.folder, "hook", SOON, hook="surface", client="claude-code")
        line.patience(SOON)
        line.send(EVENT, b'{"prompt": "content", "session_id": "s", "cwd": "/"}')
        assert "answer" in json.loads(line.receive()[1])
        line.close()
        assert time.monotonic() - began < SOON
        vault = connect(self.settings, "cli", resident="if there")
        assert vault.call("search", query="content")["memories"]
        vault.close()

    def is_as_before(self) -> None:
        assert wait_for(lambda: self.count("fd") < self.descriptors + 24), self.count(
            "fd"
        )  # the vault has more readers
        assert self.count("task") < 60
        assert Path(f"/proc/{self.pid}").exists()
        self.answers_others()


@pytest.fixture
def watched(settings: Settings) -> Iterator[Watched]:
    import resource

    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4_096, before[1]), before[1]))
    with residents(settings.folder.parent) as there:
        yield Watched(there, settings)
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@seeded
@pytest.mark.parametrize("purpose", ["", "calls", "hook"])
def test_a_crowd_that_only_holds_its_lines_keeps_nobody_out(watched: Watched, purpose: str) -> None:
    hello = framed(HELLO, json.dumps({"protocol": 1, **identity(), "for": purpose, "pid": 1}).encode())
    crowd = []
    for number in range(CROWD):
        sock = watched.connected()
        assert sock is not None
        with suppress(OSError):  # sent away already
            sock.sendall(hello if purpose else b"H")
        crowd.append(sock)
        if number % 250 == 200:
            watched.answers_others()
    watched.answers_others()
    assert watched.count("fd") < 400
    assert watched.megabytes() < 150
    for sock in crowd:
        sock.close()
    watched.is_as_before()


@seeded
def test_three_hundred_that_ask_at_once_keep_no_hook_waiting(watched: Watched) -> None:
    found: list[str] = []

    def ask() -> None:
        try:
            with closing(open_line(watched.folder, "calls", 20.0)) as line:
                line.patience(60.0)
                line.send(b"Q", b'{"action": "search", "parameters": {"query": "content"}}')
                found.append("result" if b"result" in line.receive()[1] else "problem")
        except (NoResident, Lost) as trouble:  # the work is done by the caller itself
            found.append(type(trouble).__name__)

    crowd = [threading.Thread(target=ask) for _ in range(300)]
    for thread in crowd:
        thread.start()
    for _ in range(5):
        watched.answers_others()
    for thread in crowd:
        thread.join()
    assert len(found) == 300
    assert found.count("result") >= 100
    assert "problem" not in found
    watched.is_as_before()


def talking(watched: Watched) -> Line:
    line = open_line(watched.folder, "mcp", 10.0)
    line.patience(10.0)
    line.send(MESSAGE, json.dumps({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": INITIALIZE}).encode())
    line.receive()
    line.send(MESSAGE, b'{"jsonrpc": "2.0", "method": "notifications/initialized"}')
    return line


def sent_until_it_waits(line: Line, message: Callable[[int], bytes], most: int) -> int:
    line.patience(1.0)
    for number in range(1, most + 1):
        try:
            line.send(MESSAGE, message(number))
        except Lost:
            return number
    return most


@seeded
def test_who_asks_ten_thousand_times_and_takes_no_answer_is_not_listened_to(watched: Watched) -> None:
    line = talking(watched)
    small = json.dumps({"jsonrpc": "2.0", "method": "tools/list", "params": {}})
    assert sent_until_it_waits(line, lambda number: f'{small[:-1]}, "id": {number}}}'.encode(), 10_000) < 10_000
    assert watched.megabytes() < 300
    watched.answers_others()
    os.kill(watched.pid, 15)  # nor does it keep a resident from leaving
    assert wait_for(lambda: not Path(f"/proc/{watched.pid}").exists(), 14.0)
    line.close()


@seeded
def test_large_messages_by_the_dozen_do_not_pile_up(watched: Watched) -> None:
    line, payload = talking(watched), b"x " * 10_000_000
    call = b'{"jsonrpc": "2.0", "id": %d, "method": "tools/call", "params": {"name": "memory_save", "arguments": %s}}'
    arguments = b'{"title": "t", "content": "%s"}' % payload
    line.patience(60.0)
    for number in range(20):
        line.send(MESSAGE, call % (number + 1, arguments))
    watched.answers_others()

    def hook() -> None:
        with (
            suppress(NoResident, Lost),
            closing(open_line(watched.folder, "hook", 5.0, hook="surface", client="claude-code")) as told,
        ):
            told.patience(60.0)
            told.send(EVENT, b'{"prompt": "%s"}' % payload)
            told.receive()

    crowd = [threading.Thread(target=hook) for _ in range(60)]
    for thread in crowd:
        thread.start()
    watched.answers_others()
    for thread in crowd:
        thread.join()
    line.close()
    assert watched.megabytes() < 900
    watched.is_as_before()


@seeded
@pytest.mark.parametrize(
    "sent",
    [b"\xff\xff", b'{"jsonrpc', b"[" * 100_000, b'{"jsonrpc": "2.0", "id": "\\ud800", "method": "ping"}', b"[]", b"{}",
     b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": "memory_save", "arguments": 5}}'],
)  # fmt: skip
def test_a_message_that_is_none_does_no_harm(watched: Watched, sent: bytes) -> None:
    line = talking(watched)
    line.send(MESSAGE, sent)
    line.send(b"Z", sent)
    line.send(MESSAGE, b'{"jsonrpc": "2.0", "id": "after", "method": "ping"}')
    while json.loads(line.receive()[1]).get("id") != "after":
        pass
    line.close()
    watched.is_as_before()
