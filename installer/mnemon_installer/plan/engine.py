"""Carrying out a plan: check, skip or apply, check again. Reality decides; the journal only explains."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from mnemon_installer.plan.journal import Journal
from mnemon_installer.plan.plan import Plan, look_at
from mnemon_installer.plan.step import Blocked, Done, Step, StepFailed
from mnemon_installer.world import World
from mnemon_server.errors import MnemonError

Outcome = Literal["done", "kept", "planned", "warned", "blocked", "failed", "skipped"]
_SATISFIED = ("done", "kept", "planned")


@dataclass(frozen=True)
class Result:
    """How a step went. `message` says what was done, or why not; `hint` what to type."""

    step: Step
    outcome: Outcome
    message: str = ""
    hint: str = ""

    @property
    def is_satisfied(self) -> bool:
        return self.outcome in _SATISFIED

    @property
    def is_failure(self) -> bool:
        return self.outcome in ("blocked", "failed", "skipped")


def carry_out(plan: Plan, world: World, journal: Journal, report: Callable[[Result], None]) -> tuple[Result, ...]:
    """Carry out each step whose needs are met; a failing one stops only those that need it."""
    results: list[Result] = []
    for step in plan.steps:
        results.append(_result(step, world, journal, results))
        report(results[-1])
    return tuple(results)


def _result(step: Step, world: World, journal: Journal, so_far: Iterable[Result]) -> Result:
    missing = [result for result in so_far if result.step.key in step.needs and not result.is_satisfied]
    if missing:
        return Result(step, "warned" if step.is_optional else "skipped", f"needs the step {missing[0].step.subject!r}")
    verdict = look_at(step, world)
    if isinstance(verdict, Done):
        return Result(step, "kept")
    if isinstance(verdict, Blocked):
        return Result(step, "warned" if step.is_optional else "blocked", verdict.reason, verdict.hint)
    try:
        return _apply(step, world, journal)
    except MnemonError as trouble:
        journal.end(step.key, "failed")
        return Result(step, "warned" if step.is_optional else "failed", trouble.message, trouble.hint)


def _apply(step: Step, world: World, journal: Journal) -> Result:
    journal.begin(step.key, step.describe())
    said = step.apply(world)
    if world.is_rehearsal:
        return Result(step, "planned", said)  # nothing happened, so there is nothing to look at again
    again = look_at(step, world)
    if not isinstance(again, Done):
        why = again.reason if isinstance(again, Blocked) else "it does not show"
        raise StepFailed(f"{step.describe()}: done without an error, and yet {why}", "mnemon doctor")
    journal.end(step.key, "done")
    return Result(step, "done", said)
