"""Opening a vault: created whole, recognised, refused, migrated, replaced."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import apsw
import pytest

from mnemon_server.errors import DiskTrouble, VaultBusy, VaultMoved, VaultRefused, VaultTooNew
from mnemon_server.settings import Settings
from mnemon_server.vault import counts, integrity, memories
from mnemon_server.vault.connection import Vault
from mnemon_server.vault.memories import Draft
from mnemon_server.vault.meta import read_meta, write_meta
from mnemon_server.vault.migrate import NEWEST, Migration, released_migrations, schema_version
from mnemon_server.vault.open import open_vault_file
from mnemon_server.vault.replace import replace_content
from mnemon_server.vault.snapshot import open_copy

FIXTURES = Path(__file__).parents[2] / "fixtures"


def save(vault: Vault, title: str) -> None:
    with vault.write() as connection:
        memories.insert(connection, Draft(title, title, "note", 0.5, "test"), 1)


def total(vault: Vault) -> int:
    with vault.read() as connection:
        return counts.count(connection).total


def test_a_new_vault_is_private_and_whole(vault: Vault) -> None:
    save(vault, "first")
    assert stat.S_IMODE(vault.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(vault.path.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in vault.path.parent.iterdir() if ".new-" in entry.name] == []


def test_the_wal_is_private_too(vault: Vault) -> None:
    save(vault, "first")
    modes = {entry.name: stat.S_IMODE(entry.stat().st_mode) for entry in vault.path.parent.iterdir()}
    assert set(modes.values()) == {0o600}, modes


def test_opening_and_reading_write_nothing(vault: Vault) -> None:
    save(vault, "first")
    vault.close()
    before = vault.path.read_bytes()
    again = Vault(vault.path)
    assert total(again) == 1
    again.close()
    assert vault.path.read_bytes() == before


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "is empty"), (b"hello, I am a text" * 20, "not a SQLite database"), (b"SQLite format 3\0", "not a SQLite")],
)
def test_a_file_that_is_no_database_is_refused_and_left_alone(settings: Settings, content: bytes, says: str) -> None:
    settings.folder.mkdir()
    settings.vault_path.write_bytes(content)
    with pytest.raises(VaultRefused, match=says):
        total(Vault(settings.vault_path))
    assert settings.vault_path.read_bytes() == content
    assert [entry.name for entry in settings.folder.iterdir()] == ["default.sqlite"]


def test_a_foreign_database_is_refused_and_left_alone(settings: Settings) -> None:
    settings.folder.mkdir()
    foreign = sqlite3.connect(settings.vault_path)
    foreign.execute("CREATE TABLE bookmarks (url TEXT)")
    foreign.commit()
    foreign.close()
    before = settings.vault_path.read_bytes()
    with pytest.raises(VaultRefused, match="not a mnemon vault"):
        total(Vault(settings.vault_path))
    assert settings.vault_path.read_bytes() == before


def test_a_vault_of_the_earlier_generation_is_recognised_and_left_untouched(settings: Settings) -> None:
    settings.folder.mkdir()
    shutil.copy(FIXTURES / "vault-0.7.9.sqlite", settings.vault_path)
    before = settings.vault_path.read_bytes()
    with pytest.raises(VaultRefused, match=r"earlier 0\.7 generation with \d+ memories"):
        total(Vault(settings.vault_path))
    assert settings.vault_path.read_bytes() == before
    assert [entry.name for entry in settings.folder.iterdir()] == ["default.sqlite"]


def test_a_newer_vault_is_refused_with_the_upgrade_command(vault: Vault) -> None:
    save(vault, "first")
    with vault.write() as connection:
        connection.execute("PRAGMA user_version = 99")
    vault.close()
    with pytest.raises(VaultTooNew, match="99") as refusal:
        total(Vault(vault.path))
    assert refusal.value.hint == "pip install --upgrade mnemon-memory"
    assert refusal.value.exit_status == 4


def test_a_damaged_vault_is_refused(vault: Vault) -> None:
    for number in range(50):
        save(vault, f"memory {number}")
    vault.close()
    whole = vault.path.read_bytes()
    vault.path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))
    with pytest.raises(VaultRefused, match="damaged"):
        total(Vault(vault.path))


def test_a_migration_archives_a_copy_first(vault: Vault) -> None:
    save(vault, "before the migration")
    vault.close()
    scripts = (*released_migrations(), Migration(NEWEST + 1, "ALTER TABLE memories ADD COLUMN mood TEXT"))
    opened = open_vault_file(vault.path, scripts)
    assert schema_version(opened.connection) == NEWEST + 1
    assert opened.connection.execute("SELECT title, mood FROM live").get == ("before the migration", None)
    opened.connection.close()
    [archived] = (vault.path.parent / "archive").iterdir()
    assert archived.name.startswith(f"pre-schema-{NEWEST}-")
    assert stat.S_IMODE(archived.stat().st_mode) == 0o600
    copy = apsw.Connection(str(archived), flags=apsw.SQLITE_OPEN_READONLY)
    assert copy.execute("SELECT title FROM memories").get == "before the migration"
    assert schema_version(copy) == NEWEST
    copy.close()


def test_a_vault_of_the_first_schema_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "first" / "default.sqlite"
    path.parent.mkdir()
    shutil.copy(FIXTURES / "vaults" / "schema-1.sqlite", path)
    vault = Vault(path)
    with vault.read() as connection:
        assert schema_version(connection) == NEWEST
        found = memories.find_live(connection, 1)
        assert found is not None
        assert (found.title, found.pinned, found.captured) == ("Why SQLite", True, None)
    vault.close()
    [archived] = (path.parent / "archive").iterdir()
    assert archived.name.startswith("pre-schema-1-")


def test_a_failing_migration_changes_nothing(vault: Vault) -> None:
    save(vault, "kept")
    vault.close()
    broken = (
        *released_migrations(),
        Migration(NEWEST + 1, "ALTER TABLE memories ADD COLUMN mood TEXT; SELECT nonsense()"),
    )
    with pytest.raises(apsw.SQLError):
        open_vault_file(vault.path, broken)
    assert total(Vault(vault.path)) == 1
    reopened = open_vault_file(vault.path)
    assert schema_version(reopened.connection) == NEWEST
    reopened.connection.close()


def test_a_replaced_file_is_noticed_by_readers_and_writers(vault: Vault, settings: Settings, tmp_path: Path) -> None:
    save(vault, "old vault")
    other = Vault(tmp_path / "other" / "default.sqlite")
    for number in range(3):
        save(other, f"new vault {number}")
    other.close()
    other.path.replace(vault.path)
    assert total(vault) == 3
    save(vault, "after the swap")
    assert total(Vault(vault.path)) == 4


def test_two_connections_survive_a_replaced_file(vault: Vault, tmp_path: Path) -> None:
    """The old file's WAL is still there, with its last writes in it; it must not end up in the new file."""
    second = Vault(vault.path)
    save(vault, "old vault")
    save(second, "old vault again")
    other = Vault(tmp_path / "other" / "default.sqlite")
    save(other, "new vault")
    other.close()
    other.path.replace(vault.path)
    save(vault, "by the first")
    save(second, "by the second")
    save(vault, "by the first again")
    with Vault(vault.path).read() as connection:
        assert integrity.problems(connection) == ["the word index lacks 4 memories and holds 0 it should not"]
    assert total(vault) == total(second) == 4
    second.close()


