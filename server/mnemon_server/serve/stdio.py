"""`mnemon serve`: one client, its bytes on stdin and stdout, everything else on stderr."""

from __future__ import annotations

import dataclasses
import gc
import logging
import os
import signal
import sys
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from mnemon_server.actions import perform
from mnemon_server.actions.context import ActionContext
from mnemon_server.embed import embedder_source
from mnemon_server.errors import UsageError
from mnemon_server.llm.source import LocalJudges
from mnemon_server.projects import repository_of
from mnemon_server.resident.parent import leave_with_parent
from mnemon_server.resident.place import working_folder
from mnemon_server.serve.background import BackgroundEmbedding
from mnemon_server.serve.following import Following, Place
from mnemon_server.settings import Settings, load_settings
from mnemon_server.tools.surface import Desk
from mnemon_server.vault.connection import Vault


def main(arguments: Sequence[str], parent: int) -> int:
    """Serve until stdin ends or the process `parent` dies; returns the exit status.

    The vault is opened, and created, by the first call that needs it; a model is loaded by the first search
    or save. `initialize` waits for neither, and for no answer of a vault on the web.
    """
    surplus = [word for word in arguments if word != "--in-process"]
    if surplus:
        raise UsageError(f"serve takes no {surplus[0]!r}", "mnemon serve --help")
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="mnemon: %(levelname)s: %(message)s")
    place = Following(_settings(), _settings, lambda found: _elsewhere(found) if found.remote else _here(found))
    leave_with_parent(parent)
    _leave_on_signals(place.let_go)
    try:
        _serve(place.desk())
    finally:
        place.close()
    # A worker thread may still sit in a read of stdin that never ends; the vault is closed, so leave.
    sys.stderr.flush()
    os._exit(0)


def _settings() -> Settings:
    return load_settings(os.environ, Path.home())


def _here(settings: Settings) -> Place:
    """At the vault of this machine."""
    context = ActionContext(
        settings=settings,
        vault=Vault(settings.vault_path),
        models=embedder_source(settings),
        session=uuid.uuid4().hex,
        project=repository_of(working_folder()),
        judges=LocalJudges(settings),
    )
    embedding = BackgroundEmbedding(context)

    def perform_here(action: str, parameters: dict[str, Any], client: str, _: str) -> dict[str, Any]:  # Any: JSON
        found = perform(dataclasses.replace(context, client=client), action, parameters)
        embedding.after(action)
        return found

    def close() -> None:
        context.judges.close()
        embedding.close()
        context.vault.close()

    return Place(Desk(perform_here), close, context.vault.close)


def _elsewhere(settings: Settings) -> Place:
    """At the vault on the web; the one of this machine is left alone."""
    from mnemon_server.serve.elsewhere import Elsewhere

    elsewhere = Elsewhere(settings, uuid.uuid4().hex, repository_of(working_folder()))
    return Place(elsewhere.desk(), elsewhere.close, lambda: None)


def _serve(desk: Desk) -> None:
    # The SDK's models are a quarter of a million objects that live until the end: collecting garbage while
    # they are made only costs start-up time.
    gc.disable()
    import anyio
    from mcp.server.stdio import stdio_server

    from mnemon_server.serve.mcp_server import build

    server = build(desk)
    gc.freeze()
    gc.enable()

    async def session() -> None:
        async with stdio_server() as (read_stream, write_stream):
            await server.run(read_stream, write_stream, server.create_initialization_options())

    anyio.run(session)


def _leave_on_signals(let_go: Callable[[], None]) -> None:
    """Ctrl-C, or a polite end: close the vault and go, though a thread still sits in a read of stdin."""

    def leave(number: int, frame: object) -> None:
        let_go()  # waits for a write that is under way
        if number == signal.SIGINT:
            sys.stderr.write("interrupted\n")
        sys.stderr.flush()
        os._exit(128 + number)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, leave)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.getppid()))
