"""Memories of another vault's file, whatever its program is doing or was killed at."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from mnemon_server.client.files import import_file
from mnemon_server.client.in_process import InProcess
from mnemon_server.errors import DiskTrouble, VaultBusy
from mnemon_server.portable.vault_file import lines_of_vault
from mnemon_server.settings import Settings
from mnemon_server.vault import snapshot

# Each transaction gives all memories another title, far more often than a person could.
_WRITER = """
import sys
from pathlib import Path
from mnemon_server.vault.connection import Vault
vault = Vault(Path(sys.argv[1]))
with vault.read() as connection:
    connection.pragma("wal_autocheckpoint", 300)
turn = 0
while True:
    with vault.write() as connection:
        connection.execute("UPDATE memories SET title = ?", (f"turn {turn}",))
    turn += 1
    if turn == 2:
        print("at it", flush=True)
"""


@pytest.fixture
def other(tmp_path: Path, open_client: Callable[..., InProcess]) -> InProcess:
    """A vault in use, whose main file has one memory; all else is only in its write-ahead log."""
    client = open_client(Settings(tmp_path / "other"))
    client.call("save", title="broker", content="The job broker is RabbitMQ.")
    checkpoint(client)
    client.call("forget", id=1)
    client.call("save", title="broker", content="The job broker is NATS.")
    return client


@pytest.fixture
def killed(other: InProcess, tmp_path: Path) -> Path:
    """The file of a vault as a kill leaves it, its log beside it."""
    folder = tmp_path / "killed"
    folder.mkdir()
    for each in other.context.settings.folder.glob("default.sqlite*"):
        shutil.copyfile(each, folder / each.name)
    return folder / "default.sqlite"


def checkpoint(client: InProcess, mode: str = "TRUNCATE") -> None:
    with closing(apsw.Connection(str(client.context.settings.vault_path))) as connection:
        busy, _, _ = connection.pragma("wal_checkpoint", mode)
    assert not busy


def contents(path: Path) -> list[str]:
    with lines_of_vault(str(path)) as lines:
        return [json.loads(line)["content"] for line in lines]


def as_it_stands(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {each.name: (each.read_bytes(), each.stat().st_mtime_ns) for each in folder.iterdir()}


def test_what_only_the_log_of_a_vault_in_use_has_is_brought_in(other: InProcess, client: InProcess) -> None:
    path = other.context.settings.vault_path
    before = as_it_stands(path.parent)
    assert set(before) >= {"default.sqlite", "default.sqlite-wal", "default.sqlite-shm"}
    assert import_file(client.context.settings, "vault", str(path), False, lambda done, total: None)["new"] == 1
    assert as_it_stands(path.parent) == before
    assert [each["title"] for each in client.call("list")["memories"]] == ["broker"]
    other.call("save", title="cache", content="The cache is Redis.")
    assert contents(path) == ["The job broker is NATS.", "The cache is Redis."]


@pytest.mark.parametrize("has_index", [True, False], ids=["with its index", "without"])
def test_a_vault_whose_program_was_killed_is_read_with_its_log_and_left_as_it_is(killed: Path, has_index: bool) -> None:
    if not has_index:
        Path(f"{killed}-shm").unlink()
    killed.chmod(0o444)
    killed.parent.chmod(0o555)
    before, changed = as_it_stands(killed.parent), killed.parent.stat().st_mtime_ns
    try:
        assert contents(killed) == ["The job broker is NATS."]
        assert (as_it_stands(killed.parent), killed.parent.stat().st_mtime_ns) == (before, changed)
    finally:
        killed.parent.chmod(0o755)


def test_the_log_is_found_beside_the_file_that_a_link_names(killed: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.sqlite"
    try:
        link.symlink_to(killed)
    except OSError:
        pytest.skip("no links here")
    assert contents(link) == ["The job broker is NATS."]


def test_a_transaction_that_the_kill_cut_short_is_left_out_as_a_whole(killed: Path) -> None:
    log = Path(f"{killed}-wal")
    with log.open("r+b") as file:
        file.truncate(log.stat().st_size - 1)
    assert contents(killed) == [], "forgotten in a transaction before"


def test_a_file_without_a_log_is_read_as_it_is(other: InProcess) -> None:
    other.close()
    path = other.context.settings.vault_path
    path.chmod(0o444)
    before = as_it_stands(path.parent)
    assert list(before) == ["default.sqlite"]
    assert contents(path) == ["The job broker is NATS."]
    assert as_it_stands(path.parent) == before


def test_a_log_that_cannot_be_read_is_said(killed: Path) -> None:
    log = Path(f"{killed}-wal")
    log.unlink()
    log.mkdir()
    with pytest.raises(DiskTrouble, match=r"default\.sqlite-wal cannot be copied") as refused:
        contents(killed)
    assert refused.value.hint


class TestBetweenTheCopiesOfFileAndLog:
    @pytest.fixture
    def meanwhile(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], list[str]]:
        """Do something each time the main file is copied, just before its log is; lists the names copied."""
        copied: list[str] = []
        copy = shutil.copyfile

        def arrange(act: Callable[[], None]) -> list[str]:
            def copying(source: Path, target: Path) -> None:
                copy(source, target)
                copied.append(source.name)
                if not source.name.endswith("-wal"):
                    act()

            monkeypatch.setattr(shutil, "copyfile", copying)
            monkeypatch.setattr(snapshot, "_PAUSE", 0)
            return copied

        return arrange

    @staticmethod
    def save(other: InProcess, number: int) -> None:
        other.call("save", title=f"fact {number}", content=f"The port of service {number} is {8000 + number}.")

    def test_a_checkpoint_does_no_harm(
        self, other: InProcess, meanwhile: Callable[[Callable[[], None]], list[str]]
    ) -> None:
        def write_back() -> None:
            self.save(other, len(copied))
            checkpoint(other, "PASSIVE")

        copied = meanwhile(write_back)
        assert len(contents(other.context.settings.vault_path)) == 2
        assert copied == ["default.sqlite", "default.sqlite-wal"], "at the first try"

    def test_a_log_that_was_begun_anew_makes_another_try(
        self, other: InProcess, meanwhile: Callable[[Callable[[], None]], list[str]]
    ) -> None:
        def begin_anew() -> None:
            if len(copied) == 1:
                checkpoint(other)
                self.save(other, 1)

        copied = meanwhile(begin_anew)
        assert len(contents(other.context.settings.vault_path)) == 2
        assert copied == ["default.sqlite", "default.sqlite-wal"] * 2

    def test_one_that_is_begun_anew_all_the_time_is_refused(
        self, other: InProcess, client: InProcess, meanwhile: Callable[[Callable[[], None]], list[str]]
    ) -> None:
        def begin_anew() -> None:
            checkpoint(other)
            self.save(other, len(copied))

        copied = meanwhile(begin_anew)
        path = str(other.context.settings.vault_path)
        with pytest.raises(VaultBusy, match="written to all the time") as refused:
            import_file(client.context.settings, "vault", path, False, lambda done, total: None)
        assert (refused.value.exit_status, bool(refused.value.hint)) == (1, True)
        assert client.call("status")["total"] == 0


@pytest.fixture
def written(tmp_path: Path) -> Iterator[Path]:
    """The file of a vault to which another process writes without a pause."""
    path = tmp_path / "written" / "default.sqlite"
    client = InProcess(Settings(path.parent), "test")
    for number in range(50):
        client.call("save", title=f"note {number}", content=f"{number} " * 300)
    client.close()
    program = subprocess.Popen([sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE)
    assert program.stdout is not None
    with program:
        assert program.stdout.readline() == b"at it\n"
        yield path
        program.kill()


def test_beside_a_writer_all_of_a_transaction_is_seen_or_none(written: Path) -> None:
    seen = set()
    for _ in range(15):
        try:
            with lines_of_vault(str(written)) as lines:
                titles = [json.loads(line)["title"] for line in lines]
        except VaultBusy:
            continue
        assert (len(titles), len(set(titles))) == (50, 1)
        seen.add(titles[0])
    assert len(seen) > 1
