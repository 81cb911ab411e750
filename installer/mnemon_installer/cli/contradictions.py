"""`mnemon contradictions ID`"""

from __future__ import annotations

from mnemon_installer.cli.vault_access import IdArgument, JsonFlag, vault
from mnemon_installer.ui import console, words


def command(id: IdArgument, as_json: JsonFlag = False) -> None:
    """Compare a memory with its nearest neighbours."""
    console.show(vault().call("contradictions", id=id), words.contradictions, as_json)
