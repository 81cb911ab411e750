"""`mnemon rebuild`"""

from __future__ import annotations

from mnemon_installer.cli.vault_access import JsonFlag, vault
from mnemon_installer.ui import console, words
from mnemon_installer.ui.counting import counting


def command(as_json: JsonFlag = False) -> None:
    """Make every index anew and embed all memories; interrupted, the next run goes on."""
    with counting("embedding") as report:
        result = vault(report).call("rebuild")
    console.show(result, words.rebuilt, as_json)
