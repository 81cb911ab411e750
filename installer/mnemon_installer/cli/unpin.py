"""`mnemon unpin ID`"""

from __future__ import annotations

from mnemon_installer.cli.vault_access import IdArgument, JsonFlag, vault
from mnemon_installer.ui import console, words


def command(id: IdArgument, as_json: JsonFlag = False) -> None:
    """Take a pin back."""
    console.show(vault().call("unpin", id=id), words.pinned, as_json)
