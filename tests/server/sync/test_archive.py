"""The archive: what it lists, what becomes the vault again, and bringing memories in from there."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import apsw
import pytest
from tests.server.sync.conftest import Machine

from mnemon_server.client.files import import_file
from mnemon_server.errors import DiskTrouble, UsageError, VaultBusy, VaultRefused, VaultTooNew
from mnemon_server.settings import Settings
from mnemon_server.sync.trouble import BackupRefused
from mnemon_server.vault.archive import NotArchived
from mnemon_server.vault.open import open_vault_file
from mnemon_server.vault.snapshot import archive_copy

Machines = Callable[[str], Machine]


@pytest.fixture
def desk(tmp_path: Path) -> Machine:
    """Its archive has the vault as it was with one memory, and with two."""
    desk = Machine(Settings(tmp_path / "desk" / ".mnemon"))
    desk.save("one")
    put_aside(desk, "pre-web")
    desk.save("two")
    put_aside(desk, "pre-pull")
    desk.save("three")
    return desk


def put_aside(machine: Machine, reason: str) -> Path:
    connection = open_vault_file(machine.settings.vault_path).connection
    try:
        return archive_copy(connection, machine.settings.vault_path, reason)
    finally:
        connection.close()


def names(machine: Machine) -> list[str]:
    return [copy["name"] for copy in machine.call("archive_list")["copies"]]


def test_the_newest_stands_first_and_what_is_no_copy_is_not_listed(desk: Machine) -> None:
    folder = desk.settings.archive_folder
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    (folder / "making-4194305-0123abcd.part").write_bytes(b"")
    told = desk.call("archive_list")
    assert [copy["reason"] for copy in told["copies"]] == ["pre-pull", "pre-web"]
    assert told["bytes"] == sum(copy["bytes"] for copy in told["copies"])
    assert {Path(folder / name).stat().st_mode & 0o077 for name in names(desk)} == {0}
    put_aside(desk, "pre-web")
    assert not (folder / "making-4194305-0123abcd.part").exists(), "its process is long gone"


def test_a_copy_becomes_the_vault_and_the_vault_a_copy(desk: Machine) -> None:
    two, one = names(desk)
    told = desk.call("archive_restore", name=one)
    assert (told["restored"], told["memories"], told["only_there"]) == (one, 1, 2)
    assert Path(told["archived"]).name.startswith("pre-restore-")
    assert desk.titles() == {"one"}
    desk.save("goes on")
    assert desk.call("archive_restore", name=two.removesuffix(".sqlite"))["memories"] == 2
    assert desk.titles() == {"one", "two"}
    assert {one, two} <= set(names(desk)), "what is restored stays in the archive"
    desk.call("archive_restore", name=Path(told["archived"]).name)
    assert desk.titles() == {"one", "two", "three"}


def test_a_beginning_is_enough_when_one_copy_has_it(desk: Machine) -> None:
    assert desk.call("archive_restore", name="pre-web")["memories"] == 1
    with pytest.raises(UsageError, match="3 copies"):
        desk.call("archive_restore", name="pre-")
    for name in ("pre-migration", "", "../default.sqlite", "/etc/passwd", "a\x1b[31m"):
        with pytest.raises((NotArchived, UsageError)):
            desk.call("archive_restore", name=name)


def test_a_damaged_copy_is_refused(desk: Machine) -> None:
    file = desk.settings.archive_folder / names(desk)[0]
    file.write_bytes(file.read_bytes()[:-5000])
    with pytest.raises(BackupRefused, match="damaged"):
        desk.call("archive_restore", name=file.name)
    assert desk.titles() == {"one", "two", "three"}
    assert not list(desk.settings.archive_folder.glob("pre-restore-*"))


def test_a_copy_of_a_frozen_vault_takes_writes(desk: Machine) -> None:
    lease = desk.call("freeze", seconds=600)["lease"]
    frozen = put_aside(desk, "pre-pull").name
    with pytest.raises(VaultBusy, match="frozen"):
        desk.call("archive_restore", name=frozen)
    desk.call("thaw", lease=lease)
    told = desk.call("archive_restore", name=frozen)
    assert told["memories"] == 3
    desk.save("written")
    assert "written" in desk.titles()


def test_memories_are_brought_in_from_a_copy_which_stays_as_it_is(desk: Machine) -> None:
    file = desk.settings.archive_folder / names(desk)[0]
    before, folder = file.read_bytes(), sorted(desk.settings.archive_folder.iterdir())
    desk.call("archive_restore", name="pre-web")
    folder_now = sorted(desk.settings.archive_folder.iterdir())
    told = import_file(desk.settings, "vault", str(file), False, lambda done, total: None)
    assert (told["new"], told["existing"]) == (1, 1)
    assert desk.titles() == {"one", "two"}
    assert file.read_bytes() == before
    assert len(folder_now) == len(folder) + 1
    assert sorted(desk.settings.archive_folder.iterdir()) == folder_now
    assert import_file(desk.settings, "vault", str(file), True, lambda done, total: None)["new"] == 0


def test_what_is_no_vault_brings_nothing_in(desk: Machine, tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("no vault", encoding="utf-8")
    for path in (text, tmp_path / "missing", tmp_path):
        with pytest.raises(VaultRefused):
            import_file(desk.settings, "vault", str(path), False, lambda done, total: None)
    assert desk.titles() == {"one", "two", "three"}


def test_whatever_lies_in_the_archive_the_rest_is_listed(desk: Machine) -> None:
    """A file that only looks as if it had a date, a link to nowhere, a folder with the name of a copy."""
    folder, copies = desk.settings.archive_folder, names(desk)
    (folder / "mine-20260231T999999.sqlite").write_bytes(b"mine")
    (folder / "pre-pull-20260101T000000000001.sqlite").symlink_to(folder / "nowhere")
    (folder / "pre-pull-20260101T000000000002.sqlite").mkdir()
    assert names(desk) == copies
    assert desk.call("archive_restore", name="pre-web")["memories"] == 1


def test_restoring_where_there_is_no_vault_makes_one_that_only_its_owner_reads(desk: Machine) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{desk.settings.vault_path}{suffix}").unlink(missing_ok=True)
    told = desk.call("archive_restore", name="pre-pull")
    assert (told["archived"], told["only_there"]) == (None, 0)
    assert desk.titles() == {"one", "two"}
    assert desk.settings.vault_path.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(sys.platform == "win32", reason="limits on the size of a file are a POSIX thing")
def test_a_disk_that_is_full_is_said_and_the_vault_is_as_it_was(desk: Machine) -> None:
    import resource

    copies, before = names(desk), resource.getrlimit(resource.RLIMIT_FSIZE)
    size = (desk.settings.archive_folder / copies[0]).stat().st_size
    for limit in (0, 4_096, size - 4_096, size):
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
        try:
            with pytest.raises(DiskTrouble) as refused:
                desk.call("archive_restore", name=copies[0])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert refused.value.hint
        assert desk.titles() == {"one", "two", "three"}
        assert names(desk) == copies
        assert not list(desk.settings.folder.glob("sync-work-*"))
    assert desk.call("archive_restore", name=copies[0])["memories"] == 2


def test_a_file_that_brings_nothing_in_is_called_by_its_own_name(desk: Machine, tmp_path: Path) -> None:
    """It is read from a copy, of which its owner knows nothing."""
    other, newer = tmp_path / "other.sqlite", tmp_path / "newer.sqlite"
    with closing(apsw.Connection(str(other))) as connection:
        connection.execute("CREATE TABLE diary (day TEXT)")
    shutil.copyfile(desk.settings.archive_folder / names(desk)[0], newer)
    with closing(apsw.Connection(str(newer))) as connection:
        connection.pragma("user_version", 99)
    earlier = tmp_path / "earlier.sqlite"
    shutil.copyfile(Path(__file__).parents[2] / "fixtures" / "vault-0.7.9.sqlite", earlier)
    for file, kind in ((other, VaultRefused), (earlier, VaultRefused), (newer, VaultTooNew)):
        before = file.read_bytes()
        with pytest.raises(kind) as refused:
            import_file(desk.settings, "vault", str(file), False, lambda done, total: None)
        assert "mnemon-import-" not in refused.value.message
        assert str(file) in refused.value.message or kind is VaultTooNew
        assert "MNEMON_VAULT_DIR" not in refused.value.hint, "nothing is wrong with the vault in use"
        assert file.read_bytes() == before
    assert desk.titles() == {"one", "two", "three"}


def test_memories_of_a_vault_with_an_older_schema_are_brought_in(desk: Machine) -> None:
    old = Path(__file__).parents[2] / "fixtures" / "vaults" / "schema-1.sqlite"
    before = old.read_bytes()
    assert import_file(desk.settings, "vault", str(old), True, lambda done, total: None)["new"] == 2
    assert desk.titles() == {"one", "two", "three"}
    assert import_file(desk.settings, "vault", str(old), False, lambda done, total: None)["new"] == 2
    assert desk.titles() > {"one", "two", "three"}
    assert old.read_bytes() == before


def test_what_is_counted_as_missing_is_what_an_import_brings_in(desk: Machine) -> None:
    """Also where both have a memory, of which one is newer."""
    desk.call("save", title="kept up to date", content="its first version", source_key="notes/1")
    put_aside(desk, "pre-web2")
    desk.call("save", title="kept up to date", content="its second version", source_key="notes/1")
    told = desk.call("archive_restore", name="pre-web2")
    brought = import_file(desk.settings, "vault", told["archived"], False, lambda done, total: None)
    assert brought["new"] == told["only_there"]
