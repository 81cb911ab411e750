"""Bring the vault to a server of yours."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, get_args

import typer

from mnemon_installer.cli.vault_access import JsonFlag, settings
from mnemon_installer.facts.deployment import Storage
from mnemon_installer.facts.launcher import this_installation
from mnemon_installer.facts.survey import survey
from mnemon_installer.flows.web_choices import WebChoices
from mnemon_installer.ui import console, questions
from mnemon_installer.wizard.go_web import go_web
from mnemon_installer.world import World
from mnemon_installer.world.dry import DryWorld
from mnemon_installer.world.real import RealWorld
from mnemon_server.errors import UsageError


def group(context: typer.Context) -> None:
    """Bring the vault of this machine to a server of yours; run again, it brings the server to this version."""
    if context.invoked_subcommand is None:
        console.out(context.get_help())


def web(
    app_name: Annotated[
        str, typer.Option("--app-name", metavar="NAME", help="The app at Fly.io: made, or redeployed.")
    ] = "",
    region: Annotated[
        str, typer.Option("--region", help="Where Fly makes it, such as ams; by default near this machine.")
    ] = "",
    org: Annotated[str, typer.Option("--org", help="The organization at Fly; by default your personal one.")] = "",
    storage: Annotated[
        str, typer.Option("--storage", metavar="KIND", help="Of the backups: tigris (made by Fly), aws, s3 (another).")
    ] = "",
    bucket: Annotated[str, typer.Option("--bucket", help="Of the backups; by default the one in the settings.")] = "",
    harden_bucket: Annotated[
        bool, typer.Option("--harden-bucket", help="On AWS: give a bucket that was there what it lacks.")
    ] = False,
    install_pulumi: Annotated[
        bool, typer.Option("--install-pulumi", help="On AWS: fetch Pulumi's own program, if it is missing.")
    ] = False,
    wheel: Annotated[str, typer.Option("--wheel", metavar="FILE", help="Run this wheel in place of this mnemon.")] = "",
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be done, and change nothing.")] = False,
    as_json: JsonFlag = False,
) -> int:
    """Serve the vault of this machine from an app of yours at Fly.io: for all your machines, claude.ai and phones. Run
    it again to go on where it was stopped, or to bring the app to this version."""
    may_ask = questions.can_ask() and not (yes or dry_run or as_json)
    if not (may_ask or yes or dry_run):
        raise UsageError("without a terminal an upgrade wants --yes", "mnemon upgrade web --app-name NAME --yes")
    real = RealWorld(os.environ, Path.home(), sys.platform)
    world: World = DryWorld(real) if dry_run else real
    choices = WebChoices(
        app_name,
        region,
        org,
        bucket,
        _storage(storage),
        wheel=Path(wheel) if wheel else None,
        hardens=harden_bucket,
        installs_pulumi=install_pulumi,
    )
    told = go_web(
        world,
        settings(),
        lambda there: survey(world, there, this_installation()),
        choices,
        may_ask=may_ask,
        may_show=sys.stdout.isatty() and not as_json,
        quiet=as_json,
    )
    if as_json:
        console.show(told.result, lambda result: [], as_json, told.problems, told.is_ok)
    return 0 if told.is_ok else told.exit_status


def _storage(text: str) -> Storage | None:
    kind = next((each for each in get_args(Storage) if each == text), None)
    if text and kind is None:
        raise UsageError(f"unknown storage {text!r}", "--storage tigris, aws or s3")
    return kind
