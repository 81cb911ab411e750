"""Bring the vault back from a server of yours."""

from __future__ import annotations

from typing import Annotated

import typer

from mnemon_installer.cli.conducting import ended, ordered
from mnemon_installer.cli.this_machine import DryRun, Yes
from mnemon_installer.cli.vault_access import JsonFlag, settings
from mnemon_installer.ui import console
from mnemon_installer.wizard.come_home import come_home


def group(context: typer.Context) -> None:
    """Bring the vault back from a server of yours."""
    if context.invoked_subcommand is None:
        console.out(context.get_help())


def local(
    destroy_fly_app: Annotated[
        bool, typer.Option("--destroy-fly-app", help="And destroy the app, once its vault is here and was verified.")
    ] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: JsonFlag = False,
) -> int:
    """Bring the vault from its app at Fly.io to this machine. The app runs on, read-only, unless it is destroyed."""
    order = ordered("mnemon downgrade local", yes, dry_run, as_json)
    told = come_home(
        order.world, settings(), order.look, destroys=destroy_fly_app, may_ask=order.may_ask, quiet=as_json
    )
    return ended(told, as_json)
