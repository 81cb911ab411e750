"""A connection to a resident, from its caller's side."""

from __future__ import annotations

import json
import shutil
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from mnemon_server.resident import line, place
from mnemon_server.resident.connecting import NoResident
from mnemon_server.resident.frames import HELLO, PROTOCOL, framed
from mnemon_server.resident.identity import identity
from mnemon_server.resident.line import open_line

pytestmark = pytest.mark.skipif(not place.has_sockets(), reason="no sockets with a name here")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A vault's folder with a short name."""
    made = Path(tempfile.mkdtemp(prefix="mnemon-"))
    (made / "run").mkdir()
    yield made
    shutil.rmtree(made)


@pytest.fixture
def crowded(folder: Path) -> Iterator[tuple[socket.socket, list[socket.socket]]]:
    """A resident that has yet to let in whoever stands before its door, where there is no more room."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(place.socket_path(str(folder)))
        listening.listen(1)
        before: list[socket.socket] = []
        with suppress(BlockingIOError):
            while len(before) < 50:
                before.append(socket.socket(socket.AF_UNIX))
                before[-1].settimeout(0.05)
                before[-1].connect(place.socket_path(str(folder)))
        yield listening, before
        for each in before:
            each.close()


def test_who_comes_when_many_want_in_waits_for_his_turn(
    folder: Path, crowded: tuple[socket.socket, list[socket.socket]]
) -> None:
    listening, before = crowded
    greeting = framed(HELLO, json.dumps({"protocol": PROTOCOL, **identity()}).encode())
    held: list[socket.socket] = []

    def let_in() -> None:
        time.sleep(0.05)
        for _ in before:
            held.append(listening.accept()[0])
            held[-1].sendall(greeting)

    thread = threading.Thread(target=let_in)
    thread.start()
    open_line(str(folder), "state", 5.0).close()
    thread.join()
    for each in held:
        each.close()


def test_he_does_not_wait_longer_than_he_has_time(
    folder: Path, crowded: tuple[socket.socket, list[socket.socket]]
) -> None:
    began = time.monotonic()
    with pytest.raises(NoResident):
        open_line(str(folder), "state", 0.1)
    assert 0.05 < time.monotonic() - began < 5.0


@pytest.mark.parametrize("says", [b"", b"H\xff\xff\xff\xff", framed(HELLO, b"[" * 90_000), framed(HELLO, b"[]"),
                                  framed(b"Z", b"{}"), framed(HELLO, b"\xff")])  # fmt: skip
def test_what_does_not_answer_as_a_resident_does_is_none(folder: Path, says: bytes) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(place.socket_path(str(folder)))
        listening.listen(1)

        def answer() -> None:
            with listening.accept()[0] as met:
                met.recv(65_536)
                met.sendall(says)

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(NoResident):
            open_line(str(folder), "state", 2.0)
        thread.join()


def test_one_that_is_gone_before_it_is_greeted_is_none(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hung_up = threading.Event()
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(place.socket_path(str(folder)))
        listening.listen(1)

        def hang_up() -> None:
            listening.accept()[0].close()
            hung_up.set()

        monkeypatch.setattr(line, "require_own", lambda sock: hung_up.wait(5))
        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(NoResident, match="does not answer"):
            line.open_line(str(folder), "state", 2.0)
        thread.join()
