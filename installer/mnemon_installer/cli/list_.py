"""`mnemon list`"""

from __future__ import annotations

from typing import Annotated

import typer

from mnemon_installer.cli.vault_access import JsonFlag, TypeOption, vault
from mnemon_installer.ui import console, words


def command(
    limit: Annotated[int, typer.Option("--limit", "-n", help="How many at most.")] = 50,
    content_type: TypeOption = None,
    client: Annotated[str | None, typer.Option(help="Saved by this client.")] = None,
    pinned: Annotated[bool, typer.Option("--pinned", help="Only pinned ones.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """List memories, newest first."""
    result = vault().call(
        "list", limit=limit, content_type=content_type, client=client, pinned=True if pinned else None
    )
    console.show(result, words.entries, as_json)
