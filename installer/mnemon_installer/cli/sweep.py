"""`mnemon sweep`"""

from __future__ import annotations

from typing import Annotated

import typer

from mnemon_installer.cli.vault_access import JsonFlag, vault
from mnemon_installer.ui import console, words


def command(
    apply: Annotated[bool, typer.Option("--apply", help="Archive them; without it they are only shown.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Archive memories that have faded past their half-life."""
    console.show(vault().call("sweep", dry_run=not apply), words.swept, as_json)
