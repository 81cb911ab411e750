"""Bring the vault back from a server of yours."""

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
from mnemon_installer.wizard.come_home import come_home
from mnemon_installer.world import World
from mnemon_installer.world.dry import DryWorld
from mnemon_installer.world.real import RealWorld
from mnemon_server.errors import UsageError


def group(context: typer.Context) -> None:
    """Bring the vault back from a server of yours."""
    if context.invoked_subcommand is None:
        console.out(context.get_help())


def local(
    destroy_fly_app: Annotated[
        bool, typer.Option("--destroy-fly-app", help="And destroy the app, once its vault is here and was verified.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and change nothing.")] = False,
    as_json: JsonFlag = False,
) -> int:
    """Bring the vault from its app at Fly.io to this machine. The app runs on, read-only, unless it is destroyed."""
    may_ask = questions.can_ask() and not (yes or dry_run or as_json)
    if not (may_ask or yes or dry_run):
        raise UsageError("without a terminal a downgrade wants --yes", "mnemon downgrade local --yes")
    real = RealWorld(os.environ, Path.home(), sys.platform)
    world: World = DryWorld(real) if dry_run else real
    told = come_home(
        world,
        settings(),
        lambda there: survey(world, there, this_installation()),
        destroys=destroy_fly_app,
        may_ask=may_ask,
        quiet=as_json,
    )
    if as_json:
        console.show(told.result, lambda result: [], as_json, told.problems, told.is_ok)
    return 0 if told.is_ok else told.exit_status
