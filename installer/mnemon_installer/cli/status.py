"""`mnemon status`"""

from __future__ import annotations

from mnemon_installer.cli.vault_access import JsonFlag, vault
from mnemon_installer.ui import console, words


def command(as_json: JsonFlag = False) -> None:
    """How the vault is: counts, model, size, backup."""
    console.show(vault().call("status"), words.status, as_json)
