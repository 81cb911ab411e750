"""Our block of rules in files that are the user's: put in, brought up to date, taken out to the last byte."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mnemon_installer.clients.codex import CODEX
from mnemon_installer.clients.cursor import CURSOR
from mnemon_installer.edits.rules import BEGIN, END, fenced
from mnemon_installer.plan.plan import look_at
from mnemon_installer.plan.step import Blocked, Done, Needed
from mnemon_installer.steps.rules_block import RulesBlock
from mnemon_installer.world.dry import DryWorld
from mnemon_installer.world.real import RealWorld
from mnemon_templates import fill

BLOCK = fenced(fill("rules.md"))
MINE = "# Mine\n\nUse tabs.\n"


@pytest.fixture
def step(home: Path) -> RulesBlock:
    (home / ".codex").mkdir()
    return RulesBlock(CODEX, home / ".codex" / "AGENTS.md", True, home / ".mnemon" / "backups")


def carry_out(step: RulesBlock, world: RealWorld) -> str:
    """Check, apply, check again: nothing left to do, and not a byte is written then."""
    assert isinstance(step.check(world), Needed)
    said = step.apply(world)
    assert step.check(world) == Done()
    return said


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (MINE, f"{MINE}\n{BLOCK}\n"),
        ("", f"{BLOCK}\n"),
        ("no line break at its end", f"no line break at its end\n\n{BLOCK}"),
        ("# Mine\r\n", f"# Mine\r\n\r\n{BLOCK}\n".replace("\n", "\r\n").replace("\r\r", "\r")),
        (f"{MINE}\n{BEGIN}\nold rules\n{END}\n\nAnd more.\n", f"{MINE}\n{BLOCK}\n\nAnd more.\n"),
    ],
)
def test_the_block_is_put_in_and_comes_out_again(step: RulesBlock, world: RealWorld, before: str, after: str) -> None:
    step.path.write_bytes(before.encode())
    assert carry_out(step, world) == ("updated" if "old rules" in before else "added")
    assert step.path.read_bytes().decode() == after
    carry_out(replace(step, wanted=False), world)
    expected = before.replace(f"\n{BEGIN}\nold rules\n{END}\n", "") if "old rules" in before else before
    assert step.path.read_bytes().decode() == expected


def test_what_the_user_writes_afterwards_stays(step: RulesBlock, world: RealWorld) -> None:
    step.path.write_text(MINE)
    carry_out(step, world)
    step.path.write_text(step.path.read_text() + "\nLater: spaces.\n")
    said = carry_out(replace(step, wanted=False), world)
    assert step.path.read_text() == f"{MINE}\nLater: spaces.\n"
    assert said == "removed; the file has changed since setup, and the rest of it stays"


def test_a_file_of_our_making_starts_as_its_client_wants_and_goes_with_the_block(world: RealWorld, home: Path) -> None:
    step = RulesBlock(CURSOR, home / ".cursor/rules/mnemon.mdc", True, home / ".mnemon/backups")
    carry_out(step, world)
    assert step.path.read_text() == f"{CURSOR.rules_header}{BLOCK}\n"
    step.undo(world)
    assert not (home / ".cursor").exists()  # the folders were of our making too


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (f"{MINE}{BEGIN}\n".encode(), "line 4: mnemon:begin has no mnemon:end after it"),
        (f"{BEGIN}\n\n{END}\n{BEGIN}\n\n{END}".encode(), "line 4: a second block of mnemon"),
        (f"# Mine\n\n{BEGIN}\n".encode() + b"\xff", "is not UTF-8 text (line 4)"),
    ],
)
@pytest.mark.parametrize("wanted", [True, False])
def test_a_file_that_nobody_can_tell_ours_in_is_left(
    step: RulesBlock, world: RealWorld, content: bytes, reason: str, wanted: bool
) -> None:
    step.path.write_bytes(content)
    verdict = look_at(replace(step, wanted=wanted), world)
    assert isinstance(verdict, Blocked)
    assert reason in verdict.reason
    assert verdict.hint.startswith("${EDITOR:-nano} +")
    assert step.path.read_bytes() == content


def test_a_read_only_file_is_left(step: RulesBlock, world: RealWorld) -> None:
    step.path.write_text(MINE)
    step.path.chmod(0o444)
    assert isinstance(step.check(world), Blocked)


def test_where_there_is_no_block_there_is_nothing_to_take_out(step: RulesBlock, world: RealWorld) -> None:
    unwanted = replace(step, wanted=False)
    assert unwanted.check(world) == Done()
    for content in (MINE.encode(), b"not UTF-8: \xff"):
        step.path.write_bytes(content)
        assert unwanted.check(world) == Done()


def test_a_rehearsal_shows_the_block(step: RulesBlock, world: RealWorld) -> None:
    dry = DryWorld(world)
    verdict = step.check(dry)
    assert isinstance(verdict, Needed)
    assert "+## Memory (mnemon)" in verdict.diff
    step.apply(dry)
    assert not step.path.exists()
