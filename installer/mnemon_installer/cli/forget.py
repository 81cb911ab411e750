"""`mnemon forget ID`"""

from __future__ import annotations

from mnemon_installer.cli.vault_access import IdArgument, JsonFlag, vault
from mnemon_installer.ui import console, words


def command(id: IdArgument, as_json: JsonFlag = False) -> None:
    """Forget a memory; restore brings it back."""
    console.show(vault().call("forget", id=id), words.forgotten, as_json)
