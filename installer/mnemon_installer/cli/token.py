"""Tokens for machines: one for each, so that one can be revoked without the others."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from mnemon_installer.cli.this_machine import DryRun, Yes, this_machine
from mnemon_installer.cli.vault_access import JsonFlag, first_line_of_stdin, settings, vault
from mnemon_installer.ui import access_words, console, questions
from mnemon_installer.wizard.handing_over import hand_over, take_away
from mnemon_server.errors import UsageError

Name = Annotated[str, typer.Argument(metavar="NAME", help="What the machine or program is called.")]


def group(context: typer.Context) -> None:
    """Who may come in with a token: a token for each machine, made and revoked by name."""
    if context.invoked_subcommand is None:
        console.out(context.get_help())


def new(
    name: Name,
    code: Annotated[
        bool, typer.Option("--code", help="A pairing code instead: short-lived, for `setup --token-stdin` to exchange.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Make a token for a machine. It is shown once, on a terminal; elsewhere it goes into a file that only you can
    read, and the file's path is printed."""
    made = vault().call("token_new", name=name, pairing=code)
    may_show = sys.stdout.isatty() and not as_json
    told = hand_over(this_machine(), settings(), made, may_show=may_show)
    console.show(told, access_words.made, as_json)


def list_(as_json: JsonFlag = False) -> None:
    """List the machines that have a token, and when each last used it. No token is shown."""
    console.show(vault().call("token_list"), access_words.tokens, as_json)


def revoke(name: Name, as_json: JsonFlag = False) -> None:
    """Revoke the token of a machine: from now on nobody comes in with it."""
    gone = vault().call("token_revoke", name=name)
    take_away(this_machine(), settings(), name)
    console.show(gone, access_words.revoked, as_json)


def rotate(
    app_name: Annotated[
        str, typer.Option("--app-name", metavar="NAME", help="The app at Fly.io; by default the one with the vault.")
    ] = "",
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: JsonFlag = False,
) -> int:
    """Make a new token and a new owner's passphrase for your app at Fly.io, everywhere at once; the former ones are
    worth nothing then. With --app-name also where they were lost. For a server elsewhere: a new token of this machine.
    """
    from mnemon_installer.cli.conducting import ended, ordered
    from mnemon_installer.wizard.rotate import rotate as rotate_secrets

    order = ordered("mnemon token rotate", yes, dry_run, as_json)
    told = rotate_secrets(
        order.world,
        settings(),
        order.look,
        app_name,
        may_ask=order.may_ask,
        may_show=order.may_show,
        quiet=as_json,
    )
    return ended(told, as_json)


def passphrase(as_json: JsonFlag = False) -> None:
    """Make the hash of an owner's passphrase, for MNEMON_OWNER_PASSPHRASE_HASH; the passphrase is asked for, or read
    from standard input."""
    from mnemon_server.auth.passphrase import checked_passphrase, hash_passphrase

    if sys.stdin.isatty():
        given = questions.ask_secret("Passphrase:")
        if given != questions.ask_secret("Once more:"):
            raise UsageError("these are two different passphrases", "mnemon token passphrase")
    else:
        given = first_line_of_stdin()
    console.show({"hash": hash_passphrase(checked_passphrase(given))}, lambda told: [told["hash"]], as_json)
