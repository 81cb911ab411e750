"""`mnemon setup`: survey, choose, plan, show, confirm, carry out, verify."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from mnemon_installer.checks import CHECKS, Check
from mnemon_installer.checks.check import Finding, Subject
from mnemon_installer.cli.vault_access import JsonFlag, settings
from mnemon_installer.facts.launcher import this_installation
from mnemon_installer.facts.survey import Facts, survey
from mnemon_installer.flows.choices import Choices
from mnemon_installer.flows.setup import chosen_clients, plan_setup
from mnemon_installer.ui import console, questions
from mnemon_installer.ui.progress import download_progress
from mnemon_installer.ui.setup_words import next_steps, setup_problems, setup_result
from mnemon_installer.wizard.checkup import check_up
from mnemon_installer.wizard.choices import choose
from mnemon_installer.wizard.conduct import Conducted, conduct
from mnemon_installer.world import World
from mnemon_installer.world.dry import DryWorld
from mnemon_installer.world.real import RealWorld

ClientNames = Annotated[
    list[str] | None, typer.Argument(metavar="[CLIENT]...", help="Clients to set up; none named: all on this machine.")
]
NoModel = Annotated[bool, typer.Option("--no-model", help="Do not download the embedding model.")]
ModelPath = Annotated[str, typer.Option("--model-path", metavar="DIR", help="Use the model in this folder.")]
ReplaceForeign = Annotated[
    bool, typer.Option("--replace-foreign", help="Replace an entry called mnemon that is not ours.")
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and change nothing.")]


def command(
    clients: ClientNames = None,
    no_model: NoModel = False,
    model_path: ModelPath = "",
    replace_foreign: ReplaceForeign = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: JsonFlag = False,
) -> int:
    """Prepare the vault and the model, and register mnemon in your MCP clients. Run it again at any time."""
    choices = choose(clients or (), wants_model=not no_model, model_path=model_path, replace_foreign=replace_foreign)
    real = RealWorld(os.environ, Path.home(), sys.platform)
    world: World = DryWorld(real) if dry_run else real
    facts = survey(world, settings(), this_installation())
    plan = plan_setup(facts, choices, download_progress)
    may_ask = not yes and not as_json and questions.can_ask()
    conducted = conduct(plan, world, facts.settings.ops_folder, may_ask=may_ask, quiet=as_json)
    findings = _verify(world, facts, choices, conducted, quiet=as_json)
    problems = setup_problems(conducted.results, findings)
    ok = not any(result.is_failure for result in conducted.results) and not any(
        finding.hushes and finding.is_problem for finding in findings
    )
    result = setup_result(world, facts, conducted.outlooks, conducted.results, findings)
    result["next"] = list(next_steps(world, facts, choices, conducted.results))
    console.show(result, _closing_lines, as_json, problems if as_json else (), ok)
    return 0 if ok else 1


def _verify(world: World, facts: Facts, choices: Choices, conducted: Conducted, quiet: bool) -> tuple[Finding, ...]:
    """Doctor's checks, but for those whose step has just said what is wrong."""
    if world.is_rehearsal:
        return ()
    troubled = {result.step.key for result in conducted.results if not result.is_satisfied}
    checks = [check for check in CHECKS if _concerns(check, facts, choices, troubled)]
    # A second look at a machine that was right already leaves not even a trace in the vault.
    subject = Subject(world, survey(world, settings(), this_installation()), conducted.has_changed_something)
    if not quiet:
        console.out("Checking:")
    return check_up(checks, subject, quiet=quiet)


def _concerns(check: Check, facts: Facts, choices: Choices, troubled: set[str]) -> bool:
    if troubled & {check.code, *check.needs} or (check.code == "model" and not choices.wants_model):
        return False
    client, dot, _ = check.code.partition(".")
    return not dot or client in {found.client.name for found in chosen_clients(facts, choices)}


def _closing_lines(result: dict[str, Any]) -> list[str]:  # Any: JSON
    return ["", *map(console.tidy, result["next"])]
