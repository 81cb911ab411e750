"""The vault in this very process."""

from __future__ import annotations

import uuid
from typing import Any

from mnemon_server.actions.context import ActionContext
from mnemon_server.client import Progress
from mnemon_server.client.dispatch import perform_any
from mnemon_server.embed import embedder_source
from mnemon_server.llm.judges import Servers
from mnemon_server.settings import Settings
from mnemon_server.vault.connection import Vault


class InProcess:
    """A client that opens the vault file itself."""

    def __init__(
        self,
        settings: Settings,
        caller: str,
        report: Progress | None = None,
        session: str | None = None,
        project: str = "",
    ) -> None:
        if session is None:
            session = "" if caller == "cli" else uuid.uuid4().hex
        self.context = ActionContext(
            settings=settings,
            vault=Vault(settings.vault_path),
            models=embedder_source(settings),
            client=caller,
            session=session,
            project=project,
            report=report or (lambda done, total: None),
            judges=Servers(settings),
        )

    def call(self, action: str, /, **parameters: Any) -> dict[str, Any]:  # Any: JSON on both sides
        """Carry out one action; see the protocol."""
        return perform_any(self.context, action, parameters)

    def close(self) -> None:
        """Let go of the vault file."""
        self.context.vault.close()
