"""Pull: what it brings, what it leaves alone, who notices, and what a killed one or a full disk leaves behind."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import apsw
import pytest
from tests.s3 import Store
from tests.server.sync.conftest import Machine

from mnemon_server.client.in_process import InProcess
from mnemon_server.errors import DiskTrouble, MnemonError, UsageError, VaultBusy, VaultMoved
from mnemon_server.settings import Settings
from mnemon_server.sync import pull
from mnemon_server.sync.settle import MARK, take_mark
from mnemon_server.sync.trouble import BackupRefused, SyncShrunk
from mnemon_server.vault.meta import read_meta, write_meta

Machines = Callable[[str], Machine]
needs_limits = pytest.mark.skipif(sys.platform == "win32", reason="limits on the size of a file are a POSIX thing")


class Killed(BaseException):
    """Nothing of ours catches it, as nothing of ours outlives a SIGKILL."""


def killed(*_: object, **__: object) -> None:
    raise Killed


@pytest.fixture
def desk(machine: Machines) -> Machine:
    """Has pushed three memories, each with an animal in it."""
    desk = machine("desk")
    desk.save("one zebra", "two zebras", "three")
    desk.call("push")
    return desk


@pytest.fixture
def laptop(desk: Machine, machine: Machines) -> Machine:
    """Has two of its own, and has never synced."""
    laptop = machine("laptop")
    laptop.save("of the laptop", "zebra of the laptop")
    return laptop


def titles_in(file: Path) -> set[str]:
    with closing(apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READONLY)) as connection:
        return {str(row[0]) for row in connection.execute("SELECT title FROM memories")}


def everything_in(folder: Path) -> dict[str, bytes]:
    """But for what a sync notes, the memory that connections share, and a log with nothing in it."""
    ours = ("sync.lock", "sync_state.json", "default.sqlite-shm")
    files = [file for file in folder.rglob("*") if file.is_file() and file.name not in ours]
    found = {str(file.relative_to(folder)): file.read_bytes() for file in files}
    return {name: content for name, content in found.items() if content or not name.endswith("-wal")}


# --- What it brings ---


def test_a_new_machine_gets_the_vault_and_nothing_else(desk: Machine, machine: Machines) -> None:
    new = machine("new")
    told = new.call("pull")
    assert (told["outcome"], told["memories"], told["is_head"]) == ("pulled", 3, True)
    assert (told["archived"], told["only_there"]) == (None, 0)
    assert new.titles() == desk.titles()
    assert {path.name for path in new.settings.folder.iterdir()} <= {
        "default.sqlite", "default.sqlite-wal", "default.sqlite-shm", "sync.lock", "sync_state.json",
    }  # fmt: skip
    assert new.settings.vault_path.stat().st_mode & 0o077 == 0


def test_what_it_replaces_goes_into_the_archive_and_is_counted(laptop: Machine) -> None:
    told = laptop.call("pull")
    [archived] = laptop.archives()
    assert (told["outcome"], told["archived"], told["only_there"]) == ("pulled", str(archived), 2)
    assert archived.stat().st_mode & 0o777 == 0o600
    assert titles_in(archived) == {"of the laptop", "zebra of the laptop"}
    assert laptop.titles() == {"one zebra", "two zebras", "three"}
    assert laptop.call("check_integrity")["problems"] == []


def test_a_second_pull_changes_not_one_byte(laptop: Machine) -> None:
    laptop.call("pull")
    before = everything_in(laptop.settings.folder)
    told = laptop.call("pull")
    assert (told["outcome"], told["archived"], told["is_head"]) == ("unchanged", None, True)
    assert everything_in(laptop.settings.folder) == before


def test_only_what_the_new_vault_lacks_is_counted(desk: Machine, laptop: Machine) -> None:
    laptop.call("pull")
    laptop.save("since then")
    laptop.call("forget", id=1)
    desk.save("four")
    desk.call("push")
    assert laptop.call("pull")["only_there"] == 1
    assert laptop.titles() == {"one zebra", "two zebras", "three", "four"}


def test_a_beginning_that_two_snapshots_have_names_neither(
    desk: Machine, laptop: Machine, store: Store, bucket: str
) -> None:
    newest = json.loads(store.body(bucket, "mnemon/default/manifest.json"))
    other = newest["sha256"][:10] + "".join("0" if digit != "0" else "1" for digit in newest["sha256"][10:])
    former = json.dumps({**newest, "sha256": other}).encode()
    store.put(bucket, f"mnemon/default/manifests/20260101T000000000Z-{other}.json", former)
    with pytest.raises(UsageError, match="2 snapshots begin with") as refused:
        laptop.call("pull", at=other[:10])
    assert refused.value.hint == "mnemon sync history"
    assert laptop.call("pull", at=newest["sha256"][:11])["outcome"] == "pulled"


# --- Who has the vault open ---


def test_a_refused_pull_changes_nothing_beside_an_open_client_either(
    laptop: Machine, store: Store, bucket: str
) -> None:
    with closing(InProcess(laptop.settings, "open")) as client:
        client.call("save", title="not yet in the file", content="only the log has it")
        before = everything_in(laptop.settings.folder)
        assert before["default.sqlite-wal"]
        key = json.loads(store.body(bucket, "mnemon/default/manifest.json"))["key"]
        body = bytearray(store.body(bucket, key))
        body[-1] ^= 1
        store.put(bucket, key, bytes(body))
        with pytest.raises(BackupRefused, match="was changed"):
            laptop.call("pull")
        assert everything_in(laptop.settings.folder) == before


def test_what_only_the_log_has_is_in_the_archive(laptop: Machine) -> None:
    with closing(InProcess(laptop.settings, "open")) as client:
        client.call("save", title="not yet in the file", content="only the log has it")
        assert "not yet in the file" in titles_in(Path(laptop.call("pull")["archived"]))


def test_an_open_client_searches_the_new_content_at_once(laptop: Machine) -> None:
    with closing(InProcess(laptop.settings, "open")) as client:
        vault = client.context.vault
        assert client.call("search", query="zebra", limit=1)["memories"][0]["title"] == "zebra of the laptop"
        before, frequencies = vault.generation, vault.frequencies
        laptop.call("pull")
        found = client.call("search", query="zebra", limit=2)["memories"]
        assert {memory["title"] for memory in found} == {"one zebra", "two zebras"}
        assert vault.generation != before
        assert vault.frequencies is not frequencies, "the counts of terms in the former content"
        client.call("save", title="and on", content="it goes")
    assert laptop.titles() == {"one zebra", "two zebras", "three", "and on"}


def test_who_is_in_the_middle_of_reading_reads_the_former_state_to_its_end(laptop: Machine) -> None:
    with closing(InProcess(laptop.settings, "open")) as client:
        with client.context.vault.read() as connection:
            assert connection.execute("SELECT count(*) FROM live").get == 2
            assert laptop.call("pull")["outcome"] == "pulled"
            titles = {str(row[0]) for row in connection.execute("SELECT title FROM live")}
            assert titles == {"of the laptop", "zebra of the laptop"}
        assert client.call("status")["total"] == 3


def test_an_open_client_survives_that_the_vault_was_damaged_and_replaced(laptop: Machine) -> None:
    with closing(InProcess(laptop.settings, "open")) as client:
        assert client.call("status")["total"] == 2
        path = laptop.settings.vault_path
        body = path.read_bytes()
        with path.open("r+b") as file:
            file.seek(4096)
            file.write(bytes(len(body) - 4096))
        told = laptop.call("pull")
        assert told["only_there"] is None, "nobody can tell"
        assert client.call("status")["total"] == 3
        client.call("save", title="and on", content="it goes")
    assert "and on" in laptop.titles()
    assert laptop.call("check_integrity")["problems"] == []


def test_whoever_saves_while_others_pull_finds_it_in_the_vault_or_in_the_archive(laptop: Machine) -> None:
    acknowledged, troubles = set[str](), list[BaseException]()
    is_over, has_saved = threading.Event(), [threading.Event() for _ in range(2)]

    def write(number: int) -> None:
        with closing(InProcess(laptop.settings, f"writer {number}")) as client:
            count = 0
            while not is_over.is_set():
                title = f"writer {number}, memory {count}"
                try:
                    client.call("save", title=title, content=f"the content of {title}")
                except VaultBusy:
                    continue
                acknowledged.add(title)
                has_saved[number].set()
                count += 1
                is_over.wait(0.005)  # SQLite hands its lock to whoever asks first, for ever

    def watched(number: int) -> None:
        try:
            write(number)
        except BaseException as trouble:
            troubles.append(trouble)
            has_saved[number].set()

    threads = [threading.Thread(target=watched, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(3):
            for event in has_saved:
                event.clear()
            assert all(event.wait(30) for event in has_saved)
            assert laptop.call("pull")["outcome"] == "pulled"
    finally:
        is_over.set()
        for thread in threads:
            thread.join()
    assert not troubles, troubles
    assert len(laptop.archives()) == 3
    assert acknowledged | {"of the laptop"} <= set().union(
        *(titles_in(file) for file in (laptop.settings.vault_path, *laptop.archives()))
    )
    assert laptop.call("check_integrity")["problems"] == []


def test_who_waits_for_a_writer_in_the_same_process_lets_it_finish(laptop: Machine) -> None:
    """On a server both are threads: were the interpreter held while waiting, none of them could go on."""
    with closing(InProcess(laptop.settings, "writer")) as client:
        with client.context.vault.write() as connection:
            write_meta(connection, MARK, "of a pull that was killed")
        holds = threading.Event()

        def write() -> None:
            with client.context.vault.write():
                holds.set()
                for _ in range(20):
                    threading.Event().wait(0.005)

        writer = threading.Thread(target=write)
        writer.start()
        assert holds.wait(10)
        take_mark(laptop.settings)
        writer.join()
    assert mark_in(laptop.settings) is None


# --- A vault that may not be replaced now ---


def test_a_vault_that_somebody_else_has_frozen_waits_for_them(laptop: Machine) -> None:
    """Whoever froze it counts on it: an upgrade copies it, and says goodbye to it then."""
    lease = laptop.call("freeze", seconds=600)["lease"]
    with pytest.raises(VaultBusy) as refused:
        laptop.call("pull")
    assert refused.value.hint
    assert laptop.archives() == []
    assert laptop.titles() == {"of the laptop", "zebra of the laptop"}
    with pytest.raises(VaultBusy):
        laptop.save("it is still frozen")
    assert laptop.call("thaw", lease=lease)["thawed"] is True
    assert laptop.call("pull")["outcome"] == "pulled"


def test_a_vault_whose_freeze_is_over_is_replaced_and_takes_writes(laptop: Machine) -> None:
    laptop.call("freeze", seconds=600)
    set_meta(laptop, "frozen_until", "1")
    assert laptop.call("pull")["outcome"] == "pulled"
    laptop.save("written")
    assert "written" in laptop.titles()


def test_a_vault_whose_memories_live_elsewhere_is_left_alone(laptop: Machine) -> None:
    set_meta(laptop, "state", "moved:https://memory.example")
    before = everything_in(laptop.settings.folder)
    with pytest.raises(VaultMoved, match=r"https://memory\.example"):
        laptop.call("pull")
    assert everything_in(laptop.settings.folder) == before


def set_meta(machine: Machine, key: str, value: str) -> None:
    with closing(apsw.Connection(str(machine.settings.vault_path))) as connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = ?", (value, key))
        connection.pragma("wal_checkpoint", "TRUNCATE")


# --- Killed in between ---


@pytest.mark.parametrize("next_command", ["nothing", "a status", "a refused push", "a refused pull"])
def test_killed_after_the_swap_the_vault_is_known_to_descend_from_what_came(
    laptop: Machine, monkeypatch: pytest.MonkeyPatch, next_command: str
) -> None:
    """Whatever is done before the next push, and however that ends."""
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(pull, "_remember", killed)
        laptop.call("pull")
    assert laptop.titles() == {"one zebra", "two zebras", "three"}
    assert mark_in(laptop.settings)
    if next_command == "a status":
        assert laptop.call("sync_status")["standing"] == "same"
    elif next_command == "a refused pull":
        with pytest.raises(UsageError):
            laptop.call("pull", at="never")
    elif next_command == "a refused push":
        for number in (1, 2, 3):
            laptop.call("forget", id=number)
        with pytest.raises(SyncShrunk):
            laptop.call("push")
        for number in (1, 2, 3):
            laptop.call("restore", id=number)
    laptop.save("saved since")
    told = laptop.call("push")
    assert (told["outcome"], told["memories"]) == ("pushed", 4)
    assert mark_in(laptop.settings) is None
    assert mark_in(laptop.settings, laptop.call("pull", at=told["replaced"]["sha256"])["archived"]) is None


def test_killed_before_the_swap_what_was_about_to_come_is_forgotten(
    laptop: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything_in(laptop.settings.folder)
    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(pull, "replace_content", killed)
        laptop.call("pull")
    assert everything_in(laptop.settings.folder) == before
    with pytest.raises(MnemonError, match="this machine never has"):
        laptop.call("push")
    assert laptop.call("pull")["outcome"] == "pulled"
    laptop.save("saved since")
    assert laptop.call("push")["outcome"] == "pushed"


def mark_in(settings: Settings, file: str = "") -> str | None:
    with closing(apsw.Connection(file or str(settings.vault_path))) as connection:
        return read_meta(connection, "pulled")


# --- A disk that is full, from this moment on ---


@contextmanager
def no_file_beyond(size: int) -> Iterator[None]:
    """Python has its processes ignore the signal: whoever writes beyond is told that it cannot be."""
    import resource

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@needs_limits
def test_a_disk_that_is_full_when_the_backup_should_become_the_vault_changes_nothing(
    laptop: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the middle of readying it, of the archive's copy, and of the swap: whatever is the first that fails."""
    before, size = laptop.titles(), laptop.settings.vault_path.stat().st_size
    swap = pull.replace_content
    for limit in (0, 512, 6_000, 20_000, size - 4_096, size):

        def swap_on_a_full_disk(*given: Any, limit: int = limit) -> Path | None:
            with no_file_beyond(limit):
                return swap(*given)

        monkeypatch.setattr(pull, "replace_content", swap_on_a_full_disk)
        with pytest.raises(DiskTrouble) as refused:
            laptop.call("pull")
        assert refused.value.hint, (limit, refused.value.message)
        assert "not an error" not in refused.value.message, limit
        assert laptop.titles() == before
        assert list(laptop.settings.folder.glob("archive/*")) == [], (limit, "a full disk needs no copies")
        assert list(laptop.settings.folder.glob("sync-work-*")) == []
    monkeypatch.setattr(pull, "replace_content", swap)
    assert laptop.call("pull")["outcome"] == "pulled"


