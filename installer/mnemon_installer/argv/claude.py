"""Command lines of the `claude` program. It has no way to overwrite an entry: an update is remove, then add."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def add_server(
    program: str, name: str, command: str, arguments: Sequence[str], environment: Mapping[str, str]
) -> tuple[str, ...]:
    """Register a stdio server for the user. Nothing in `environment` may be a secret: it shows in argv."""
    # `-e` takes any number of values, so it must not stand right before the name.
    variables = tuple(part for key, value in environment.items() for part in ("-e", f"{key}={value}"))
    return (program, "mcp", "add", "--scope", "user", name, *variables, "--", command, *arguments)


def remove_server(program: str, name: str, scope: str = "user") -> tuple[str, ...]:
    return (program, "mcp", "remove", "--scope", scope, name)


def list_servers(program: str) -> tuple[str, ...]:
    """Names every server it would start, those of the claude.ai account too; it connects to each."""
    return (program, "mcp", "list")
