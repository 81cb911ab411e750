"""`mnemon contradictions [ID]`"""

from __future__ import annotations

from typing import Annotated

import typer

from mnemon_installer.cli.vault_access import JsonFlag, vault
from mnemon_installer.ui import conflict_words, console
from mnemon_installer.ui.counting import counting
from mnemon_server.client import VaultClient
from mnemon_server.errors import UsageError

_STEP = 2.0  # seconds; after each the counter moves


def command(
    id: Annotated[
        int | None, typer.Argument(metavar="[ID]", help="A memory; left out, every pair of which one should give way.")
    ] = None,
    resolve: Annotated[
        int | None, typer.Option("--resolve", metavar="OTHER", help="The newer of ID and OTHER supersedes the older.")
    ] = None,
    keep_both: Annotated[
        int | None, typer.Option("--keep-both", metavar="OTHER", help="ID and OTHER both stand; do not ask again.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", help="How many pairs at most.")] = 20,
    as_json: JsonFlag = False,
) -> None:
    """Which memories update or contradict each other; settle a pair. `mnemon undo` takes a decision back."""
    other = resolve if resolve is not None else keep_both
    if other is not None and (id is None or (resolve is not None and keep_both is not None)):
        raise UsageError(
            "name both memories, and one of --resolve and --keep-both", "mnemon contradictions ID --resolve OTHER"
        )
    client = vault()
    if id is None:
        _examine(client)
        console.show(client.call("conflicts", limit=limit), conflict_words.conflicts, as_json)
    elif other is None:
        console.show(client.call("contradictions", id=id), conflict_words.neighbours, as_json)
    else:
        settled = client.call("resolve", id=id, other=other, keep_both=keep_both is not None)
        console.show(settled, conflict_words.resolved, as_json)


def _examine(client: VaultClient) -> None:
    """Compare what was never compared: what was imported, or saved before there was a vector."""
    done = 0
    with counting("comparing") as report:
        while True:
            step = client.call("examine_pending", seconds=_STEP)
            done += step["examined"]
            if not step["left"] or not step["examined"]:
                return
            report(done, done + step["left"])
