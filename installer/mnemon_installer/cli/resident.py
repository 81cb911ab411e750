"""The one server of the vault on this machine, which all clients share. Without a command: start it where it does not
run, and say how it is."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from mnemon_installer.cli.vault_access import JsonFlag, settings
from mnemon_installer.ui import console, resident_words
from mnemon_server.client.resident_told import ResidentState
from mnemon_server.client.residents import off_because, require_wanted, resident_state, start_resident, stop_resident
from mnemon_server.resident.launch import MODULE
from mnemon_server.resident.place import has_sockets
from mnemon_server.settings import Settings

Foreground = Annotated[
    bool, typer.Option("--foreground", help="Be it, for a service manager: runs until it is told to end.")
]


def group(context: typer.Context, foreground: Foreground = False, as_json: JsonFlag = False) -> int:
    """The one server that this machine's clients share: start it where it does not run, and say how it is. It comes
    with the first client that needs it, and leaves when nobody has asked for anything for a while."""
    if context.invoked_subcommand is not None:
        return 0
    found = settings()
    if foreground:
        return _be_it(found)
    _show(found, start_resident(found), as_json)
    return 0


def status(as_json: JsonFlag = False) -> None:
    """Say how it is; starts none."""
    found = settings()
    _show(found, resident_state(found), as_json)


def stop(as_json: JsonFlag = False) -> None:
    """Ask it to leave, and wait until it has. Clients that run start another one when they need it."""
    found = settings()
    told = resident_words.stop_result(stop_resident(found), off_because(found))
    console.show(told, resident_words.stopped, as_json)


def restart(as_json: JsonFlag = False) -> None:
    """Stop it and start another one; clients do not notice."""
    found = settings()
    require_wanted(found)
    stop_resident(found)
    _show(found, start_resident(found), as_json)


def _show(found: Settings, state: ResidentState | None, as_json: bool) -> None:
    console.show(resident_words.result(found, state, off_because(found)), resident_words.shown, as_json)


def _be_it(found: Settings) -> int:
    """In this process, and in the place of one that runs."""
    require_wanted(found)
    stop_resident(found)
    console.say(f"serving the vault in {console.tidy(found.folder)} to this machine; Ctrl-C ends it")
    console.flush()
    words = ("--vault-dir", str(found.folder), "--foreground")
    if has_sockets():  # by the words that others know it by, and without what only a command needs
        os.execv(sys.executable, (sys.executable, "-P", "-m", MODULE, *words))  # noqa: S606  no shell is wanted
    from mnemon_server.serve.resident.program import main

    return main(words)
