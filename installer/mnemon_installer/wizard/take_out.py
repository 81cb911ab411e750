"""One uninstall from survey to summary: look, plan, show, confirm, carry out, and clear up behind itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mnemon_installer.facts.belongings import Belongings, find_belongings
from mnemon_installer.facts.leftovers import Leftovers, claude_connectors, find_leftovers
from mnemon_installer.facts.own_files import FLOWS
from mnemon_installer.facts.web_leftovers import counted_there
from mnemon_installer.flows.uninstall import plan_uninstall
from mnemon_installer.plan.engine import Result, carry_out
from mnemon_installer.plan.journal import Journal
from mnemon_installer.plan.lock import alone
from mnemon_installer.plan.plan import Outlook, Plan, foresee
from mnemon_installer.plan.step import Done
from mnemon_installer.steps.delete_files import DeleteFiles, remove_empty
from mnemon_installer.ui import console, questions
from mnemon_installer.ui.plan_lines import outlook_lines, result_line, subject_width
from mnemon_installer.ui.uninstall_words import (
    closing_lines,
    left_lines,
    left_of,
    memory_lines,
    uninstall_problems,
    uninstall_result,
)
from mnemon_installer.ui.web_left_words import web_lines
from mnemon_installer.wizard.conduct import Declined
from mnemon_installer.world import World
from mnemon_server.errors import UsageError
from mnemon_server.settings import Settings


@dataclass(frozen=True)
class TakenOut:
    """What came of it, as `--json` says it; people have read it on the way."""

    result: dict[str, Any]  # Any: JSON
    problems: list[dict[str, str]]
    is_ok: bool


def take_out(
    world: World, settings: Settings, *, keep_vault: bool, is_agreed: bool, may_ask: bool, quiet: bool
) -> TakenOut:
    """Take mnemon out of this machine. `is_agreed`: the user has said yes beforehand.

    Raises:
        UsageError: there is something to do, and nobody has agreed or can be asked.
        Declined: asked, and the answer was no.
        Held: another flow is at work, on its way to the web perhaps.
        KeyboardInterrupt: Ctrl-C; every file is whole.
    """
    found = find_leftovers(world, settings)
    plan, outlooks = _needed(plan_uninstall(found, keep_vault), world)
    is_done = not outlooks and (keep_vault or not (found.belongings.files or found.belongings.folders))
    if not (is_done or is_agreed or may_ask or world.is_rehearsal):
        raise UsageError("uninstall asks before it begins, and there is no terminal to ask on", _agreeing(keep_vault))
    connectors = () if is_done else claude_connectors(world)
    if not is_done:
        found = replace(found, web=counted_there(world, settings, found.web))
    left = left_of(found, connectors, keep_vault)
    if not quiet:
        _show(is_done, outlooks, found, keep_vault)
    results: tuple[Result, ...] = ()
    if not is_done:
        if not is_agreed and may_ask and not world.is_rehearsal and not questions.confirm("Go ahead?", default=False):
            raise Declined("declined: nothing was changed")
        if not quiet and outlooks and not world.is_rehearsal:
            console.out()
        results = _carry_out(plan, world, found, keep_vault, outlooks, quiet)
    running = found.resident.clients if found.resident is not None else ()
    closing = [] if is_done else list(closing_lines(results, world.is_rehearsal, running))
    if not quiet:
        _print(["", *left_lines(left), "", *closing] if closing else left_lines(left))
    result = uninstall_result(found, outlooks, results, keep_vault=keep_vault, is_rehearsal=world.is_rehearsal)
    result |= {"nothing_to_do": is_done, "left": left, "next": closing}
    return TakenOut(result, uninstall_problems(results), not any(each.is_failure for each in results))


def _needed(plan: Plan, world: World) -> tuple[Plan, tuple[Outlook, ...]]:
    """Only what there is something to do for: a dozen clients that never knew us are not worth a line."""
    outlooks = tuple(outlook for outlook in foresee(plan, world) if not isinstance(outlook.verdict, Done))
    return Plan(plan.flow, tuple(outlook.step for outlook in outlooks)), outlooks


def _carry_out(
    plan: Plan, world: World, found: Leftovers, keep_vault: bool, outlooks: Sequence[Outlook], quiet: bool
) -> tuple[Result, ...]:
    ops, settings = found.settings.ops_folder, found.settings
    width = subject_width(outlooks)

    def report(result: Result) -> None:
        if not quiet and not world.is_rehearsal:
            console.out(result_line(result, width))

    with alone(world, ops, ("uninstall", *(flow for flow in FLOWS if flow != "uninstall"))):
        results = carry_out(plan, world, Journal(world, ops, plan.flow), report)
        is_last = not keep_vault and all(result.is_satisfied for result in results)
        folders = find_belongings(world, settings).folders if is_last else ()
        if is_last:
            _clear_up(world, settings)
    if is_last and not world.is_rehearsal:
        remove_empty(folders)
    return results


def _clear_up(world: World, settings: Settings) -> None:
    """What the uninstall itself has needed until now, its own copies of client files among them; the locks go when
    they are let go."""

    def last(ours: Belongings) -> tuple[Path, ...]:
        return (*ours.papers, *(each for each in ours.records if each.suffix != ".lock"))

    DeleteFiles("records", "the rest", "journals and receipts", settings, last).apply(world)


def _show(is_done: bool, outlooks: Sequence[Outlook], found: Leftovers, keep_vault: bool) -> None:
    if is_done:
        console.out(
            "Nothing to do: mnemon is in no client's file" + ("." if keep_vault else ", and there is no vault.")
        )
        return
    console.out("This is what uninstall does:")
    _print(outlook_lines(outlooks))
    _print(memory_lines(found.vault, keep_vault, found.web.url))
    _print(web_lines(found.web, keep_vault))


def _agreeing(keep_vault: bool) -> str:
    return "mnemon uninstall --yes" + (" --keep-vault" if keep_vault else "")


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        console.out(console.tidy(line))
