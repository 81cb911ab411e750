"""`mnemon status`"""

from __future__ import annotations

from mnemon_installer.cli.vault_access import JsonFlag, settings, vault
from mnemon_installer.ui import console, words
from mnemon_server.hooks.recalled import injected_lately


def command(as_json: JsonFlag = False) -> None:
    """How the vault is: counts, model, size, backup, and what hooks have put before models lately."""
    found = settings()
    result = vault().call("status") | {"injected": injected_lately(found)}
    if found.remote:
        result["remote"] = found.remote
    console.show(result, words.status, as_json)
