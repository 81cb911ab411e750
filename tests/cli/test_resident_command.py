"""`mnemon resident`: how it is, started, stopped, started anew, and run by a service manager."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.installer.machine import PATIENCE, Machine, installed_mnemon
from tests.resident import residents, wait_for

from mnemon_installer.ui import resident_words
from mnemon_server.client.resident_told import Guest, ResidentState, Stopped
from mnemon_server.client.residents import resident_state
from mnemon_server.settings import Settings

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals")
STATE = ResidentState(
    pid=41,
    version="0.8.0",
    uptime_seconds=150.0,
    idle_seconds=30.0,
    leaves_in_seconds=870.0,
    clients=(Guest(50, "claude-code"), Guest(51, ""), Guest(52, "claude-code")),
    memory_bytes=180_400_000,
    model="BAAI/bge-small-en-v1.5",
    is_model_loaded=True,
    pending=1_200,
)


def test_it_is_looked_at_started_started_anew_and_stopped(home: Path) -> None:
    with residents(home) as there:
        machine = Machine(home, installed_mnemon(), there.on)
        assert _said(machine, "resident", "status") == "none runs; it starts by itself\n"
        assert _said(machine, "resident", "stop") == "none runs\n"
        assert machine.result("resident", "status")["result"]["running"] is False
        assert list(home.iterdir()) == []  # to look changes nothing
        assert re.match(r"server     process \d+, version \S+, for \d s\nclients    none\n", _said(machine, "resident"))
        (pid,) = there.pids()
        told = machine.result("resident", "status")["result"]
        assert (told["pid"], told["problem"], told["clients"], told["off"]) == (pid, "", [], "")
        assert f"\nserver     process {pid}, 0 clients" in _said(machine, "status")
        assert machine.result("resident", "restart")["result"]["pid"] not in (None, pid)
        (after,) = there.pids()
        assert _said(machine, "resident", "stop") == f"the shared server has left (process {after})\n"
        assert there.pids() == []


def test_where_none_is_wanted_a_start_is_refused_and_looking_is_not(home: Path) -> None:
    machine = Machine(home, installed_mnemon())
    for words in ((), ("restart",), ("--foreground",)):
        refused = machine.run("resident", *words)
        assert refused.returncode == 1
        assert "no shared server is wanted here: MNEMON_RESIDENT is off" in refused.stderr
        assert "unset MNEMON_RESIDENT" in refused.stderr
    assert _said(machine, "resident", "status") == "switched off: MNEMON_RESIDENT is off\n"
    assert _said(machine, "resident", "stop") == "none runs; it is switched off: MNEMON_RESIDENT is off\n"
    assert machine.result("status")["result"]["resident"]["off"] == "MNEMON_RESIDENT is off"
    _said(machine, "config", "set", "resident_minutes", "0")
    assert _said(machine, "resident", "status", MNEMON_RESIDENT="") == "switched off: resident_minutes is 0\n"


@POSIX
def test_a_service_manager_has_it_in_its_own_process_until_it_is_told_to_end(home: Path, settings: Settings) -> None:
    with residents(home) as there:
        machine = Machine(home, installed_mnemon(), there.on)
        _said(machine, "resident")
        (before,) = there.pids()
        words = (str(machine.mnemon), "resident", "--foreground")
        service = subprocess.Popen(words, env=machine.environment, cwd=home, stderr=subprocess.PIPE, text=True)
        assert wait_for(lambda: (state := resident_state(settings)) is not None and state.pid == service.pid)
        assert there.pids() == [service.pid] != [before]
        service.send_signal(signal.SIGINT)
        _, said = service.communicate(timeout=PATIENCE)
    assert service.returncode == 0
    assert said.startswith("serving the vault in ~/.mnemon to this machine; Ctrl-C ends it\n")
    assert said.rstrip().endswith("leaving: SIGINT")


def test_everything_that_is_known_has_a_line(settings: Settings) -> None:
    told = _told(settings, STATE)
    assert list(resident_words.shown(told)) == [
        "server     process 41, version 0.8.0, for 2 min",
        "clients    claude-code, process 51",
        "memory     180 MB",
        "model      BAAI/bge-small-en-v1.5, loaded",
        "vectors    1,200 memories wait for one",
        "idle       nobody has asked for 30 s; it leaves after 14 min more, and starts by itself",
        f"log        {Path('~') / '.mnemon' / 'logs' / 'resident.log'}",
    ]
    assert resident_words.in_short(told) == "process 41, 3 clients, 180 MB (mnemon resident)"


def test_a_vault_on_the_web_and_a_switch_are_mentioned(settings: Settings) -> None:
    lines = list(resident_words.shown(_told(Settings(settings.folder, remote="https://mem.example.com"), STATE)))
    assert lines[-2] == "vault      https://mem.example.com; clients reach it through this server"
    lines = list(resident_words.shown(_told(settings, STATE, "resident_minutes is 0")))
    assert lines[0] == "switched off for this command (resident_minutes is 0), but one runs:"


def test_one_of_no_use_is_a_line_with_what_to_type(settings: Settings) -> None:
    told = _told(settings, ResidentState(None, problem="it does not answer"))
    line = "the shared server is of no use: it does not answer (mnemon resident restart)"
    assert list(resident_words.shown(told)) == [f"problem    {line}"]
    assert resident_words.in_short(told) == line


def test_a_stop_says_who_starts_another_one() -> None:
    def lines(stopped: Stopped, off: str = "") -> list[str]:
        return list(resident_words.stopped(resident_words.stop_result(stopped, off)))

    clients = (Guest(50, "cursor"),)
    assert lines(Stopped(41, clients))[1:] == ["the next call of a client that runs starts another one: cursor"]
    assert lines(Stopped(41, clients, successor=42))[1:] == [
        "a client that runs has started another one since (process 42)"
    ]
    assert lines(Stopped(41, was_killed=True)) == ["the shared server has been ended, as it did not leave (process 41)"]


def _told(settings: Settings, state: ResidentState, off: str = "") -> dict[str, Any]:  # Any: JSON
    told: dict[str, Any] = json.loads(json.dumps(resident_words.result(settings, state, off)))
    return told


def _said(machine: Machine, *words: str, **extra: str) -> str:
    done = machine.run(*words, **extra)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
