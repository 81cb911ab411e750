"""`mnemon import FORMAT PATH`"""

from __future__ import annotations

from typing import Annotated

import typer

from mnemon_installer.cli.vault_access import JsonFlag, settings
from mnemon_installer.ui import console, words
from mnemon_installer.ui.counting import counting
from mnemon_server.client.files import import_file


def command(
    format: Annotated[str, typer.Argument(help="jsonl: one JSON object a line; vault: a vault's file.")],
    path: Annotated[str, typer.Argument(help="The file; - reads standard input (jsonl).")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check every line, write nothing.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Bring memories in from a file."""
    with counting("importing") as report:
        result = import_file(settings(), format, path, dry_run, report)
    problems = [
        {"code": "refused-line", "message": f"line {line['line']}: {line['reason']}", "hint": ""}
        for line in result["refusals"]
    ]
    console.show(result, words.imported, as_json, problems, ok=not result["refused"])
    if result["refused"]:
        raise typer.Exit(1)
