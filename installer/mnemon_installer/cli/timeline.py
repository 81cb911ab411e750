"""`mnemon timeline`"""

from __future__ import annotations

from typing import Annotated

import typer

from mnemon_installer.cli.vault_access import JsonFlag, TypeOption, vault
from mnemon_installer.ui import console, words


def command(
    limit: Annotated[int, typer.Option("--limit", "-n", help="How many on a page.")] = 20,
    content_type: TypeOption = None,
    before: Annotated[str | None, typer.Option(help="A date, a time, or what the page before gave.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Memories by the time they were made, page by page."""
    console.show(
        vault().call("timeline", limit=limit, content_type=content_type, before=before), words.entries, as_json
    )
