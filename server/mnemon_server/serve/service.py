"""What all doors of the HTTP server share: the vault, who may come in, the backups, and who performs an action."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from mnemon_server.auth.authority import Authority
from mnemon_server.client.dispatch import ADMINISTRATIVE, function_of
from mnemon_server.serve.backup import AutomaticBackup
from mnemon_server.serve.open_vault import OpenVault, open_vault
from mnemon_server.serve.seeding import Seeding
from mnemon_server.settings import Settings
from mnemon_server.tools.surface import Desk


@dataclass(frozen=True)
class Service:
    """Open until `close`; its methods may be called from any thread."""

    vault: OpenVault
    authority: Authority
    backup: AutomaticBackup
    seeding: Seeding
    started: float = field(default_factory=time.time)

    def perform(
        self, action: str, parameters: dict[str, Any], client: str, session: str = "", project: str = ""
    ) -> dict[str, Any]:  # Any: JSON
        """Carry out one action for `client`; see `actions.perform`. Blocks: call it in a worker thread."""
        if action in ADMINISTRATIVE:
            try:
                return function_of(action)(self.authority.store, **parameters)
            finally:
                self.authority.forget()
        return self.vault.perform(action, parameters, client, session, project)

    def desk(self) -> Desk:
        """For clients that speak MCP."""
        return Desk(self.perform)

    def start(self) -> None:
        """Begin what goes on in the background. Returns at once."""
        self.seeding.start()
        self.backup.start()

    def close(self) -> None:
        """Stop what goes on in the background, back up what has changed, let go of the vault."""
        self.seeding.close()
        self.vault.close(self.backup.close)
        self.authority.store.close()


def open_service(settings: Settings, authority: Authority) -> Service:
    """Over the vault that `settings` name; it is opened, and created, by the first action that needs it."""
    vault = open_vault(settings)
    return Service(vault, authority, AutomaticBackup(vault.own), Seeding(vault.own))
