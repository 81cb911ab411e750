"""The server of an app of ours, spoken to with the token that this machine has for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from mnemon_installer.facts.deployment import first_line
from mnemon_installer.facts.remote import kept_for, refusal, said
from mnemon_installer.world import World
from mnemon_server.settings import Settings

PUT_ASIDE = "device_token"  # a file in an app's folder
_PATIENCE = 300.0  # seconds: it may have to wake up, and to send or bring a whole vault


def app_token(world: World, settings: Settings, folder: Path, url: str) -> str:
    """The one made with the app, from its `folder`; on a machine that has joined its own one, which is put aside there
    when the vault comes home. Empty for none."""
    made = first_line(world, folder / "token")
    return made or kept_for(world, settings, url) or first_line(world, folder / PUT_ASIDE)


def ask_server(world: World, url: str, token: str, action: str, **parameters: Any) -> dict[str, Any]:  # Any: JSON
    """What an action of the vault's gives there.

    Raises:
        NoAnswer: nobody answered.
        RemoteTrouble: in the server's own words.
    """
    order = json.dumps({"parameters": parameters, "client": "mnemon"}).encode()
    answer = world.ask(f"{url}/vault/actions/{action}", token, order, _PATIENCE)
    told = said(answer).get("result")
    if answer.status != 200 or not isinstance(told, dict):
        raise refusal(url, answer)
    return told
