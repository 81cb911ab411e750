"""`mnemon export FORMAT PATH`"""

from __future__ import annotations

from typing import Annotated

import typer

from mnemon_installer.cli.vault_access import JsonFlag, settings
from mnemon_installer.ui import console
from mnemon_installer.ui.counting import counting
from mnemon_server.client.files import export_file


def command(
    format: Annotated[str, typer.Argument(help="jsonl: one JSON object a line.")],
    path: Annotated[str, typer.Argument(help="The file to write; - writes to standard output.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the file when it is there.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Write all live memories to a file."""
    with counting("exporting") as report:
        result = export_file(settings(), format, path, force, report)
    if path != "-":
        console.show(result, lambda found: [f"exported {found['count']:,} memories to {path}"], as_json)
