"""Only the same user reaches a resident, and only a resident of the same user is spoken to."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import apsw
import pytest
from tests.resident import residents, wait_for
from tests.server.serve.resident.door_of_ours import guarded

from mnemon_server.client import connect
from mnemon_server.client.in_process import InProcess
from mnemon_server.resident import place
from mnemon_server.resident.connecting import NoResident
from mnemon_server.resident.frames import CHALLENGE, EVENT, HELLO, framed
from mnemon_server.resident.hold import try_lock
from mnemon_server.resident.launch import CANNOT, reach, start_detached
from mnemon_server.resident.line import open_line
from mnemon_server.serve.resident.program import listen
from mnemon_server.settings import Settings

pytestmark = pytest.mark.skipif(not place.has_sockets(), reason="no sockets with a name here")
root_only = pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root can be another user")
NOBODY = 65_534


@pytest.fixture
def folder() -> Iterator[Path]:
    """A vault's folder with a short name, which anybody could enter."""
    above = Path(tempfile.mkdtemp(prefix="mnemon-"))
    above.chmod(0o755)
    made = above / "vault"
    (made / "run").mkdir(parents=True)
    yield made
    shutil.rmtree(above)


def started(folder: Path) -> int:
    """What a resident's first process ends with."""
    with residents(folder.parent):
        return start_detached(str(folder))


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_socket_and_its_folder_are_nobody_elses(folder: Path) -> None:
    (folder / "run").chmod(0o755)
    listener, token = listen(str(folder))
    assert (mode_of(folder / "run"), mode_of(folder / "run" / "resident.sock"), token) == (0o700, 0o600, "")
    listener.close()


def test_a_folder_that_leads_elsewhere_is_not_taken(folder: Path) -> None:
    elsewhere = folder.parent / "elsewhere"
    elsewhere.mkdir(mode=0o755)
    (folder / "run").rmdir()
    (folder / "run").symlink_to(elsewhere)
    with pytest.raises(PermissionError, match="not a folder of this user's"):
        listen(str(folder))
    assert started(folder) == CANNOT
    assert "not a folder of this user's" in (folder / "logs" / "resident.log").read_text()
    assert list(elsewhere.iterdir()) == []


def test_what_lies_in_its_place_is_replaced_and_what_that_leads_to_is_not_touched(folder: Path) -> None:
    name, precious = folder / "run" / "resident.sock", folder.parent / "precious"
    precious.write_text("precious")
    name.write_text("a file")
    (folder / "run" / "resident.new").symlink_to(precious)
    listen(str(folder))[0].close()
    assert name.is_socket()
    name.unlink()
    name.symlink_to(precious)
    listen(str(folder))[0].close()  # after that one a socket is left whose process is no more
    with pytest.raises(NoResident):
        open_line(str(folder), "state")
    listener, _ = listen(str(folder))
    assert name.is_socket()
    assert not name.is_symlink()
    assert precious.read_text() == "precious"
    listener.close()


def test_a_lock_that_leads_elsewhere_is_none(folder: Path) -> None:
    made = folder.parent / "made"
    Path(place.lock_path(str(folder))).symlink_to(made)
    with pytest.raises(OSError, match="symbolic links"):
        try_lock(place.lock_path(str(folder)))
    assert not made.exists()


@pytest.mark.parametrize("what", ["vault", "vault/run", "vault/logs"])
def test_a_file_where_a_folder_should_be_ends_it_at_once(folder: Path, what: str) -> None:
    path = folder.parent / what
    if path.exists():
        shutil.rmtree(path)
    path.write_text("a file")
    assert started(folder) == CANNOT
    assert path.read_text() == "a file"


@pytest.mark.parametrize("name", ["run/resident.lock", "run/resident.sock", "logs/resident.log"])
def test_a_folder_where_a_file_should_be_ends_it_at_once(folder: Path, name: str) -> None:
    (folder / name).mkdir(parents=True)
    assert started(folder) == CANNOT
    assert not place.log_path(str(folder)).endswith(name) or list((folder / "logs").iterdir()) == [folder / name]


