"""`mnemon search QUERY...`"""

from __future__ import annotations

from typing import Annotated

import typer

from mnemon_installer.cli.vault_access import JsonFlag, TypeOption, vault
from mnemon_installer.ui import console, words


def command(
    query: Annotated[list[str], typer.Argument(help="What to look for, in plain words.")],
    limit: Annotated[int | None, typer.Option("--limit", "-n", help="How many at most.")] = None,
    content_type: TypeOption = None,
    since: Annotated[str | None, typer.Option(help="Changed since a date, a time, or a span such as 7d.")] = None,
    client: Annotated[str | None, typer.Option(help="Saved by this client.")] = None,
    pinned: Annotated[bool, typer.Option("--pinned", help="Only pinned ones.")] = False,
    words_only: Annotated[bool, typer.Option("--words", help="By words only, without loading a model.")] = False,
    explain: Annotated[bool, typer.Option("--explain", help="Show what each score is made of.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Find memories by words and meaning."""
    result = vault().call(
        "search",
        query=" ".join(query),
        limit=limit,
        content_type=content_type,
        since=since,
        client=client,
        pinned=True if pinned else None,
        explain=explain,
        words_only=words_only,
    )
    console.show(result, words.search, as_json)
