"""Conducting a plan: show it, ask, carry it out, one line per step."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mnemon_installer.plan.engine import Result, carry_out, not_begun
from mnemon_installer.plan.journal import Journal
from mnemon_installer.plan.lock import one_at_a_time
from mnemon_installer.plan.plan import Outlook, Plan, foresee
from mnemon_installer.plan.step import Step
from mnemon_installer.ui import console, questions
from mnemon_installer.ui.plan_lines import outlook_lines, result_line, subject_width
from mnemon_installer.ui.progress import working
from mnemon_installer.world import World
from mnemon_server.errors import MnemonError


class Declined(MnemonError):
    """The user said no."""

    code = "declined"


@dataclass(frozen=True)
class Conducted:
    """What was foreseen for each step, and what became of it."""

    outlooks: Sequence[Outlook]
    results: Sequence[Result]

    @property
    def has_changed_something(self) -> bool:
        return any(result.outcome == "done" for result in self.results)

    @property
    def exit_status(self) -> int:
        """0 where nothing failed; otherwise what the first failure says, after which others were only skipped."""
        failures = [result for result in self.results if result.is_failure]
        said = [result.exit_status for result in failures if result.outcome != "skipped"]
        return said[0] if said else int(bool(failures))


def conduct(plan: Plan, world: World, ops: Path, *, may_ask: bool, quiet: bool) -> Conducted:
    """Show and carry out `plan`; its journal and its lock are in the folder `ops`.

    Raises:
        Declined: asked, and the answer was no.
        Held: another process is at it.
    """
    with _at_work(plan, "looking at what is there", quiet):
        outlooks = foresee(plan, world)
    if not quiet:
        _show(plan, outlooks)
    if plan.is_one_piece and (results := not_begun(outlooks)):
        return Conducted(outlooks, results)
    needs_work = any(outlook.is_needed for outlook in outlooks)
    if plan.is_one_piece and not needs_work and not quiet:
        console.out("Nothing is to be done: everything is as it should be.")
    if needs_work and may_ask and not world.is_rehearsal and not questions.confirm("Go ahead?"):
        raise Declined("declined: nothing was changed")
    is_told = not quiet and not world.is_rehearsal and (needs_work or not plan.is_one_piece)
    if is_told and needs_work:
        console.out()
    width, clock = subject_width(outlooks), time.monotonic()

    def report(result: Result) -> None:
        nonlocal clock
        if is_told:
            console.out(result_line(result, width, time.monotonic() - clock if plan.is_one_piece else 0))
        clock = time.monotonic()

    @contextmanager
    def doing(step: Step) -> Iterator[None]:
        with _at_work(plan, f"{step.subject}: {step.describe()}", quiet or world.is_rehearsal):
            yield

    journal = Journal(world, ops, plan.flow, plan.place)
    try:
        with one_at_a_time(world, ops, plan.flow):
            return Conducted(outlooks, carry_out(plan, world, journal, report, doing))
    except KeyboardInterrupt:
        if plan.is_one_piece:
            console.say("stopped; run the same command to continue")
        raise


@contextmanager
def _at_work(plan: Plan, what: str, quiet: bool) -> Iterator[None]:
    """What is being done, for as long as it takes; plans that are not of one piece are done before one could read."""
    if quiet or not plan.is_one_piece:
        yield
        return
    with working(what):
        yield


def _show(plan: Plan, outlooks: Sequence[Outlook]) -> None:
    if any(outlook.is_needed for outlook in outlooks):
        console.out(f"This is what {plan.flow} does:")
        for line in outlook_lines(outlooks):
            console.out(line)
