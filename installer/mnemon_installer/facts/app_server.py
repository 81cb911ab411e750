"""The server of an app of ours, spoken to with the token that this machine keeps for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mnemon_installer.facts.deployment import first_line
from mnemon_installer.facts.remote import refusal, said
from mnemon_installer.world import World

_PATIENCE = 300.0  # seconds: it may have to wake up, and to send or bring a whole vault


def ask_server(world: World, url: str, token_path: Path, action: str, **parameters: Any) -> dict[str, Any]:  # Any: JSON
    """What an action of the vault's gives there.

    Raises:
        NoAnswer: nobody answered.
        RemoteTrouble: in the server's own words.
    """
    order = json.dumps({"parameters": parameters, "client": "mnemon"}).encode()
    answer = world.ask(f"{url}/vault/actions/{action}", first_line(world, token_path), order, _PATIENCE)
    told = said(answer).get("result")
    if answer.status != 200 or not isinstance(told, dict):
        raise refusal(url, answer)
    return told
