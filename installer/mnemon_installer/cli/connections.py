"""Who is connected to the vault: programs that were let in by the owner's passphrase."""

from __future__ import annotations

from typing import Annotated

import typer

from mnemon_installer.cli.vault_access import JsonFlag, vault
from mnemon_installer.ui import access_words, console


def group(
    context: typer.Context,
    log: Annotated[bool, typer.Option("--log", help="Show who has tried to come in, newest first, instead.")] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", help="With --log: how many lines at most.")] = 50,
    as_json: JsonFlag = False,
) -> None:
    """Who is connected: claude.ai and other programs that the owner's passphrase has let in."""
    if context.invoked_subcommand is not None:
        return
    if log:
        console.show(vault().call("auth_attempts", limit=limit), access_words.attempts, as_json)
    else:
        console.show(vault().call("connections"), access_words.connections, as_json)


def revoke(
    which: Annotated[str, typer.Argument(metavar="ID|all", help="A connection, as `mnemon connections` names it.")],
    as_json: JsonFlag = False,
) -> None:
    """End a connection, or all of them: its tokens are worth nothing from now on."""
    console.show(vault().call("connections_revoke", id=which), access_words.disconnected, as_json)