@needs_limits
def test_a_damaged_vault_stays_where_it_is_when_the_disk_is_full(
    laptop: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, swap = laptop.settings.vault_path, pull.replace_content
    damaged = path.read_bytes()[:4096] + bytes(500_000)
    path.write_bytes(damaged)

    def swap_on_a_full_disk(*given: Any) -> Path | None:
        with no_file_beyond(400_000):
            return swap(*given)

    monkeypatch.setattr(pull, "replace_content", swap_on_a_full_disk)
    with pytest.raises(DiskTrouble):
        laptop.call("pull")
    assert path.read_bytes() == damaged
    assert [file for file in laptop.settings.folder.rglob("damaged-*/*") if file.is_file()] == [], "no half of one"
    monkeypatch.setattr(pull, "replace_content", swap)
    told = laptop.call("pull")
    assert Path(told["archived"]).read_bytes() == damaged
    assert laptop.titles() == {"one zebra", "two zebras", "three"}


def test_notes_that_cannot_be_written_are_trouble_with_the_disk(laptop: Machine) -> None:
    (laptop.settings.folder / ".sync_state.json.new").mkdir()
    for action in ("pull", "push", "sync_verify"):
        with pytest.raises(MnemonError) as refused:
            laptop.call(action, **({"force": True} if action == "push" else {}))
        assert isinstance(refused.value, DiskTrouble)
    assert laptop.titles() == {"of the laptop", "zebra of the laptop"}
