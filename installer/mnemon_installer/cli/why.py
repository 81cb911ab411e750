"""`mnemon why [ID]`"""

from __future__ import annotations

from typing import Annotated

import typer

from mnemon_installer.cli.vault_access import JsonFlag, settings
from mnemon_installer.ui import console, hook_words
from mnemon_server.hooks.recalled import recalled


def command(
    id: Annotated[
        int | None, typer.Argument(metavar="[ID]", help="A memory; left out, what was recalled last.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", help="How many times at most.")] = 10,
    as_json: JsonFlag = False,
) -> None:
    """Why memories were put before a model: when, for which client, by which words, above which floor."""
    console.show(recalled(settings(), id, limit), hook_words.recalled, as_json)
