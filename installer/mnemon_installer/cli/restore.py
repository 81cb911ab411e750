"""`mnemon restore ID`"""

from __future__ import annotations

from mnemon_installer.cli.vault_access import IdArgument, JsonFlag, vault
from mnemon_installer.ui import console, words


def command(id: IdArgument, as_json: JsonFlag = False) -> None:
    """Bring back a forgotten, archived or superseded memory."""
    console.show(vault().call("restore", id=id), words.restored, as_json)
