"""The resident from outside: how it is, started, stopped, ended when it hangs; and what becomes of a vault that is
replaced while it has it open."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tests.resident import residents, wait_for

from mnemon_server.client import connect
from mnemon_server.client.in_process import InProcess
from mnemon_server.client.resident_processes import folder_of, resident_pids
from mnemon_server.client.resident_told import ResidentOff
from mnemon_server.client.residents import resident_state, start_resident, stop_resident
from mnemon_server.resident import place
from mnemon_server.resident.hold import try_lock
from mnemon_server.resident.launch import MODULE, make_run_folder
from mnemon_server.settings import Settings
from mnemon_server.vault.snapshot import archive_name

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals and named sockets")


def test_asking_how_it_is_starts_none_and_makes_nothing(home: Path, settings: Settings) -> None:
    assert resident_state(settings) is None
    assert stop_resident(settings) is None
    assert not settings.folder.exists()


def test_one_is_started_tells_of_itself_and_is_stopped(home: Path, settings: Settings) -> None:
    with residents(home) as there:
        started = start_resident(settings)
        assert [started.pid] == there.pids() == list(resident_pids(settings.folder))
        assert (started.problem, started.is_outdated, started.clients) == ("", False, ())
        assert 800 < started.leaves_in_seconds <= 900 > started.uptime_seconds
        assert start_resident(settings).pid == started.pid
        stopped = stop_resident(settings)
        assert stopped is not None
        assert (stopped.pid, stopped.was_killed, stopped.successor) == (started.pid, False, None)
        assert there.pids() == []
        assert resident_state(settings) is None


@POSIX
def test_one_that_hangs_is_named_and_ended_and_no_stranger_is(home: Path, settings: Settings) -> None:
    with residents(home) as there:
        pid = start_resident(settings).pid
        assert pid is not None
        os.kill(pid, signal.SIGSTOP)
        state = resident_state(settings, 0.2)
        assert state is not None
        assert (state.pid, state.version) == (pid, "")
        assert state.problem.startswith("it cannot be reached (it does not answer")
        stopped = stop_resident(settings, 0.1)
        assert stopped is not None and stopped.was_killed
        assert there.pids() == []
        assert Path(place.socket_path(str(settings.folder))).is_socket()  # as whoever is killed leaves it
        assert resident_state(settings) is None


@POSIX
def test_a_lock_that_nobody_answers_for_is_a_problem(settings: Settings) -> None:
    folder = str(settings.folder)
    make_run_folder(folder)
    lock = try_lock(place.lock_path(folder))
    try:
        state = resident_state(settings, 0.1)
        assert state is not None
        assert (state.pid, state.problem) == (None, "it cannot be reached (No such file or directory)")
    finally:
        os.close(lock)


@POSIX
def test_what_says_nothing_sensible_is_a_problem(settings: Settings) -> None:
    folder = str(settings.folder)
    make_run_folder(folder)
    lock = try_lock(place.lock_path(folder))
    path = Path(place.socket_path(folder))
    path.unlink(missing_ok=True)  # of one that was killed, in a run whose folders were called the same
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))
        listening.listen()
        try:
            state = resident_state(settings, 0.2)
        finally:
            os.close(lock)
    assert state is not None and "does not answer" in state.problem


def test_none_is_started_where_none_is_wanted(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ResidentOff, match="MNEMON_RESIDENT is off"):
        start_resident(settings)
    monkeypatch.delenv(place.OFF)
    with pytest.raises(ResidentOff, match="resident_minutes is 0") as refused:
        start_resident(replace(settings, values={"resident_minutes": 0}))
    assert refused.value.hint == "mnemon config set resident_minutes 15"
    assert not settings.folder.exists()


def test_a_command_line_says_whose_resident_it_is() -> None:
    assert folder_of(["/usr/bin/python", "-P", "-m", MODULE, "--vault-dir", "/a b/c"]) == "/a b/c"
    assert folder_of(["grep", MODULE]) == folder_of(["mnemon", "--vault-dir", "/a"]) == ""


def test_it_answers_from_a_vault_that_was_put_in_place_of_the_one_it_had(home: Path, settings: Settings) -> None:
    here = InProcess(settings, "test")
    here.call("save", title="before", content="as it was")
    here.context.vault.close()
    former = archive_name(settings.vault_path, "pre-test")
    former.parent.mkdir(exist_ok=True)
    shutil.copyfile(settings.vault_path, former)
    with residents(home):
        client = connect(settings, "cli", resident="start")
        assert [each["title"] for each in client.call("list")["memories"]] == ["before"]
        first = resident_state(settings)
        assert first is not None and first.pending == 1
        client.call("save", title="after", content="and this too")
        here.call("archive_restore", name=former.name)
        assert [each["title"] for each in client.call("list")["memories"]] == ["before"]
        client.call("save", title="then", content="written to what came back")
        here.close()
        client.close()
        last = resident_state(settings)
        assert last is not None and (last.pid, last.pending) == (first.pid, 2)
        assert wait_for(lambda: (state := resident_state(settings)) is not None and state.commands == 0)
    with_it = InProcess(settings, "test")
    assert sorted(each["title"] for each in with_it.call("list")["memories"]) == ["before", "then"]
    with_it.close()
