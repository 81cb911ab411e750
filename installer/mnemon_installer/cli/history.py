"""`mnemon history ID`"""

from __future__ import annotations

from typing import Annotated

import typer

from mnemon_installer.cli.vault_access import IdArgument, JsonFlag, vault
from mnemon_installer.ui import conflict_words, console


def command(
    id: IdArgument,
    limit: Annotated[int, typer.Option("--limit", "-n", help="How many changes at most.")] = 50,
    as_json: JsonFlag = False,
) -> None:
    """What became of one memory, by whom, and where its confidence comes from."""
    console.show(vault().call("changes", id=id, limit=limit), conflict_words.changes, as_json)
