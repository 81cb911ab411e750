"""The help of `mnemon serve`; the door in main.py starts the server itself, before Typer loads."""

from __future__ import annotations

from typing import Annotated

import typer


def command(
    in_process: Annotated[bool, typer.Option("--in-process", help="Serve in this process.")] = False,
) -> None:
    """Answer one MCP client on standard input and output; clients start this themselves."""
