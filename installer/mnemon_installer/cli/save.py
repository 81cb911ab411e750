"""`mnemon save TITLE CONTENT|-`"""

from __future__ import annotations

from typing import Annotated

import typer

from mnemon_installer.cli.vault_access import JsonFlag, text_or_stdin, vault
from mnemon_installer.ui import conflict_words, console


def command(
    title: Annotated[str, typer.Argument(help="A short line to recognise it by.")],
    content: Annotated[str, typer.Argument(help="The memory itself; - reads it from standard input.")],
    content_type: Annotated[str, typer.Option("--type", "-t", help="What kind of memory it is.")] = "note",
    source_key: Annotated[
        str | None, typer.Option(help="Saving again under the same key replaces that memory in place.")
    ] = None,
    supersedes: Annotated[int | None, typer.Option(help="Id of a memory that this one takes the place of.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Keep a memory."""
    result = vault().call(
        "save",
        title=title,
        content=text_or_stdin(content),
        content_type=content_type,
        source_key=source_key,
        supersedes=supersedes,
    )
    console.show(result, conflict_words.saved, as_json)
