"""What is noted of files of others, and what becomes of notes that cannot be read."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from mnemon_installer.plan.lock import alone, one_at_a_time
from mnemon_installer.plan.receipts import FolderNote, Receipt, Receipts, digest_of_value
from mnemon_installer.world.dry import DryWorld
from mnemon_installer.world.real import RealWorld

FILE = Path("/home/u/.claude.json")
RECEIPT = Receipt(
    owner="claude-code",
    kinds=("entry", "hooks"),
    before="b",
    after="a",
    earlier="e",
    place=("mcpServers", "mnemon"),
    parents=(("mcpServers",),),
    folders=("/home/u/x",),
    backup="/copy",
    when="2026-01-01T00:00:00+00:00",
)


@pytest.fixture
def receipts(world: RealWorld, home: Path) -> Receipts:
    return Receipts(world, home / "ops")


def test_a_receipt_is_read_as_it_was_written_and_private(receipts: Receipts) -> None:
    receipts.keep(FILE, RECEIPT)
    assert receipts.of(FILE) == RECEIPT
    assert receipts.all() == {FILE: RECEIPT}
    assert stat.S_IMODE(receipts.path.stat().st_mode) == 0o600
    receipts.drop(FILE)
    assert receipts.of(FILE) is None


def test_the_same_note_twice_writes_nothing(receipts: Receipts) -> None:
    receipts.keep(FILE, RECEIPT)
    before = receipts.path.stat().st_mtime_ns
    receipts.keep(FILE, RECEIPT)
    receipts.drop(Path("/elsewhere"))
    assert receipts.path.stat().st_mtime_ns == before


def test_a_rehearsal_notes_nothing(world: RealWorld, home: Path) -> None:
    receipts = Receipts(DryWorld(world), home / "ops")
    receipts.keep(FILE, RECEIPT)
    assert receipts.of(FILE) == RECEIPT
    assert list(home.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"files": []}', b'{"files": {"/f": 1}}', b"\xff"])
def test_notes_that_cannot_be_read_are_none_and_are_written_anew(receipts: Receipts, content: bytes) -> None:
    receipts.path.parent.mkdir()
    receipts.path.write_bytes(content)
    assert receipts.all() == {}
    assert receipts.folder() is None
    receipts.drop(FILE)
    receipts.keep(FILE, RECEIPT)
    assert receipts.of(FILE) == RECEIPT


def test_a_receipt_of_a_newer_version_is_read_as_far_as_we_know(receipts: Receipts) -> None:
    receipts.keep(FILE, RECEIPT)
    noted = json.loads(receipts.path.read_text())
    noted["files"][str(FILE)] |= {"mood": "good"}
    noted["files"]["/half"] = {"owner": "x"}
    receipts.path.write_text(json.dumps(noted))
    assert receipts.all() == {FILE: RECEIPT}


def test_a_receipt_from_when_a_file_held_one_thing_of_ours_is_still_read(receipts: Receipts) -> None:
    old = {"owner": "cursor", "kind": "rules", "before": None, "after": "a", "place": [], "version": "0.8.0"}
    receipts.path.parent.mkdir()
    receipts.path.write_text(json.dumps({"format": 1, "files": {str(FILE): old}}))
    assert receipts.of(FILE) == Receipt(owner="cursor", kinds=("rules",), before=None, after="a", version="0.8.0")


def test_the_first_flow_notes_how_the_folder_was_and_later_ones_do_not(world: RealWorld, home: Path) -> None:
    ops = home / "vault" / "ops"
    with one_at_a_time(world, ops, "setup"):
        pass
    assert Receipts(world, ops).folder() == FolderNote(made=True)
    (home / "vault" / "theirs").mkdir()
    with one_at_a_time(world, ops, "setup"):
        pass
    assert Receipts(world, ops).folder() == FolderNote(made=True)


def test_folders_that_were_there_first_are_noted(world: RealWorld, home: Path) -> None:
    (home / "docs" / "archive").mkdir(parents=True)
    with one_at_a_time(world, home / "docs" / "ops", "setup"):
        pass
    assert Receipts(world, home / "docs" / "ops").folder() == FolderNote(made=False, found=("archive",))


def test_who_comes_to_take_away_notes_no_folder_that_was_there(world: RealWorld, home: Path) -> None:
    (home / "docs").mkdir()
    with alone(world, home / "docs" / "ops", ("uninstall", "setup")):
        assert sorted(lock.name for lock in (home / "docs" / "ops").iterdir()) == ["setup.lock", "uninstall.lock"]
    assert list((home / "docs" / "ops").iterdir()) == []


def test_a_value_is_known_by_what_it_says_not_by_its_layout() -> None:
    assert digest_of_value({"a": 1, "b": [2]}) == digest_of_value({"b": [2], "a": 1})
    assert digest_of_value({"a": 1}) != digest_of_value({"a": 2})