def test_a_writer_that_waited_through_a_swap_writes_to_the_new_file(vault: Vault, tmp_path: Path) -> None:
    save(vault, "old vault")
    other = Vault(tmp_path / "other" / "default.sqlite")
    save(other, "new vault")
    other.close()
    begin = vault._current().connection

    class SwapOnBegin:
        """Stands where the connection stands and swaps the file just before the write lock is taken."""

        swapped = False

        def execute(self, sql: str, *rest: object) -> object:
            if sql == "BEGIN IMMEDIATE" and not SwapOnBegin.swapped:
                SwapOnBegin.swapped = True
                other.path.replace(vault.path)
            return begin.execute(sql, *rest)  # type: ignore[arg-type]  # passed through as given

        def __getattr__(self, name: str) -> object:
            return getattr(begin, name)

    assert vault._opened is not None
    object.__setattr__(vault._opened, "connection", SwapOnBegin())
    save(vault, "after the swap")
    with Vault(vault.path).read() as connection:
        assert [row[0] for row in connection.execute("SELECT title FROM live ORDER BY id")] == [
            "new vault",
            "after the swap",
        ]


def test_a_vault_that_disappears_is_not_silently_made_anew(vault: Vault) -> None:
    save(vault, "first")
    vault.path.unlink()
    with pytest.raises(VaultRefused, match="disappeared"):
        total(vault)
    assert not vault.path.exists()


