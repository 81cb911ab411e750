"""Which program gives way to which."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mnemon_server.resident.identity import Identity, identity, is_installed, is_on_disk, should_replace, stamp_of

Install = Callable[[str, str], Identity]


@pytest.fixture
def installed(tmp_path: Path) -> Install:
    """A program of a version at a place, as it is once it runs."""

    def install(version: str, name: str) -> Identity:
        file = tmp_path / name / "__init__.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(f'__version__ = "{version}"\n' + "#" * len(list(tmp_path.rglob("*"))))
        file.touch()
        return {"version": version, "place": str(file.parent), "stamp": stamp_of(str(file))}

    return install


@pytest.mark.parametrize(
    ("mine", "theirs", "wins"),
    [
        ("1.0", "0.9", True),
        ("0.10.0", "0.9.9", True),
        ("1.0", "1.0rc1", True),
        ("1.0.1", "1.0", True),
        ("1.0", "1.0.0", False),
        ("0.9", "1.0", False),
        ("1.0rc1", "1.0", False),
        ("1.0", "", True),
    ],
)
def test_of_two_places_the_newer_version_wins(installed: Install, mine: str, theirs: str, wins: bool) -> None:
    assert should_replace(installed(mine, "here"), installed("0", "there") | {"version": theirs}) is wins


def test_the_same_program_gives_way_to_nobody(installed: Install) -> None:
    me = installed("1.0", "here")
    assert not should_replace(me, dict(me))
    assert not should_replace(me, installed("1.0", "there"))


@pytest.mark.parametrize("version", ["2.0", "1.0", "0.5"])
def test_what_was_installed_over_another_one_takes_its_place_whatever_its_version(
    installed: Install, version: str
) -> None:
    before = installed("1.0", "here")
    after = installed(version, "here")
    assert should_replace(after, before)
    assert not should_replace(before, after)  # or the two would send each other away for ever
    assert is_on_disk(after)
    assert not is_on_disk(before)


def test_a_program_whose_place_is_empty_demands_nothing(installed: Install, tmp_path: Path) -> None:
    me = installed("2.0", "here")
    (tmp_path / "here" / "__init__.py").unlink()
    assert not should_replace(me, installed("1.0", "there"))
    assert not is_installed(me)


def test_nonsense_is_older_than_anything(installed: Install) -> None:
    for nonsense in ({}, {"version": "x.y"}, {"version": "-1"}, {"place": "", "version": "\0"}):
        assert should_replace(installed("0.1", "here"), nonsense)


def test_this_very_program_knows_where_it_lies() -> None:
    me = identity()
    assert is_on_disk(me)
    assert me["version"][0].isdigit()
