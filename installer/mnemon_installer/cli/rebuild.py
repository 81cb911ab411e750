"""`mnemon rebuild`"""

from __future__ import annotations

from mnemon_installer.cli.vault_access import JsonFlag, settings, vault
from mnemon_installer.ui import console, words
from mnemon_installer.ui.counting import counting
from mnemon_server.client.rebuilding import rebuild_there


def command(as_json: JsonFlag = False) -> None:
    """Make every index anew and embed all memories; interrupted, the next run goes on."""
    with counting("embedding") as report:
        client = vault(report)
        result = rebuild_there(client, report) if settings().remote else client.call("rebuild")
    console.show(result, words.rebuilt, as_json)
