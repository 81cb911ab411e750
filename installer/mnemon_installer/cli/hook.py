"""The help of `mnemon hook`; the door in main.py runs hooks itself, before Typer loads."""

from __future__ import annotations

from typing import Annotated

import typer


def command(
    event: Annotated[str, typer.Argument(help="surface, session-start, extract, handoff, warm or prewarm.")],
    client: Annotated[str, typer.Option(help="Whose hook it is: claude-code, gemini or codex.")] = "claude-code",
    vault_dir: Annotated[
        str, typer.Option(metavar="DIR", help="The vault's folder, instead of MNEMON_VAULT_DIR.")
    ] = "",
    in_foreground: Annotated[
        bool, typer.Option("--in-foreground", help="Do the work before returning, where it would go on detached.")
    ] = False,
) -> None:
    """Answer a client's hook: its JSON on standard input, what it understands on standard output, exit status 0."""
