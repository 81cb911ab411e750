"""`mnemon pin ID`"""

from __future__ import annotations

from mnemon_installer.cli.vault_access import IdArgument, JsonFlag, vault
from mnemon_installer.ui import console, words


def command(id: IdArgument, as_json: JsonFlag = False) -> None:
    """Pin a memory: more certain, never archived."""
    console.show(vault().call("pin", id=id), words.pinned, as_json)
