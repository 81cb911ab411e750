"""Carrying out a plan: check, skip or apply, check again. Reality decides; the journal only explains."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Literal

from mnemon_installer.plan.journal import Journal
from mnemon_installer.plan.plan import Outlook, Plan, look_at
from mnemon_installer.plan.step import Blocked, Done, Step, StepFailed
from mnemon_installer.world import World
from mnemon_server.errors import MnemonError

Outcome = Literal["done", "kept", "planned", "warned", "blocked", "failed", "skipped"]
_SATISFIED = ("done", "kept", "planned")


@dataclass(frozen=True)
class Result:
    """How a step went. `message` says what was done, or why not; `hint` what to type; `exit_status` what a command
    ends with for which that is all that went wrong."""

    step: Step
    outcome: Outcome
    message: str = ""
    hint: str = ""
    exit_status: int = 0

    @property
    def is_satisfied(self) -> bool:
        return self.outcome in _SATISFIED

    @property
    def is_failure(self) -> bool:
        return self.outcome in ("blocked", "failed", "skipped")


def carry_out(
    plan: Plan,
    world: World,
    journal: Journal,
    report: Callable[[Result], None],
    doing: Callable[[Step], AbstractContextManager[None]] = lambda step: nullcontext(),
) -> tuple[Result, ...]:
    """Carry out each step whose needs are met; a failing one stops those that need it, and in a plan of one piece all.

    Args:
        plan: what is done.
        world: where.
        journal: what is noted of it.
        report: called with each step's result.
        doing: entered for as long as a step is at work.
    """
    results: list[Result] = []
    for step in plan.steps:
        if plan.is_one_piece and (failed := next((each for each in results if each.is_failure), None)):
            results.append(_not_begun(step, failed.step))
        else:
            results.append(_result(step, world, journal, results, doing))
        report(results[-1])
    return tuple(results)


def not_begun(outlooks: Iterable[Outlook]) -> tuple[Result, ...]:
    """The results of a plan of one piece that cannot be carried out, as its outlooks say; empty where it can."""
    seen = tuple(outlooks)
    obstacle = next((each for each in seen if isinstance(each.verdict, Blocked) and not each.step.is_optional), None)
    return tuple(_as_foreseen(each, obstacle) for each in seen) if obstacle is not None else ()


def _as_foreseen(outlook: Outlook, obstacle: Outlook) -> Result:
    if isinstance(outlook.verdict, Done):
        return Result(outlook.step, "kept")
    if isinstance(outlook.verdict, Blocked):
        outcome: Outcome = "warned" if outlook.step.is_optional else "blocked"
        return Result(outlook.step, outcome, outlook.verdict.reason, outlook.verdict.hint, outlook.verdict.exit_status)
    return _not_begun(outlook.step, obstacle.step)


def _not_begun(step: Step, other: Step) -> Result:
    return Result(step, "skipped", f"not begun: needs the step {other.subject!r}")


def _result(
    step: Step,
    world: World,
    journal: Journal,
    so_far: Iterable[Result],
    doing: Callable[[Step], AbstractContextManager[None]],
) -> Result:
    missing = [result for result in so_far if result.step.key in step.needs and not result.is_satisfied]
    if missing:
        return Result(step, "warned" if step.is_optional else "skipped", f"needs the step {missing[0].step.subject!r}")
    verdict = look_at(step, world)
    if isinstance(verdict, Done):
        return Result(step, "kept")
    if isinstance(verdict, Blocked):
        return Result(
            step, "warned" if step.is_optional else "blocked", verdict.reason, verdict.hint, verdict.exit_status
        )
    try:
        with doing(step):
            return _apply(step, world, journal)
    except KeyboardInterrupt:
        journal.end(step.key, "interrupted")
        raise
    except MnemonError as trouble:
        journal.end(step.key, "failed")
        return Result(
            step, "warned" if step.is_optional else "failed", trouble.message, trouble.hint, trouble.exit_status
        )


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
