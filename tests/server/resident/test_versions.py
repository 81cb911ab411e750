"""Programs of different versions meet on the line: they find out, and one serves or gives way to the other."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.resident import Residents, residents, wait_for
from tests.seeded import seeded
from tests.server.resident.fake import FakeResident, Met

import mnemon_server
from mnemon_server.resident import launch, place, serve
from mnemon_server.resident.connecting import NoResident
from mnemon_server.resident.frames import MESSAGE, OLDEST, PROTOCOL, framed
from mnemon_server.resident.launch import reach
from mnemon_server.resident.line import Unfit, open_line
from mnemon_server.settings import Settings

FIXTURES = Path(__file__).parents[2] / "fixtures" / "resident"
OPENING = {
    "jsonrpc": "2.0",
    "id": 0,
    "method": "initialize",
    "params": {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
}


def fixture(name: str) -> bytes:
    return (FIXTURES / f"{name}.bin").read_bytes()


def greeting(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(fixture(name)[5:])
    return found


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A resident of today, for all that only look."""
    home = tmp_path_factory.mktemp("real")
    with residents(home):
        reach(str(home / ".mnemon"), "state", 10).close()
        yield Settings(home / ".mnemon")


def connected(settings: Settings, *frames: bytes) -> Met:
    sock = socket.socket(socket.AF_UNIX)
    sock.settimeout(10)
    sock.connect(place.socket_path(str(settings.folder)))
    sock.sendall(b"".join(frames))
    return Met(sock)


def test_a_pump_of_before_the_first_protocol_is_told_so_in_words_it_knows(real: Settings) -> None:
    met = connected(real, fixture("pump-0"))
    told = json.loads(met.frame()[1])
    assert (told["refused"], told["protocol"], told["oldest"]) == ("protocol", PROTOCOL, OLDEST)
    assert met.has_gone()
    met.die()


def test_a_pump_of_a_later_protocol_is_served_in_todays(real: Settings) -> None:
    met = connected(real, fixture("pump-99"), framed(MESSAGE, json.dumps(OPENING).encode()))
    told = json.loads(met.frame()[1])
    assert (told["protocol"], told["oldest"], "refused" in told) == (PROTOCOL, OLDEST, False)
    assert met.message()["result"]["serverInfo"]["name"] == "mnemon"
    met.die()


def test_a_program_of_a_later_protocol_can_send_todays_resident_away(settings: Settings) -> None:
    with residents(settings.folder.parent) as there:
        reach(str(settings.folder), "state", 10).close()
        [pid] = there.pids()
        met = connected(settings, fixture("leave-99"))
        assert json.loads(met.frame()[1])["pid"] == pid
        assert met.has_gone()
        with pytest.raises(NoResident):
            open_line(str(settings.folder), "state")
        assert wait_for(lambda: not there.pids())
        met.die()


