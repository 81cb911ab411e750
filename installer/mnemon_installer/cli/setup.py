"""`mnemon setup`: flags into choices, and over to the wizard."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from mnemon_installer.cli.vault_access import JsonFlag, settings
from mnemon_installer.facts.launcher import this_installation
from mnemon_installer.facts.survey import survey
from mnemon_installer.ui import console, questions
from mnemon_installer.wizard.choices import choose
from mnemon_installer.wizard.set_up import set_up
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
Rules = Annotated[
    bool | None,
    typer.Option(
        "--rules/--no-rules",
        help="Put a block of rules into the clients' rules files, or take it out; by default only clients without "
        "hooks get one, and only when they are registered for the first time.",
        show_default=False,
    ),
]
Hooks = Annotated[
    bool | None,
    typer.Option(
        "--hooks/--no-hooks",
        help="Add hooks to the clients that have hooks, which is the default, or take them out.",
        show_default=False,
    ),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and change nothing.")]


def command(
    clients: ClientNames = None,
    no_model: NoModel = False,
    model_path: ModelPath = "",
    replace_foreign: ReplaceForeign = False,
    rules: Rules = None,
    hooks: Hooks = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: JsonFlag = False,
) -> int:
    """Prepare the vault and the model, and register mnemon in your MCP clients. Run it again at any time."""
    choices = choose(
        clients or (),
        wants_model=False if no_model else None,
        model_path=model_path,
        replace_foreign=replace_foreign,
        rules=rules,
        hooks=hooks,
    )
    real = RealWorld(os.environ, Path.home(), sys.platform)
    world: World = DryWorld(real) if dry_run else real
    may_ask = not yes and not as_json and questions.can_ask()
    told = set_up(
        world, lambda: survey(world, settings(), this_installation()), choices, may_ask=may_ask, quiet=as_json
    )
    if as_json:
        console.show(told.result, lambda result: [], as_json, told.problems, told.is_ok)
    return 0 if told.is_ok else 1
