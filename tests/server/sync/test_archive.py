"""The archive: what it lists, what becomes the vault again, and bringing memories in from there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.server.sync.conftest import Machine

from mnemon_server.client.files import import_file
from mnemon_server.errors import UsageError, VaultBusy, VaultRefused
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
