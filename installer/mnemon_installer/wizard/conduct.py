"""Conducting a plan: show it, ask, carry it out, one line per step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mnemon_installer.plan.engine import Result, carry_out
from mnemon_installer.plan.journal import Journal
from mnemon_installer.plan.lock import one_at_a_time
from mnemon_installer.plan.plan import Outlook, Plan, foresee
from mnemon_installer.ui import console, questions
from mnemon_installer.ui.plan_lines import outlook_lines, result_line, subject_width
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


def conduct(plan: Plan, world: World, ops: Path, *, may_ask: bool, quiet: bool) -> Conducted:
    """Show and carry out `plan`; its journal and its lock are in the folder `ops`.

    Raises:
        Declined: asked, and the answer was no.
        Held: another process is at it.
    """
    outlooks = foresee(plan, world)
    if not quiet:
        _show(plan, outlooks)
    needs_work = any(outlook.is_needed for outlook in outlooks)
    if needs_work and may_ask and not world.is_rehearsal and not questions.confirm("Go ahead?"):
        raise Declined("declined: nothing was changed")
    is_told = not quiet and not world.is_rehearsal
    if is_told and needs_work:
        console.out()
    width = subject_width(outlooks)

    def report(result: Result) -> None:
        if is_told:
            console.out(result_line(result, width))

    with one_at_a_time(world, ops, plan.flow):
        return Conducted(outlooks, carry_out(plan, world, Journal(world, ops, plan.flow, plan.place), report))


def _show(plan: Plan, outlooks: Sequence[Outlook]) -> None:
    if any(outlook.is_needed for outlook in outlooks):
        console.out(f"This is what {plan.flow} does:")
        for line in outlook_lines(outlooks):
            console.out(line)
