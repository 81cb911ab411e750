"""Bring the vault to a server of yours."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, get_args

import typer

from mnemon_installer.cli.conducting import ended, ordered
from mnemon_installer.cli.this_machine import DryRun, Yes
from mnemon_installer.cli.vault_access import JsonFlag, settings
from mnemon_installer.facts.deployment import Storage
from mnemon_installer.flows.web_choices import WebChoices
from mnemon_installer.ui import console
from mnemon_installer.wizard.go_web import go_web
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
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: JsonFlag = False,
) -> int:
    """Serve the vault of this machine from an app of yours at Fly.io: for all your machines, claude.ai and phones. Run
    it again to go on where it was stopped, or to bring the app to this version."""
    order = ordered("mnemon upgrade web --app-name NAME", yes, dry_run, as_json)
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
        order.world,
        settings(),
        order.look,
        choices,
        may_ask=order.may_ask,
        may_show=order.may_show,
        quiet=as_json,
    )
    return ended(told, as_json)


def _storage(text: str) -> Storage | None:
    kind = next((each for each in get_args(Storage) if each == text), None)
    if text and kind is None:
        raise UsageError(f"unknown storage {text!r}", "--storage tigris, aws or s3")
    return kind
