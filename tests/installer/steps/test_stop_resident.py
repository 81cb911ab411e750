"""An uninstall and the shared server: it goes before the vault does, and where it stays the vault stays."""

from __future__ import annotations

import json
import os
import socket
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from tests.installer.machine import Machine, installed_mnemon
from tests.resident import residents, wait_for
from tests.seeded import seeded

from mnemon_installer.facts.belongings import find_belongings
from mnemon_installer.facts.leftovers import find_leftovers
from mnemon_installer.flows.uninstall import plan_uninstall
from mnemon_installer.plan.engine import carry_out
from mnemon_installer.plan.journal import Journal
from mnemon_installer.plan.plan import Plan
from mnemon_installer.plan.step import Done, Needed
from mnemon_installer.steps.delete_files import DeleteFiles
from mnemon_installer.steps.stop_resident import StopResident
from mnemon_installer.world.dry import DryWorld
from mnemon_installer.world.real import RealWorld
from mnemon_server.client import connect
from mnemon_server.client.residents import resident_state
from mnemon_server.resident import place
from mnemon_server.resident.frames import MOVE
from mnemon_server.resident.hold import try_lock
from mnemon_server.resident.launch import make_run_folder
from mnemon_server.resident.line import Line, Lost, open_line
from mnemon_server.settings import Settings

POSIX = pytest.mark.skipif(sys.platform == "win32", reason="sockets with names")


def test_it_is_stopped_before_the_vault_goes_and_leaves_nothing(
    home: Path, world: RealWorld, settings: Settings
) -> None:
    with residents(home) as there:
        machine = Machine(home, installed_mnemon(), there.on)
        assert machine.run("save", "a", "b").returncode == 0
        client = open_line(str(settings.folder), "mcp", cwd="", environment={})
        seen = list[object]()

        def look() -> None:
            seen.extend((resident_state(settings), StopResident(settings).check(world)))

        pump = threading.Thread(target=_hang_up_when_asked, args=(client, look))
        pump.start()
        assert wait_for(lambda: (state := resident_state(settings)) is not None and state.clients)
        planned = machine.result("uninstall", "--dry-run")["result"]
        assert [step["key"] for step in planned["steps"]] == ["resident", "memories", "papers"]
        assert planned["steps"][0]["describe"].endswith("of this machine, which 1 client now uses")
        assert len(there.pids()) == 1
        kept = machine.result("uninstall", "--keep-vault", "--yes")["result"]
        assert [(step["key"], step["outcome"]) for step in kept["steps"]] == [("resident", "done")]
        assert kept["next"][0].startswith(f"Clients that still run (process {os.getpid()}) use mnemon until")
        assert there.pids() == []
        pump.join()
        assert seen == [None, Needed()]  # on its way out it cannot be reached, and is not gone
        assert machine.run("status").returncode == 0  # and it is there again
        assert len(there.pids()) == 1
        done = machine.run("uninstall", "--yes")
        assert done.returncode == 0, done.stdout + done.stderr
        assert "server    stopped" in done.stdout and "Clients that still run" not in done.stdout
        assert there.pids() == []
    assert list(home.iterdir()) == []


@seeded
@POSIX
def test_one_that_does_not_end_keeps_the_vault(home: Path, world: RealWorld, settings: Settings) -> None:
    vault = connect(settings, caller="test")
    vault.call("save", title="a", content="b")
    vault.close()
    plan = plan_uninstall(find_leftovers(world, settings), keep_vault=False)
    *_, stop, memories, models, papers = plan.steps
    assert all("resident" in step.needs for step in (memories, models, papers))
    both = Plan("uninstall", (stop, replace(memories, needs=("resident",))))  # a dozen clients take their time
    make_run_folder(str(settings.folder))
    lock = try_lock(place.lock_path(str(settings.folder)))  # as by a process that cannot be told
    try:
        first, second = carry_out(both, world, Journal(world, home / "ops", "uninstall"), lambda result: None)
    finally:
        os.close(lock)
    assert (first.outcome, first.message) == ("failed", "the shared server does not end: process unknown")
    assert second.outcome == "skipped"
    assert settings.vault_path.exists()
    assert isinstance(StopResident(settings).check(world), Done)  # once nobody holds it


def test_a_rehearsal_stops_nothing(world: RealWorld, settings: Settings) -> None:
    dry = DryWorld(world)
    assert StopResident(settings, 2).apply(dry) == "stopped"
    assert dry.notes == ["stop the shared server of this machine, which 2 clients now use"]


@pytest.fixture
def runtime(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The user's runtime folder, by a name that is short enough for a socket."""
    with tempfile.TemporaryDirectory(dir="/tmp") as root:
        folder = Path(root) / str(os.getuid())
        folder.mkdir()
        monkeypatch.setattr(place, "_RUNTIME", root)
        yield folder


@POSIX
def test_what_it_left_is_ours_and_what_only_looks_so_is_not(world: RealWorld, runtime: Path) -> None:
    settings = Settings(runtime / "vault")
    run, logs = settings.folder / "run", settings.folder / "logs"
    for folder in (run, logs):
        folder.mkdir(parents=True, mode=0o700)
    for name in ("resident.lock", "starting.lock", "resident.sock.txt"):
        (run / name).touch()
    (run / "resident.json").write_text(json.dumps({"port": 1, "token": "x"}))
    for name in ("resident.log", "resident.log.1", "resident.log.2"):
        (logs / name).touch()
    _leave_socket(run / "resident.sock")
    ours = {path.name for path in find_belongings(world, settings).papers}
    locks, notes = {"resident.lock", "starting.lock"}, {"resident.json", "resident.log", "resident.log.1"}
    assert ours == {*locks, *notes, "resident.sock"}
    assert {path.name for path in find_belongings(world, settings).strangers} == {"run", "logs"}
    (run / "resident.sock.txt").unlink()
    (logs / "resident.log.2").unlink()
    assert find_belongings(world, settings).strangers == ()
    other_name = runtime / "link"
    other_name.symlink_to(settings.folder)
    assert other_name / "run" / "resident.sock" in find_belongings(world, Settings(other_name)).papers


@POSIX
def test_a_socket_in_the_user_s_own_folder_goes_and_the_folder_with_the_last(
    home: Path, world: RealWorld, runtime: Path
) -> None:
    settings = Settings(home / ("long" * 30) / ".mnemon")
    left = Path(place.socket_path(str(settings.folder)))
    assert left.parent == runtime / "mnemon"
    left.parent.mkdir()
    _leave_socket(left)
    other = left.with_name("another-vault-s.sock")
    other.touch()
    found = find_belongings(world, settings)
    assert (found.papers, found.folders) == ((left,), ())
    other.unlink()
    assert find_belongings(world, settings).folders == (left.parent,)
    step = DeleteFiles("papers", "the rest", "", settings, lambda ours: ours.papers)
    assert step.apply(world) == "deleted"
    assert list(runtime.iterdir()) == []


def _leave_socket(path: Path) -> None:
    """As a server that was killed does."""
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(path))


def _hang_up_when_asked(client: Line, look: Callable[[], None]) -> None:
    """As a client's pump does once nothing is under way; a `look` before that."""
    with suppress(Lost):
        while client.receive()[0] != MOVE:
            pass
    look()
    client.close()
