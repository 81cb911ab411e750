"""`mnemon related ID`"""

from __future__ import annotations

from typing import Annotated

import typer

from mnemon_installer.cli.vault_access import IdArgument, JsonFlag, vault
from mnemon_installer.ui import console, words


def command(
    id: IdArgument,
    limit: Annotated[int, typer.Option("--limit", "-n", help="How many at most.")] = 10,
    as_json: JsonFlag = False,
) -> None:
    """Show what is connected to a memory."""
    console.show(vault().call("related", id=id, limit=limit), words.related, as_json)
