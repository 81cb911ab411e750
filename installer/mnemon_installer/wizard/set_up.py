"""One setup from survey to summary: survey, choose, plan, show, confirm, carry out, verify."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from mnemon_installer.checks import CHECKS, Check
from mnemon_installer.checks.check import Finding, Subject
from mnemon_installer.checks.elsewhere import applicable
from mnemon_installer.clients.snippets import snippet
from mnemon_installer.facts.local_vault import memories_here
from mnemon_installer.facts.survey import Facts
from mnemon_installer.flows.choices import Choices
from mnemon_installer.flows.setup import chosen_clients, plan_setup
from mnemon_installer.ui import console
from mnemon_installer.ui.progress import download_progress
from mnemon_installer.ui.setup_words import closing_lines, restart_lines, setup_problems, setup_result
from mnemon_installer.wizard.checkup import check_up
from mnemon_installer.wizard.conduct import Conducted, conduct
from mnemon_installer.wizard.credential import with_credential
from mnemon_installer.wizard.interview import interview
from mnemon_installer.world import World
from mnemon_server.errors import MnemonError


@dataclass(frozen=True)
class Told:
    """What came of it, as `--json` says it; people have read it on the way. `exit_status` is the command's, where it
    did not go well."""

    result: dict[str, Any]  # Any: JSON
    problems: list[dict[str, str]]
    is_ok: bool
    exit_status: int = 1


class NoCommand(MnemonError):
    """No client can rely on this installation's command."""

    code = "no-command"


def set_up(world: World, look: Callable[[], Facts], choices: Choices, *, may_ask: bool, quiet: bool) -> Told:
    """Set up what `choices` say, and ask for the rest where that may be. `look` surveys the machine.

    Raises:
        Declined: asked, and the answer was no.
        NoCredential: the vault shall be on the web, and nothing lets this machine in there.
        NoCommand: a text to paste was asked for, and there is no command to name in it.
        KeyboardInterrupt: Ctrl-C; every file is whole.
    """
    facts = look()
    texts = {name: _snippet(facts, name) for name in choices.snippets}
    if texts and not choices.clients:
        _print(texts.values(), quiet)
        return Told({"dry_run": world.is_rehearsal, "snippets": texts}, [], True)
    choices = with_credential(world, facts.settings, choices, may_ask)
    if choices.vault == "remote" and choices.send_memories is not False:
        facts = replace(facts, memories_here=memories_here(world, facts.settings))
    if may_ask:
        choices = interview(facts, choices)
        console.out()
    plan = plan_setup(facts, choices, download_progress)
    conducted = conduct(plan, world, facts.settings.ops_folder, may_ask=may_ask, quiet=quiet)
    restart = list(restart_lines(world, facts, choices, conducted.results))
    _print(["", *restart] if restart else (), quiet)
    findings = _verify(world, look, facts, choices, conducted, quiet)
    closing = list(closing_lines(world, facts, choices, conducted.results))
    _print(["", *closing] if closing else (), quiet)
    _print(["", *texts.values()] if texts else (), quiet)
    result = setup_result(world, facts, conducted.outlooks, conducted.results, findings)
    result["next"] = [*restart, *closing]
    if texts:
        result["snippets"] = texts
    is_ok = not any(step.is_failure for step in conducted.results) and not any(
        finding.hushes and finding.is_problem for finding in findings
    )
    return Told(result, setup_problems(conducted.results, findings), is_ok)


def _snippet(facts: Facts, name: str) -> str:
    if facts.launch is None:
        raise NoCommand(facts.launcher.problem, facts.launcher.hint)
    return snippet(name, facts.launch)


def _verify(
    world: World, look: Callable[[], Facts], facts: Facts, choices: Choices, conducted: Conducted, quiet: bool
) -> tuple[Finding, ...]:
    """Doctor's checks, but for those whose step has just said what is wrong."""
    if world.is_rehearsal:
        return ()
    troubled = {result.step.key for result in conducted.results if not result.is_satisfied}
    subject = Subject(world, look(), conducted.has_changed_something)
    due = (check for check in CHECKS if _concerns(check, facts, choices, troubled))
    checks = applicable(tuple(due), subject.facts.settings)
    if not quiet:
        console.out("\nChecking:")
    # A second look at a machine that was right already leaves not even a trace in the vault.
    return check_up(checks, subject, quiet=quiet)


def _concerns(check: Check, facts: Facts, choices: Choices, troubled: set[str]) -> bool:
    if troubled & {check.code, *check.needs} or (check.code in ("model", "pending") and choices.wants_model is False):
        return False
    client, dot, subject = check.code.partition(".")
    if subject.startswith("hook") and choices.hooks is False:
        return False
    return not dot or client == "remote" or client in {found.client.name for found in chosen_clients(facts, choices)}


def _print(lines: Iterable[str], quiet: bool) -> None:
    if not quiet:
        for line in lines:
            is_command = line.startswith("    ")  # to be pasted
            console.out(console.tidy_command(line) if is_command else console.tidy(line))
