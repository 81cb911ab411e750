"""What is known about you, in a page."""

from __future__ import annotations

from typing import Annotated

import typer

from mnemon_installer.cli.vault_access import JsonFlag, text_or_stdin, vault
from mnemon_installer.ui import console, profile_words


def group(
    context: typer.Context,
    tokens: Annotated[int | None, typer.Option(help="Budget in tokens, 100 to 20,000.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Show the profile, or add a fact to it."""
    if context.invoked_subcommand is None:
        console.show(vault().call("profile", tokens=tokens), profile_words.profile, as_json)


def add(
    title: Annotated[str, typer.Argument(help="What the fact is about; a title names one fact.")],
    content: Annotated[str, typer.Argument(help="The fact; - reads it from standard input.")],
    as_json: JsonFlag = False,
) -> None:
    """Add a fact, or correct the one with this title."""
    console.show(vault().call("state_fact", title=title, content=text_or_stdin(content)), profile_words.fact, as_json)
