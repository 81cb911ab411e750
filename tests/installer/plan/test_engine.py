"""Check, skip or apply, check again."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mnemon_installer.plan.engine import Result, carry_out, not_begun
from mnemon_installer.plan.journal import Journal
from mnemon_installer.plan.plan import Plan, foresee
from mnemon_installer.plan.step import Blocked, Done, Needed, StepFailed, Verdict
from mnemon_installer.world import World
from mnemon_installer.world.dry import DryWorld
from mnemon_installer.world.real import RealWorld


@dataclass(frozen=True)
class Put:
    """Puts a file. `trouble` fails it, `lies` makes it claim success, `obstacle` blocks it."""

    key: str
    path: Path
    needs: Sequence[str] = ()
    is_optional: bool = False
    trouble: str = ""
    lies: bool = False
    obstacle: str = ""
    applied: list[str] = field(default_factory=list)

    @property
    def subject(self) -> str:
        return self.key

    def describe(self) -> str:
        return f"put {self.key}"

    def check(self, world: World) -> Verdict:
        if self.obstacle:
            return Blocked(self.obstacle, "type this")
        return Done() if world.look(self.path) else Needed()

    def apply(self, world: World) -> str:
        self.applied.append(self.key)
        if self.trouble:
            raise StepFailed(self.trouble, "type that")
        if not self.lies:
            world.write(self.path, b"", None)
        return "put"

    def undo(self, world: World) -> None:
        raise AssertionError("nobody asked")


@pytest.fixture
def world(home: Path) -> RealWorld:
    return RealWorld({}, home, sys.platform)


def run(world: World, *steps: Put, is_one_piece: bool = False) -> list[tuple[str, str]]:
    heard: list[Result] = []
    ops = world.home / "ops"
    plan = Plan("setup", steps, is_one_piece=is_one_piece)
    results = carry_out(plan, world, Journal(world, ops, "setup"), heard.append)
    assert tuple(heard) == results
    return [(result.step.key, result.outcome) for result in results]


def test_a_second_run_keeps_everything_and_writes_no_journal(world: RealWorld, home: Path) -> None:
    step = Put("a", home / "a")
    assert run(world, step) == [("a", "done")]
    journal = home / "ops" / "setup-local.json"
    before = journal.stat().st_mtime_ns
    assert run(world, step) == [("a", "kept")]
    assert journal.stat().st_mtime_ns == before
    assert journal.stat().st_mode & 0o777 == 0o600


def test_a_failing_step_stops_only_those_that_need_it(world: RealWorld, home: Path) -> None:
    assert run(
        world,
        Put("bad", home / "bad", trouble="no"),
        Put("after", home / "after", needs=["bad"]),
        Put("later", home / "later", needs=["after"]),
        Put("other", home / "other"),
    ) == [("bad", "failed"), ("after", "skipped"), ("later", "skipped"), ("other", "done")]
    steps = json.loads((home / "ops" / "setup-local.json").read_text())["steps"]
    assert [(step["step"], step["state"]) for step in steps] == [("bad", "failed"), ("other", "done")]


def test_a_step_that_only_claims_to_be_done_has_failed(world: RealWorld, home: Path) -> None:
    assert run(world, Put("a", home / "a", lies=True)) == [("a", "failed")]


def test_a_blocked_step_is_not_applied(world: RealWorld, home: Path) -> None:
    step = Put("a", home / "a", obstacle="foreign")
    assert run(world, step) == [("a", "blocked")]
    assert step.applied == []
    assert list(home.iterdir()) == []


def test_the_failure_of_an_optional_step_is_a_warning(world: RealWorld, home: Path) -> None:
    assert run(world, Put("a", home / "a", is_optional=True, trouble="no")) == [("a", "warned")]


def test_a_rehearsal_changes_nothing(world: RealWorld, home: Path) -> None:
    dry = DryWorld(world)
    assert run(dry, Put("a", home / "a"), Put("b", home / "b", lies=True)) == [("a", "planned"), ("b", "planned")]
    assert list(home.iterdir()) == []


@pytest.mark.parametrize(("end", "state"), [(GeneratorExit, "begun"), (KeyboardInterrupt, "interrupted")])
def test_what_was_begun_and_never_ended_says_so(
    world: RealWorld, home: Path, end: type[BaseException], state: str
) -> None:
    class Stopped(Put):
        def apply(self, world: World) -> str:
            raise end

    with pytest.raises(end):
        run(world, Stopped("a", home / "a"))
    assert json.loads((home / "ops" / "setup-local.json").read_text())["steps"][0]["state"] == state


def test_a_plan_of_one_piece_stops_at_the_first_failure(world: RealWorld, home: Path) -> None:
    fails, later = Put("a", home / "a", trouble="no"), Put("b", home / "b")
    assert run(world, fails, later, is_one_piece=True) == [("a", "failed"), ("b", "skipped")]
    assert later.applied == []


def test_a_plan_of_one_piece_is_not_begun_where_a_step_is_impossible(world: RealWorld, home: Path) -> None:
    steps = (Put("a", home / "a"), Put("b", home / "b", obstacle="no way"), Put("c", home / "c", is_optional=True))
    results = not_begun(foresee(Plan("upgrade", steps, is_one_piece=True), world))
    assert [(result.step.key, result.outcome) for result in results] == [
        ("a", "skipped"), ("b", "blocked"), ("c", "skipped"),
    ]  # fmt: skip
    assert not not_begun(foresee(Plan("upgrade", steps[:1], is_one_piece=True), world))
