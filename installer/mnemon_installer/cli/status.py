"""`mnemon status`"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mnemon_installer.cli.vault_access import JsonFlag, settings, vault
from mnemon_installer.ui import console, resident_words, words
from mnemon_server.client.residents import off_because, resident_state
from mnemon_server.hooks.recalled import injected_lately


def command(as_json: JsonFlag = False) -> None:
    """How the vault is: counts, model, size, backup, what hooks have put before models lately, the shared server."""
    found = settings()
    result = vault().call("status") | {"injected": injected_lately(found)}
    if found.remote:
        result["remote"] = found.remote
    result["resident"] = resident_words.result(found, resident_state(found), off_because(found))
    console.show(result, _lines, as_json)


def _lines(result: dict[str, Any]) -> Iterator[str]:  # Any: JSON
    yield from words.status(result)
    yield f"server     {resident_words.in_short(result['resident'])}"
