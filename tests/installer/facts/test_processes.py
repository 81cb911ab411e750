"""Who outlived his client."""

from __future__ import annotations

from pathlib import Path

import pytest

from mnemon_installer.checks.check import Subject
from mnemon_installer.checks.processes import Processes
from mnemon_installer.facts.processes import Process, orphans, processes
from mnemon_installer.world.real import RealWorld

SERVE = ("/opt/mnemon", "serve")


def test_the_command_line_tells_our_servers() -> None:
    lines = {
        "/opt/bin/mnemon serve": True,
        "/usr/bin/python3 /opt/bin/mnemon serve --in-process": True,
        "mnemon setup": False,
        "vim mnemon serve.txt": False,
        "/usr/bin/python3 /opt/bin/other serve": False,
        "": False,
    }
    assert {line: Process(2, 1, line.split()).is_server_of_ours for line in lines} == lines


@pytest.mark.parametrize(
    ("others", "is_orphan"),
    [
        ([], True),  # the first process belongs to root, and cannot be looked at
        ([Process(1, 0, ["/sbin/init"])], True),
        ([Process(1, 0, ["/usr/bin/claude"])], False),  # a container whose only program is the client
    ],
)
def test_a_server_whose_parent_is_the_first_process_is_left_over(others: list[Process], is_orphan: bool) -> None:
    assert bool(orphans([*others, Process(9, 1, SERVE)])) is is_orphan


def test_a_server_that_a_user_session_took_in_is_left_over_and_a_client_s_is_not() -> None:
    found = [Process(5, 1, ["/usr/lib/systemd/systemd", "--user"]), Process(7, 1, ["claude"])]
    assert [each.pid for each in orphans([*found, Process(8, 5, SERVE), Process(9, 7, SERVE)])] == [8]


def proc(folder: Path, pid: int, parent: int, *words: str) -> None:
    """What Linux shows of a process."""
    (folder / str(pid)).mkdir()
    (folder / str(pid) / "cmdline").write_bytes("\0".join(words).encode() + b"\0")
    (folder / str(pid) / "stat").write_text(f"{pid} (a (strange) name) S {parent} 7 7 0")


def test_linux_is_read_from_proc_and_the_finding_names_the_command(tmp_path: Path, world: RealWorld) -> None:
    proc(tmp_path, 41, 1, *SERVE)
    proc(tmp_path, 42, 1, "/usr/bin/python3", "/opt/mnemon", "serve")
    proc(tmp_path, 43, 40, *SERVE)
    (tmp_path / "44").mkdir()  # it ended while we looked
    linux = RealWorld(world.environment, world.home, "linux")
    assert [each.pid for each in processes(linux, tmp_path)] == [41, 42, 43]
    nobody = Subject(linux, None)  # type: ignore[arg-type]  # no facts are looked at
    finding = Processes(proc=tmp_path, pause=lambda: None).run(nobody)
    assert (finding.verdict, finding.fix) == ("warn", "kill 41 42")
    assert finding.message == "`mnemon serve` still runs though its client has gone: processes 41 42"

    def leave() -> None:
        for pid in ("41", "42"):
            (tmp_path / pid / "cmdline").unlink()

    # One whose client has gone just now is about to leave by itself.
    assert Processes(proc=tmp_path, pause=leave).run(nobody).message == "1 running server, none left over"


def test_macos_is_asked_through_ps(home: Path) -> None:
    ps = home / "bin" / "ps"
    ps.parent.mkdir()
    ps.write_text("#!/bin/sh\necho '    1     0 /sbin/launchd'\necho '  812     1 /opt/mnemon serve'\necho oops\n")
    ps.chmod(0o755)
    mac = RealWorld({"PATH": str(ps.parent)}, home, "darwin")
    found = processes(mac)
    assert [(each.pid, each.parent, tuple(each.words)) for each in found] == [
        (1, 0, ("/sbin/launchd",)),
        (812, 1, SERVE),
    ]
    assert [each.pid for each in orphans(found)] == [812]


def test_nobody_looks_on_windows(home: Path) -> None:
    assert processes(RealWorld({}, home, "win32")) == ()