def test_a_resident_that_speaks_nothing_of_ours_is_left_alone_and_the_client_served_here(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(place.OFF)
    resident = FakeResident(settings.folder)
    resident.greeting = greeting("resident-99")
    try:
        meeting = threading.Thread(target=resident.met)
        meeting.start()
        assert serve.main([], os.getppid()) is None
        meeting.join()
        assert "speaks another language" in capfd.readouterr().err
    finally:
        resident.close()


def test_a_later_resident_that_still_speaks_our_language_serves_us(settings: Settings) -> None:
    resident = FakeResident(settings.folder)
    resident.greeting = greeting("resident-99-kind")
    try:
        meeting = threading.Thread(target=resident.met)
        meeting.start()
        line = open_line(str(settings.folder), "mcp")
        assert line.resident["version"] == "99.0.0"
        line.close()
        meeting.join()
    finally:
        resident.close()


def test_a_resident_of_before_is_sent_away_and_one_of_ours_takes_its_place(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    resident = FakeResident(settings.folder)
    resident.greeting = greeting("resident-0")
    started: list[str] = []

    def start(folder: str) -> int:
        started.append(folder)
        resident.greeting = {**resident.greeting, **mnemon_today()}
        resident.open()
        threading.Thread(target=resident.met, daemon=True).start()
        return 0

    def give_way() -> None:
        assert resident.met().hello["for"] == "calls"
        leaving = resident.met()
        assert leaving.hello["for"] == "leave"
        resident.shut()
        os.close(resident.starting)
        leaving.die()

    monkeypatch.setattr(launch, "start_detached", start)
    giving = threading.Thread(target=give_way)
    giving.start()
    try:
        line = reach(str(settings.folder), "calls", 10)
        assert line.resident["version"] == mnemon_server.__version__
        line.close()
        giving.join()
        assert started == [str(settings.folder)]
    finally:
        resident.starting = os.open(os.devnull, os.O_RDONLY)
        resident.close()


def mnemon_today() -> dict[str, Any]:
    from mnemon_server.resident.identity import identity

    return {**identity(), "protocol": PROTOCOL, "oldest": OLDEST}


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A copy of the server that can be installed anew under a running resident."""
    target = tmp_path / "site"
    source = Path(mnemon_server.__file__).parent
    shutil.copytree(source, target / "mnemon_server", ignore=shutil.ignore_patterns("__pycache__"))
    return target


def install(program: Path, version: str) -> None:
    file = program / "mnemon_server" / "__init__.py"
    file.write_text(f'__version__ = "{version}"\n')


class RealPump:
    """The pump of a copy of the program, as a client has it."""

    def __init__(self, program: Path, settings: Settings) -> None:
        code = "import os, sys; from mnemon_server.resident.serve import main; sys.exit(main([], os.getppid()) or 9)"
        environment = {name: value for name, value in os.environ.items() if name != place.OFF}
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", code],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment
            | {
                "PYTHONPATH": str(program),
                "MNEMON_VAULT_DIR": str(settings.folder),
                # Two versions of a file of the same length and second would share their compiled form.
                "PYTHONDONTWRITEBYTECODE": "1",
            },
        )

    def ask(self, number: int, method: str, **params: Any) -> dict[str, Any]:
        assert self.process.stdin is not None and self.process.stdout is not None
        told = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
        self.process.stdin.write(json.dumps(told).encode() + b"\n")
        self.process.stdin.flush()
        answer: dict[str, Any] = json.loads(self.process.stdout.readline())
        assert answer["id"] == number
        return answer

    def end(self) -> int:
        self.process.communicate(timeout=20)
        return self.process.returncode


def version_there(settings: Settings) -> str:
    line = open_line(str(settings.folder), "state")
    line.close()
    return str(line.resident["version"])


def test_a_client_notices_nothing_of_an_upgrade(
    program: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with residents(settings.folder.parent) as there:
        install(program, "0.0.1")
        client = RealPump(program, settings)
        client.ask(0, **OPENING_CALL)
        assert version_there(settings) == "0.0.1"
        before = there.until(1)
        saved = client.ask(1, "tools/call", name="memory_save", arguments={"title": "a", "content": "before"})
        assert "error" not in saved
        install(program, "0.0.2")
        assert wait_for(lambda: there.pids() != before)  # it has seen what lies on the disk
        found = client.ask(2, "tools/call", name="memory_search", arguments={"query": "before"})
        assert "before" in json.dumps(found["result"])
        assert version_there(settings) == "0.0.2"
        there.until(1)
        assert client.end() == 0


@seeded
def test_a_newer_program_from_elsewhere_takes_over_and_an_older_one_does_not(
    program: Path, settings: Settings, there: Residents
) -> None:
    install(program, "0.0.1")
    client = RealPump(program, settings)
    client.ask(0, **OPENING_CALL)
    [old] = there.until(1)
    reach(str(settings.folder), "state", 10).close()
    assert version_there(settings) == "0.0.1"  # who only looks changes nothing
    reach(str(settings.folder), "calls", 10).close()
    assert version_there(settings) == mnemon_server.__version__
    assert "error" not in client.ask(1, "tools/call", name="memory_status", arguments={})
    assert wait_for(lambda: old not in there.pids())
    [new] = there.until(1)
    other = RealPump(program, settings)
    other.ask(0, **OPENING_CALL)
    assert there.pids() == [new]
    assert [client.end(), other.end()] == [0, 0]


OPENING_CALL = {"method": "initialize", **OPENING["params"]}  # type: ignore[dict-item]


@pytest.fixture
def there(settings: Settings) -> Iterator[Residents]:
    with residents(settings.folder.parent) as found:
        yield found


def test_unfit_says_why(settings: Settings) -> None:
    resident = FakeResident(settings.folder, refused="full", message="too many are there already")
    try:
        threading.Thread(target=resident.met, daemon=True).start()
        with pytest.raises(Unfit, match="too many") as unfit:
            open_line(str(settings.folder), "mcp")
        assert not unfit.value.is_outdated
    finally:
        resident.close()
