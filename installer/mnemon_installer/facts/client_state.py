"""How it stands between mnemon and a client."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from mnemon_installer.clients import Client
from mnemon_installer.clients.client import Launch, starts_the_same
from mnemon_installer.clients.config_file import read_config
from mnemon_installer.edits.mask import mask_json
from mnemon_installer.plan.receipts import Receipt
from mnemon_installer.world import World
from mnemon_server.errors import MnemonError

Standing = Literal["registered", "direct", "not registered", "drifted", "foreign", "unreadable"]


@dataclass(frozen=True)
class ClientState:
    """`direct`: the entry leads to a vault on the web, without a program of ours.

    `detail` says why a file cannot be read, or shows a foreign entry with its secrets hidden.
    """

    standing: Standing
    detail: str = ""

    @property
    def has_ours(self) -> bool:
        return self.standing in ("registered", "direct", "drifted")


def client_state(world: World, client: Client, launch: Launch | None, receipt: Receipt | None = None) -> ClientState:
    """`launch` is what we would write; None where no client can rely on this installation. By its `receipt` an entry
    is known that leads to the web."""
    try:
        file = read_config(world, client)
    except MnemonError as trouble:
        return ClientState("unreadable", trouble.message)
    entry = file.document.get(client.entry_path)
    if not file.document.has(client.entry_path):
        return ClientState("not registered")
    if receipt is not None and receipt.knows(entry) and client.launch_of(entry) is None:
        return ClientState("direct")
    if file.is_foreign(client):
        return ClientState("foreign", _one_line(entry))
    if launch is None or starts_the_same(client.launch_of(entry), launch):
        return ClientState("registered")
    return ClientState("drifted")


def _one_line(entry: Any) -> str:  # Any: whatever stands in the file
    shown = json.loads(mask_json(json.dumps({"mnemon": entry}, default=str)))["mnemon"]
    return json.dumps(shown, ensure_ascii=False)