def test_a_frozen_vault_takes_no_writes_and_says_try_again(vault: Vault) -> None:
    save(vault, "first")
    with vault.write() as connection:
        write_meta(connection, "state", "frozen")
    with pytest.raises(VaultBusy, match="frozen"):
        save(vault, "second")
    assert total(vault) == 1


def test_a_moved_vault_names_where_the_memories_are(vault: Vault) -> None:
    save(vault, "first")
    with vault.write() as connection:
        write_meta(connection, "state", "moved:https://example.test")
    with pytest.raises(VaultMoved, match=r"https://example\.test"):
        save(vault, "second")


def test_a_transaction_that_raises_leaves_nothing(vault: Vault) -> None:
    save(vault, "first")
    with pytest.raises(RuntimeError), vault.write() as connection:
        memories.insert(connection, Draft("half", "half", "note", 0.5, "test"), 1)
        raise RuntimeError
    assert total(vault) == 1


def test_a_full_disk_is_named_and_loses_nothing(vault: Vault) -> None:
    save(vault, "first")
    with vault.read() as connection:
        pages = connection.execute("PRAGMA page_count").get
        connection.execute(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(DiskTrouble, match="full"), vault.write() as connection:
        memories.insert(connection, Draft("big", "x" * 200_000, "note", 0.5, "test"), 1)
    assert total(vault) == 1
    with vault.read() as connection:
        connection.execute("PRAGMA max_page_count = 4294967294")
    save(vault, "second")
    assert total(vault) == 2


LIMITED_DISK = """
import resource, sys
from pathlib import Path
from mnemon_server.errors import DiskTrouble
from mnemon_server.vault.connection import Vault
from mnemon_server.vault import memories
from mnemon_server.vault.memories import Draft
vault = Vault(Path(sys.argv[1]))
with vault.write() as connection:
    memories.insert(connection, Draft("first", "first", "note", 0.5, "t"), 1)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    with vault.write() as connection:
        memories.insert(connection, Draft("big", "x" * 900_000, "note", 0.5, "t"), 1)
except DiskTrouble as trouble:
    print("refused:", trouble.message)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are a POSIX thing")
def test_a_disk_that_takes_no_more_bytes_loses_nothing(settings: Settings) -> None:
    script = [sys.executable, "-c", LIMITED_DISK, str(settings.vault_path)]
    done = subprocess.run(script, capture_output=True, text=True, timeout=60)
    assert "refused:" in done.stdout, done.stderr
    vault = Vault(settings.vault_path)
    assert total(vault) == 1
    vault.close()


READ_ONLY = """
import os, sys, urllib.parse
from pathlib import Path
from mnemon_server.errors import DiskTrouble
from mnemon_server.vault.connection import Vault
from mnemon_server.vault import memories, counts
from mnemon_server.vault.memories import Draft
with Vault(Path(sys.argv[2])).read():
    pass  # everything is imported now: another user may not be able to read this interpreter's files
if os.getuid() == 0:  # root may write anywhere
    os.setgid(65534)
    os.setuid(65534)
vault = Vault(Path(sys.argv[1]))
with vault.read() as connection:
    print("total", counts.count(connection).total)
try:
    with vault.write() as connection:
        memories.insert(connection, Draft("x", "x", "note", 0.5, "t"), 1)
except DiskTrouble as trouble:
    print("refused:", trouble.message)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="modes are a POSIX thing")
