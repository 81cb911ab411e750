"""The help of `mnemon serve-remote`; the door in main.py starts the server itself, before Typer loads."""

from __future__ import annotations

from typing import Annotated

import typer


def command(
    host: Annotated[str, typer.Option("--host", help="The address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="The port; 0: one that the system picks.")] = 8000,
) -> None:
    """Serve the vault over HTTP: MCP at /mcp, with a bearer token or OAuth, for clients on other machines.

    Reads MNEMON_LOCAL_TOKEN (or the file local_token), MNEMON_PUBLIC_URL and MNEMON_OWNER_PASSPHRASE_HASH. Beyond this
    machine it does not listen without a credential and a public address.
    """
