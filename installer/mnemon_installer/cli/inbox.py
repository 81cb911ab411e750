"""What hooks captured and nobody has confirmed yet: look through it, keep or drop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from mnemon_installer.cli.vault_access import JsonFlag, vault
from mnemon_installer.ui import console, hook_words
from mnemon_server.errors import MnemonError

Ids = Annotated[list[int], typer.Argument(metavar="ID...", help="Memories of the inbox.")]


def group(
    context: typer.Context,
    limit: Annotated[int, typer.Option("--limit", "-n", help="How many at most.")] = 50,
    as_json: JsonFlag = False,
) -> None:
    """What hooks captured and nobody has confirmed yet, newest first."""
    if context.invoked_subcommand is None:
        console.show(vault().call("inbox", limit=limit), hook_words.inbox, as_json)


def keep(ids: Ids, as_json: JsonFlag = False) -> int:
    """Keep captured memories: from now on they count like those that were saved on purpose."""
    return _each("keep", ids, as_json)


def drop(ids: Ids, as_json: JsonFlag = False) -> int:
    """Drop captured memories; the same words are not captured again. `mnemon restore ID` takes that back."""
    return _each("drop", ids, as_json)


def _each(action: str, ids: Sequence[int], as_json: bool) -> int:
    """Every id on its own: one that is wrong does not keep the others from being done."""
    client = vault()
    done, problems = list[dict[str, Any]](), list[dict[str, str]]()  # Any: JSON
    for number in ids:
        try:
            done.append(client.call(action, id=number))
        except MnemonError as trouble:
            problems.append(trouble.to_json())
    if problems and not done and not as_json:
        console.fail(problems[0], as_json)
        return 1
    lines = hook_words.kept if action == "keep" else hook_words.dropped
    console.show({"done": done}, lines, as_json, problems, not problems)
    return 1 if problems else 0
