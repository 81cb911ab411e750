"""A file is replaced whole, in its own place, with its own mode, and only when it is still the one we read."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from mnemon_installer.world import FileChanged, FileTrouble
from mnemon_installer.world.real import RealWorld


@pytest.fixture
def world(home: Path) -> RealWorld:
    return RealWorld({}, home, sys.platform)


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_file_is_private_and_so_are_the_folders_above_it(world: RealWorld, home: Path) -> None:
    path = home / "a" / "b" / "file"
    world.write(path, b"x", None)
    assert path.read_bytes() == b"x"
    assert [mode_of(each) for each in (path, path.parent, path.parent.parent)] == [0o600, 0o700, 0o700]


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o640])
def test_an_existing_file_keeps_its_mode(world: RealWorld, home: Path, mode: int) -> None:
    path = home / "file"
    path.write_bytes(b"old")
    path.chmod(mode)
    world.write(path, b"new", b"old", 0o600)
    assert (path.read_bytes(), mode_of(path)) == (b"new", mode)


def test_a_link_stays_a_link(world: RealWorld, home: Path) -> None:
    target = home / "dotfiles" / "real"
    target.parent.mkdir()
    target.write_bytes(b"old")
    link = home / "link"
    link.symlink_to(Path("dotfiles") / "real")
    world.write(link, b"new", b"old")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"


@pytest.mark.parametrize("expected", [None, b"what we read"])
def test_somebody_elses_change_is_kept(world: RealWorld, home: Path, expected: bytes | None) -> None:
    path = home / "file"
    path.write_bytes(b"theirs")
    with pytest.raises(FileChanged):
        world.write(path, b"ours", expected)
    assert path.read_bytes() == b"theirs"
    assert [each.name for each in home.iterdir()] == ["file"]


def test_a_file_that_vanished_is_not_brought_back(world: RealWorld, home: Path) -> None:
    with pytest.raises(FileChanged):
        world.write(home / "file", b"ours", b"what we read")
    assert list(home.iterdir()) == []


def test_drafts_of_killed_processes_are_swept(world: RealWorld, home: Path) -> None:
    old, fresh = home / ".file.mnemon-0000", home / ".file.mnemon-1111"
    for draft in (old, fresh):
        draft.write_bytes(b"half")
    os.utime(old, (1, 1))
    world.write(home / "file", b"x", None)
    assert sorted(each.name for each in home.iterdir()) == [".file.mnemon-1111", "file"]


def test_trouble_names_the_file(world: RealWorld, home: Path) -> None:
    (home / "folder").mkdir()
    with pytest.raises(FileTrouble) as trouble:
        world.write(home / "folder", b"x", None)
    assert str(home / "folder") in trouble.value.message
    with pytest.raises(FileTrouble):
        world.read(home / "folder")
