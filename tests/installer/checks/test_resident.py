"""Doctor on the shared server: none is fine, one that is of no use is started anew, and none is left over."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from tests.resident import residents
from tests.seeded import seeded

from mnemon_installer.checks.check import Finding, Subject
from mnemon_installer.checks.processes import Processes
from mnemon_installer.checks.resident import Resident
from mnemon_installer.facts.launcher import this_installation
from mnemon_installer.facts.resident import described, span, trouble_with
from mnemon_installer.facts.survey import survey
from mnemon_installer.flows.mend import plan_mending
from mnemon_installer.plan.step import Done, Needed
from mnemon_installer.steps.restart_resident import RestartResident
from mnemon_installer.world.real import RealWorld
from mnemon_server.client.resident_told import Guest, ResidentState
from mnemon_server.client.residents import resident_state, start_resident
from mnemon_server.resident.launch import MODULE
from mnemon_server.settings import Settings

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="signals")
WELL = ResidentState(
    7, "0.8.0", uptime_seconds=700, clients=(Guest(1, "cursor"),), memory_bytes=180_000_000, model="bge"
)


@pytest.fixture
def subject(world: RealWorld, settings: Settings) -> Subject:
    return Subject(world, survey(world, settings, this_installation()))


def test_none_is_fine_and_stays_none(subject: Subject, settings: Settings) -> None:
    found = Resident().run(subject)
    assert (found.verdict, found.message) == ("ok", "none runs; it starts by itself when a client needs it")
    assert not settings.folder.exists()


def test_where_none_is_wanted_there_is_nothing_to_look_at(subject: Subject) -> None:
    off = replace(subject.facts.settings, values={"resident_minutes": 0})
    found = Resident().run(replace(subject, facts=replace(subject.facts, settings=off)))
    assert (found.verdict, found.message) == ("skipped", "switched off: resident_minutes is 0")


def test_what_is_wrong_with_one() -> None:
    assert trouble_with(WELL) == ""
    assert described(WELL) == "version 0.8.0, process 7, for 12 min, 1 client, 180 MB, its model not loaded"
    assert [span(each) for each in (5, 119, 120, 7_300, 200_000)] == ["5 s", "119 s", "2 min", "2 h", "2 days"]
    hangs = ResidentState(None, problem="it does not answer")
    assert trouble_with(hangs) == "the shared server is of no use: it does not answer"
    old = trouble_with(replace(WELL, version="0.1", is_outdated=True))
    assert old.startswith("the shared server (process 7) is of version 0.1, installed before this program")
    fat = trouble_with(replace(WELL, memory_bytes=1_600_000_000))
    assert fat == "the shared server (process 7) has taken 1,600 MB of memory"


@seeded
@POSIX
def test_one_that_hangs_is_a_warning_and_doctor_starts_another_one(
    home: Path, world: RealWorld, subject: Subject, settings: Settings
) -> None:
    with residents(home) as there:
        pid = start_resident(settings).pid
        assert pid is not None
        assert Resident().run(subject).message.startswith(f"version 0.8.0, process {pid}, for 0 s, 0 clients")
        os.kill(pid, signal.SIGSTOP)
        finding = Resident().run(subject)
        assert (finding.verdict, finding.fix) == ("warn", "mnemon resident restart")
        assert finding.message.startswith(f"the shared server (process {pid}) is of no use: it cannot be reached")
        (step,) = plan_mending(subject.facts, [finding]).steps
        assert isinstance(step, RestartResident) and isinstance(step.check(world), Needed)
        assert step.apply(world) == "started anew"
        assert isinstance(step.check(world), Done)
        after = resident_state(settings)
        assert after is not None and after.pid not in (None, pid)
        assert there.pids() == [after.pid]


def test_mending_leaves_a_well_one_alone(world: RealWorld, subject: Subject, settings: Settings) -> None:
    assert plan_mending(subject.facts, [Finding("resident", "ok", "well")]).steps == ()
    assert isinstance(RestartResident(settings).check(world), Done)


def proc(folder: Path, pid: int, vault: Path) -> None:
    """What Linux shows of a resident."""
    (folder / str(pid)).mkdir(parents=True)
    words = ("/usr/bin/python3", "-P", "-m", MODULE, "--vault-dir", str(vault))
    (folder / str(pid) / "cmdline").write_bytes("\0".join(words).encode() + b"\0")
    (folder / str(pid) / "stat").write_text(f"{pid} (python3) S 1 7 7 0")


def test_one_of_another_vault_is_none_of_our_business(tmp_path: Path, home: Path, subject: Subject) -> None:
    (home / "another vault").mkdir()
    proc(tmp_path / "proc", 41, home / "another vault")
    proc(tmp_path / "proc", 42, home / ".mnemon")
    (home / ".mnemon").mkdir()
    found = _processes(tmp_path, subject)
    assert (found.verdict, found.message) == ("ok", "0 running servers, none left over")


def test_one_without_a_vault_is_named_unless_it_leaves_meanwhile(tmp_path: Path, home: Path, subject: Subject) -> None:
    proc(tmp_path / "proc", 41, home / "gone")
    found = _processes(tmp_path, subject)
    message = "a shared server still runs though its vault has gone, or has another one: process 41"
    assert (found.verdict, found.message, found.fix) == ("warn", message, "kill 41")
    linux = replace(subject, world=RealWorld(subject.world.environment, home, "linux"))
    assert Processes(proc=tmp_path / "proc", pause=lambda: (home / "gone").mkdir()).run(linux).verdict == "ok"


def test_a_second_one_of_our_vault_is_named(tmp_path: Path, home: Path, subject: Subject, settings: Settings) -> None:
    with residents(home):
        pid = start_resident(settings).pid
        assert pid is not None
        proc(tmp_path / "proc", pid, settings.folder)
        proc(tmp_path / "proc", 999_999_999, settings.folder)
        assert _processes(tmp_path, subject).fix == "kill 999999999"


def _processes(folder: Path, subject: Subject) -> Finding:
    linux = RealWorld(subject.world.environment, subject.world.home, "linux")
    return Processes(proc=folder / "proc", pause=lambda: None).run(replace(subject, world=linux))
