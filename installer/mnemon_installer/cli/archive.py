"""Former vaults of this machine: what a pull, a migration or a restore has put aside."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from mnemon_installer.cli.sync import vault_at_home
from mnemon_installer.cli.vault_access import JsonFlag, settings
from mnemon_installer.ui import console, sync_words
from mnemon_server.client.in_process import InProcess


def group(context: typer.Context) -> None:
    """Former vaults of this machine: what a pull, a migration or a restore has put aside."""
    if context.invoked_subcommand is None:
        console.out(context.get_help())


def list_(as_json: JsonFlag = False) -> None:
    """List them, newest first."""
    with closing(InProcess(settings(), "cli")) as client:
        told = client.call("archive_list")
    console.show(told, sync_words.archived, as_json)


def restore(
    name: Annotated[str, typer.Argument(metavar="NAME", help="As `archive list` shows it, or its beginning.")],
    as_json: JsonFlag = False,
) -> None:
    """Make one of them the vault again; what is the vault now goes into the archive, and nothing leaves it."""
    with closing(vault_at_home("restored")) as client:
        told = client.call("archive_restore", name=name)
    console.show(told, sync_words.restored, as_json)