def test_a_read_only_folder_can_be_read_and_says_why_it_cannot_be_written(tmp_path: Path) -> None:
    folder = Path("/tmp") / f"mnemon-read-only-{os.getpid()}"
    vault = Vault(folder / "default.sqlite")
    try:
        save(vault, "first")
        vault.close()
        vault.path.chmod(0o444)
        folder.chmod(0o555)
        script = [sys.executable, "-c", READ_ONLY, str(vault.path), str(tmp_path / "warm" / "default.sqlite")]
        done = subprocess.run(script, capture_output=True, text=True, timeout=60, cwd="/")
        assert "total 1" in done.stdout, done.stderr
        assert "read-only" in done.stdout
    finally:
        folder.chmod(0o755)
        shutil.rmtree(folder)


def test_two_processes_that_create_the_vault_at_once_share_one(settings: Settings) -> None:
    script = (
        "import sys; from pathlib import Path; from mnemon_server.vault.connection import Vault\n"
        "from mnemon_server.vault.meta import read_meta\n"
        "vault = Vault(Path(sys.argv[1]))\n"
        "with vault.read() as connection: print(read_meta(connection, 'vault_uid'))"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", script, str(settings.vault_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(8)
    ]
    uids = {process.communicate(timeout=60)[0].strip() for process in running}
    assert len(uids) == 1
    assert uids != {""}
    with Vault(settings.vault_path).read() as connection:
        assert uids == {read_meta(connection, "vault_uid")}


def test_a_read_that_was_ended_from_below_keeps_the_first_trouble(settings: Settings) -> None:
    vault = Vault(settings.vault_path)
    with pytest.raises(ZeroDivisionError), vault.read() as connection:
        connection.execute("ROLLBACK")  # as SQLite does on a disk in trouble
        raise ZeroDivisionError
    with vault.read() as connection:
        assert connection.execute("SELECT 1").get == 1
    vault.close()


def test_who_works_behind_others_makes_no_vault(settings: Settings) -> None:
    vault = Vault(settings.vault_path, creates=False)
    with pytest.raises(VaultRefused, match="there is no vault"), vault.read():
        pass
    assert not settings.folder.exists()
    other = Vault(settings.vault_path)
    with other.read():
        pass
    with vault.read() as connection:
        assert connection.execute("SELECT count(*) FROM live").get == 0
    vault.close()
    other.close()


def in_the_file_alone(path: Path) -> list[str]:
    """Titles of the memories that are there without the WAL."""
    with closing(open_copy(path)) as alone:
        return [title for (title,) in alone.execute("SELECT title FROM memories ORDER BY id")]


def test_a_checkpoint_writes_the_wal_back_while_others_have_the_vault_open(vault: Vault) -> None:
    other = Vault(vault.path)
    save(other, "first")
    assert in_the_file_alone(vault.path) == []
    other.checkpoint()
    assert in_the_file_alone(vault.path) == ["first"]
    save(vault, "second")
    assert total(other) == 2
    other.close()


def test_what_came_into_a_vault_that_others_have_open_is_in_its_file(vault: Vault, tmp_path: Path) -> None:
    save(vault, "before")
    successor = Vault(tmp_path / "successor.sqlite")
    save(successor, "after")
    successor.close()
    replace_content(vault.path, successor.path, "pre-pull")
    assert in_the_file_alone(vault.path) == ["after"]
    assert total(vault) == 1
