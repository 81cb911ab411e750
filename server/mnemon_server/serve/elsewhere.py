"""A desk in this process for clients of the vault on the web."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import Any

from mnemon_server.client import connect_remote
from mnemon_server.client.remote import RemoteRefused, RemoteVault
from mnemon_server.settings import Settings
from mnemon_server.tools.surface import Desk

PATIENCE = 25.0  # seconds; clients of MCP wait for a tool a little longer than that, and then say nothing useful


class Elsewhere:
    """The vault on the web, in one session. Whatever is wrong on the way there is what a call answers, not a reason not
    to start; nothing is ever done on the vault of this machine instead."""

    def __init__(
        self, settings: Settings, session: str, project: str, environment: Mapping[str, str] = os.environ
    ) -> None:
        self._settings = settings
        self._session = session
        self._project = project
        self._environment = environment
        self._guard = threading.Lock()
        self._vault: RemoteVault | None = None

    def desk(self) -> Desk:
        """For clients that speak MCP."""
        return Desk(self._perform)

    def close(self) -> None:
        """Hang up."""
        self._forget(self._vault)

    def _perform(
        self, action: str, parameters: dict[str, Any], client: str, _: str
    ) -> dict[str, Any]:  # Any: JSON on both sides
        vault = self._connected()
        try:
            return vault.perform(action, parameters, client, self._session)
        except RemoteRefused:
            self._forget(vault)  # the next call looks for a token that is newer
            raise

    def _connected(self) -> RemoteVault:
        with self._guard:
            if self._vault is None:
                self._vault = connect_remote(
                    self._settings,
                    "mcp",
                    session=self._session,
                    project=self._project,
                    patience=PATIENCE,
                    environment=self._environment,
                )
            return self._vault

    def _forget(self, vault: RemoteVault | None) -> None:
        with self._guard:
            if self._vault is vault:
                self._vault = None
        if vault is not None:
            vault.close()
