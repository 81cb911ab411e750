"""The vault on another machine: a code for one that is on the web, a file for one that is not."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from mnemon_installer.cli.sync import OnTheWeb, vault_at_home
from mnemon_installer.cli.this_machine import this_machine
from mnemon_installer.cli.vault_access import JsonFlag, first_line_of_stdin, settings, vault
from mnemon_installer.ui import console, move_words, questions
from mnemon_installer.ui.progress import working
from mnemon_installer.wizard.moving import checked, new_or_asked, pairing_code, receive, send
from mnemon_server.errors import MnemonError, UsageError

File = Annotated[Path, typer.Argument(metavar="FILE", help="The file; it can be opened with its passphrase only.")]
FromStdin = Annotated[
    bool, typer.Option("--passphrase-stdin", help="Read the passphrase from the first line of standard input.")
]


class AtHome(MnemonError):
    """The vault is on this machine, where no other can reach it."""

    code = "at-home"


def group(context: typer.Context) -> None:
    """Have the vault on another machine: by a code where it is on the web, otherwise in a file."""
    if context.invoked_subcommand is None:
        console.out(context.get_help())


def code(
    name: Annotated[str, typer.Argument(metavar="[NAME]", help="What the new machine is called.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Let another machine use the vault on the web: a code that is good once, and what to type there. It is shown on a
    terminal; elsewhere it goes into a file that only you can read."""
    found = settings()
    if not found.remote:
        hint = "mnemon move export FILE; or for all your machines at once: mnemon upgrade web"
        raise AtHome("the vault is on this machine: no other can reach it here", hint)
    may_show = sys.stdout.isatty() and not as_json
    with closing(vault()) as client:
        told = pairing_code(this_machine(), found, client, name, may_show=may_show)
    console.show(told, move_words.code_lines, as_json)


def export(
    file: File,
    passphrase_stdin: FromStdin = False,
    force: Annotated[bool, typer.Option("--force", help="In place of a file of that name.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Write the vault of this machine and its settings into an encrypted file, for `mnemon move import` elsewhere."""
    found = settings()
    if found.remote:
        raise OnTheWeb(f"the vault is at {found.remote}, where another machine can use it too", "mnemon move code")
    is_made = False
    if passphrase_stdin:
        passphrase = checked(first_line_of_stdin())
    elif questions.can_ask() and not as_json:
        passphrase, is_made = new_or_asked(questions.ask_secret)
    else:
        raise _unasked("export", file)
    with working("encrypting the vault"):
        told = send(found, file.absolute(), passphrase, overwrite=force, may_show=is_made)
    console.show(told, move_words.exported, as_json)


def import_(
    file: File,
    passphrase_stdin: FromStdin = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask; memories here go into the archive.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Verify the file, and change nothing.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Make the vault in a file of `mnemon move export` that of this machine, and take settings that are not set here.
    What was the vault goes into the archive."""
    vault_at_home("imported").close()
    may_ask = questions.can_ask() and not as_json
    if passphrase_stdin:
        passphrase = first_line_of_stdin()
    elif may_ask:
        passphrase = questions.ask_secret(f"Passphrase of {file.name}:")
    else:
        raise _unasked("import", file)
    told = receive(this_machine(dry_run), settings(), file.absolute(), passphrase, is_agreed=yes, may_ask=may_ask)
    console.show(told, move_words.imported, as_json)


def _unasked(word: str, file: Path) -> UsageError:
    return UsageError(
        f"without a terminal mnemon move {word} wants the passphrase on standard input",
        f"mnemon move {word} {quote(str(file))} --passphrase-stdin < a file with the passphrase in its first line",
    )
