"""`mnemon undo`"""

from __future__ import annotations

from typing import Annotated

import typer

from mnemon_installer.cli.vault_access import JsonFlag, vault
from mnemon_installer.ui import console, hook_words


def command(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be taken back, and change nothing.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Take back the last change to the vault, whoever made it; again, the one before it."""
    console.show(vault().call("undo", dry_run=dry_run), hook_words.undone, as_json)
