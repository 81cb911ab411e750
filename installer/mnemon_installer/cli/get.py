"""`mnemon get ID`"""

from __future__ import annotations

from mnemon_installer.cli.vault_access import IdArgument, JsonFlag, vault
from mnemon_installer.ui import console, words


def command(id: IdArgument, as_json: JsonFlag = False) -> None:
    """Read one memory whole."""
    console.show(vault().call("get", id=id), words.memory, as_json)
