"""The two worlds: one does things, the other notes them."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from mnemon_installer.world import CommandTrouble, FileChanged, Held, NoAnswer
from mnemon_installer.world.dry import DryWorld
from mnemon_installer.world.programs import find_program
from mnemon_installer.world.real import RealWorld

HOLDER = """
import sys, pathlib, os
from mnemon_installer.world.real import RealWorld
with RealWorld({}, pathlib.Path("/"), sys.platform).hold(pathlib.Path(sys.argv[1]), "mnemon setup"):
    print(os.getpid(), flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def world(home: Path) -> RealWorld:
    return RealWorld(dict(os.environ), home, sys.platform)


def test_a_program_is_run_with_its_input(world: RealWorld) -> None:
    echo = "import sys; sys.stderr.write('e'); print(sys.stdin.read()); sys.exit(3)"
    done = world.run((sys.executable, "-c", echo), input="é")
    assert (done.status, done.stdout.strip(), done.stderr) == (3, "é", "e")


def test_a_program_that_does_not_end_or_start_is_named(world: RealWorld) -> None:
    with pytest.raises(CommandTrouble, match=r"within 0\.2 s"):
        world.run(
            (sys.executable, "-c", "input()" if sys.platform == "win32" else "import signal; signal.pause()"),
            timeout=0.2,
        )
    with pytest.raises(CommandTrouble, match="/no/such"):
        world.run(("/no/such",))


def test_a_rehearsal_sees_its_own_writes_and_the_disk_does_not(world: RealWorld, home: Path) -> None:
    dry, path = DryWorld(world), home / "file"
    dry.write(path, b"one", None)
    dry.write(path, b"two", b"one")
    assert dry.read(path) == b"two"
    assert dry.look(path) is not None
    dry.remove(path, b"two")
    assert (dry.read(path), dry.look(path)) == (None, None)
    with pytest.raises(FileChanged):
        dry.write(path, b"x", b"two")
    assert list(home.iterdir()) == []


def test_a_rehearsal_notes_what_would_change_and_runs_what_only_looks(world: RealWorld, home: Path) -> None:
    dry = DryWorld(world)
    assert dry.run(("/no/such", "add")).status == 0
    assert dry.run((sys.executable, "-c", "print(1)"), changes=False).stdout.strip() == "1"
    dry.perform("make the vault", lambda: (home / "vault").mkdir())
    with dry.hold(home / "ops" / "lock", "mnemon setup"):
        pass
    assert dry.notes == ["/no/such add", "make the vault"]
    assert list(home.iterdir()) == []


def test_a_lock_names_its_holder_and_dies_with_it(world: RealWorld, home: Path) -> None:
    path = home / "ops" / "setup.lock"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None
        pid = holder.stdout.readline().strip()
        with pytest.raises(Held) as refusal, world.hold(path, "mnemon setup"):
            pass
        assert f"another mnemon setup is running (process {pid}, since 20" in refusal.value.message
        holder.kill()
        holder.wait()
    with world.hold(path, "mnemon setup"):
        assert path.exists()
    assert not path.exists()


def test_programs_are_found_in_the_order_of_path(home: Path) -> None:
    for name, mode in (("one", 0o644), ("two", 0o755), ("three", 0o755)):
        (home / name).mkdir()
        (home / name / "claude").write_text("")
        (home / name / "claude").chmod(mode)
    path = f"{home / 'one'}:relative::{home / 'two'}:{home / 'three'}"
    assert find_program(RealWorld({"PATH": path}, home, "linux"), "claude") == home / "two" / "claude"
    assert find_program(RealWorld({}, home, "linux"), "claude") is None


def test_only_safe_addresses_are_fetched(world: RealWorld) -> None:
    for url in ("http://example.com/", "file:///etc/passwd", "ftp://127.0.0.1/x"):
        with pytest.raises(NoAnswer):
            world.fetch(url)


def test_the_output_of_a_program_is_kept_as_it_comes(tmp_path: Path, world: RealWorld) -> None:
    kept = tmp_path / "new" / "said"
    ended = world.run(("sh", "-c", "echo told; echo elsewhere >&2; exit 3"), keep=kept)
    assert (ended.status, ended.stdout, ended.stderr) == (3, "told\n", "elsewhere\n")
    assert kept.read_text(encoding="utf-8") == "told\n"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


@pytest.mark.skipif(sys.platform != "linux", reason="no other system ends a program with the one that started it")
def test_a_program_does_not_outlive_us(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    program = (
        "import os, sys; from pathlib import Path; from mnemon_installer.world.real import RealWorld\n"
        "RealWorld(os.environ, Path.home(), sys.platform).run(('sh', '-c', f'exec sleep 60 3>{sys.argv[1]}'))"
    )
    ours = subprocess.Popen([sys.executable, "-c", program, str(pipe)])
    with pipe.open("rb") as reading:  # waits until the program has it open as well
        ours.kill()
        ours.wait()
        assert reading.read() == b"", "its end is closed: it has ended"