# --- names ---


def test_a_name_that_is_too_long_is_replaced_by_one_in_a_folder_of_our_own(folder: Path) -> None:
    room = 100 - len("/run/resident.sock") - len(str(folder)) - 1
    fits, passes = folder / ("d" * room), folder / ("d" * (room + 1))
    assert place.socket_path(str(fits)) == f"{fits}/run/resident.sock"
    assert len(place.socket_path(str(fits))) == 100
    short = place.socket_path(str(passes))
    assert str(Path(short).parent) == place.runtime_folder()
    assert len(short) < 100
    # In bytes, of which an umlaut has two.
    assert str(Path(place.socket_path(str(folder / ("ü" * (room // 2 + 1))))).parent) == place.runtime_folder()
    listener, _ = listen(str(passes))
    open_to_us = socket.socket(socket.AF_UNIX)
    open_to_us.connect(short)
    assert (mode_of(Path(short)), mode_of(Path(short).parent)) == (0o600, 0o700)
    open_to_us.close()
    listener.close()
    Path(short).unlink()


def test_all_names_of_a_vault_lead_to_one_socket_in_whatever_environment(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, target in enumerate((folder, folder / ("d" * 90))):
        target.mkdir(exist_ok=True)
        for name in (f"{number}", f"{number}" * 90):
            other = folder.parent / name
            other.symlink_to(target)
            assert place.socket_path(str(other)) == place.socket_path(str(target))
    before = place.socket_path(str(folder / ("d" * 90)))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))  # which clients that start servers often leave out
    monkeypatch.setenv("TMPDIR", str(folder))
    assert place.socket_path(str(folder / ("d" * 90))) == before


@root_only
def test_a_folder_in_tmp_that_somebody_else_made_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    theirs = folder.parent / "mnemon-0"
    theirs.mkdir(mode=0o777)
    os.chown(theirs, 12_345, 12_345)
    monkeypatch.setattr(place, "runtime_folder", lambda: str(theirs))
    with pytest.raises(PermissionError, match="not a folder of this user's"):
        listen(str(folder / ("d" * 90)))
    assert list(theirs.iterdir()) == []


# --- another user ---

KNOCK = """
import os, socket, sys
os.setuid(int(sys.argv[1]))
sock = socket.socket(socket.AF_UNIX)
sock.connect(sys.argv[2])
try:
    sock.sendall(bytes.fromhex(sys.argv[3]))
    print(len(sock.recv(100)))
except ConnectionError:
    print(0)
"""
FALSE_ONE = """
import os, socket, sys
os.setuid(int(sys.argv[1]))
sock = socket.socket(socket.AF_UNIX)
sock.bind(sys.argv[2])
sock.listen()
print("there", flush=True)
print(len(sock.accept()[0].recv(100)), flush=True)
"""


@root_only
def test_another_user_is_sent_away_even_where_the_modes_let_him_in(folder: Path) -> None:
    async def tried() -> None:
        async with guarded(folder) as there:
            for path in (folder, folder / "run", folder / "run" / "resident.sock"):
                path.chmod(0o777)
            hello = framed(HELLO, b'{"protocol": 1, "for": "state"}').hex()
            for user, hears in ((0, True), (NOBODY, False)):
                words = [sys.executable, "-c", KNOCK, str(user), place.socket_path(str(folder)), hello]
                told = await asyncio.to_thread(subprocess.run, words, capture_output=True, text=True, timeout=20)
                assert (told.stdout.strip() not in ("", "0")) is hears, told
                assert told.stdout.strip() != ""
            assert await there.is_well()

    asyncio.run(tried())


@root_only
def test_a_false_resident_of_another_user_hears_not_a_word(folder: Path) -> None:
    for path in (folder, folder / "run"):
        path.chmod(0o777)
    words = [sys.executable, "-c", FALSE_ONE, str(NOBODY), place.socket_path(str(folder))]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as false_one:
        assert false_one.stdout is not None
        assert false_one.stdout.readline() == "there\n"
        with pytest.raises(NoResident, match="belongs to another user"):
            open_line(str(folder), "calls", 5.0, environment={"MNEMON_LOCAL_TOKEN": "secret"})
        assert false_one.stdout.readline() == "0\n"


def test_a_users_number_is_never_less_than_nothing() -> None:
    ours, theirs = socket.socketpair()
    from mnemon_server.resident.connecting import owner_of

    assert owner_of(ours) in (os.getuid(), None)
    with socket.socket() as loopback:
        assert owner_of(loopback) is None  # not told there: the token decides
    ours.close()
    theirs.close()


# --- where anybody could connect ---


@pytest.fixture
def by_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "has_sockets", lambda: False)


@pytest.mark.usefixtures("by_port")
def test_without_the_token_nobody_is_let_in(folder: Path) -> None:
    async def tried() -> None:
        async with guarded(folder) as there:
            port_file = Path(place.port_path(str(folder)))
            assert mode_of(port_file) == 0o600
            assert not port_file.with_suffix(".new").exists()
            for purpose in ("calls", "leave", "state", "mcp", "hook"):
                for token in ("", None, 5, there.token[:-1], there.token + "x", "\ud800", "x" * 40_000):
                    caller = await there.caller()
                    assert (await caller.greet(purpose, token=token))["refused"] == "token"
                    assert await caller.has_ended()
            line = await asyncio.to_thread(open_line, str(folder), "calls")
            line.close()
            assert await there.is_well()

    asyncio.run(tried())


@pytest.mark.usefixtures("by_port")
@pytest.mark.parametrize(
    "written",
    ["", "{", "[]", "7", '{"port": 1}', '{"port": "x", "token": "y"}', '{"port": 1e400, "token": "y"}', "[" * 90_000,
     '{"port": 99999999, "token": "y"}', '{"port": -1, "token": "y"}', '{"port": 0, "token": ""}', "\0"],
)  # fmt: skip
def test_a_note_that_is_broken_leads_to_nobody(folder: Path, written: str) -> None:
    Path(place.port_path(str(folder))).write_text(written)
    with pytest.raises(NoResident):
        open_line(str(folder), "state", 0.5)


@pytest.mark.usefixtures("by_port")
@pytest.mark.parametrize(
    "says", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", framed(HELLO, b"{}"), b"x" * 32, b"x" * 90_000]
)
def test_a_port_that_is_somebody_elses_by_now_is_left_alone(folder: Path, says: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        Path(place.port_path(str(folder))).write_text(
            json.dumps({"port": stranger.getsockname()[1], "token": "of the one before"})
        )

        def serve() -> None:
            with stranger.accept()[0] as met:
                heard.append(met.recv(65_536))
                met.sendall(says)
                met.settimeout(2.0)
                with suppress(ConnectionError):
                    while piece := met.recv(65_536):
                        heard.append(piece)

        heard: list[bytes] = []
        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(NoResident):
            open_line(str(folder), "state", 0.2, environment={"MNEMON_LOCAL_TOKEN": "secret"})
        thread.join()
        assert len(b"".join(heard)) == CHALLENGE  # a number at random, and no word more


@pytest.mark.usefixtures("by_port")
def test_the_note_of_one_that_was_killed_is_gone_before_there_is_another(folder: Path) -> None:
    note = Path(place.port_path(str(folder)))
    note.write_text('{"port": 1, "token": "old"}')
    note.chmod(0o644)
    listener, token = listen(str(folder))
    assert json.loads(note.read_text()) == {"port": listener.getsockname()[1], "token": token}
    assert mode_of(note) == 0o600
    listener.close()


# --- the program ---

KILLED = """
import os, signal, sys
wish, count = sys.argv[1], int(sys.argv[2])

def watch(event, arguments):
    global count
    if event == wish:
        count -= 1
        if not count:
            os.kill(os.getpid(), signal.SIGKILL)

from mnemon_server.serve.resident import program
sys.addaudithook(watch)
sys.exit(program.main(sys.argv[3:]))
"""


@pytest.mark.parametrize(("moment", "count"), [("socket.bind", 1), ("os.rename", 1), ("os.fork", 1), ("os.fork", 2)])
def test_one_that_is_killed_while_it_starts_is_no_hindrance(folder: Path, moment: str, count: int) -> None:
    with residents(folder.parent) as there:
        words = [sys.executable, "-c", KILLED, moment, str(count), "--vault-dir", str(folder)]
        subprocess.run(words, timeout=20, check=False)
        assert wait_for(lambda: not there.pids())
        reach(str(folder), "state", 10.0).close()
        assert len(there.pids()) == 1


def test_a_secret_of_a_caller_is_told_to_nobody_and_a_flood_fills_no_log(folder: Path) -> None:
    secret, log = "s3cr3t-of-the-remote", Path(place.log_path(str(folder)))
    log.parent.mkdir()
    log.touch(0o644)
    environment = {"MNEMON_LOCAL_TOKEN": secret, "MNEMON_REMOTE_URL": "http://a.b"}
    with residents(folder.parent):
        reach(str(folder), "state", 10.0).close()
        with pytest.raises(NoResident) as refused:
            open_line(str(folder), "calls", environment=environment)
        for _ in range(150):
            line = open_line(str(folder), "hook", environment={"MNEMON_LOCAL_TOKEN": secret}, hook="surface")
            line.send(b"Z", secret.encode())
            line.close()
        line = open_line(str(folder), "hook", environment={"MNEMON_LOCAL_TOKEN": secret}, hook="surface")
        line.send(EVENT, b"{")
        answers = [line.receive()[1]]
        line.close()
        line = open_line(str(folder), "state", environment=environment)
        answers.append(line.receive()[1])
        line.close()
        assert secret.encode() not in b"".join(answers) + str(refused.value).encode()
        assert len(log.read_text().splitlines()) < 30
        assert mode_of(log) == 0o600
        for path in folder.rglob("*"):
            assert not path.is_file() or secret.encode() not in path.read_bytes()


TURNED = """
import logging, os, sys
from pathlib import Path
from mnemon_server.serve.resident import log
log.LARGEST = 2_000
log.write_log(Path(sys.argv[1]), False)
for number in range(20):
    logging.getLogger("mnemon").info("%s", "x" * 300)
    os.write(2, b"of a library %d\\n" % number)
"""


def test_the_log_is_turned_over_and_what_libraries_say_goes_along(folder: Path) -> None:
    subprocess.run([sys.executable, "-c", TURNED, str(folder)], check=True, timeout=20)
    written = sorted(folder.glob("resident.log*"))
    assert [path.name for path in written] == ["resident.log", "resident.log.1"]
    assert all(mode_of(path) == 0o600 and path.stat().st_size < 4_000 for path in written)
    assert "of a library 19\n" in written[0].read_text()


def test_a_save_that_is_under_way_when_it_is_told_to_end_is_answered(home: Path) -> None:
    settings = Settings(home / ".mnemon")
    with residents(home) as there:
        reach(str(settings.folder), "state", 10.0).close()
        vault = connect(settings, "cli", resident="if there")
        vault.call("save", title="before", content="before")
        [pid] = there.pids()
        other = apsw.Connection(str(settings.vault_path))
        other.execute("BEGIN IMMEDIATE")
        with ThreadPoolExecutor(1) as worker:
            saving = worker.submit(vault.call, "save", title="a title", content="in the middle")
            assert wait_for(lambda: under_way(settings) == 1)
            os.kill(pid, signal.SIGTERM)
            time.sleep(0.2)
            assert not saving.done()
            other.execute("COMMIT")
            assert saving.result(10)["outcome"] == "new"
        other.close()
        vault.close()
        assert wait_for(lambda: not there.pids())
        assert not settings.vault_path.with_name(f"{settings.vault_path.name}-wal").exists()
    here = InProcess(settings, "test")
    assert here.call("status")["total"] == 2
    here.close()


def under_way(settings: Settings) -> int:
    line = open_line(str(settings.folder), "state")
    told = json.loads(line.receive()[1])
    line.close()
    return int(told["calls"])
