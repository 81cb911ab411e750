"""What all doors of the HTTP server share: the vault's connections, the model, and who performs an action."""

from __future__ import annotations

import dataclasses
import time
from dataclasses import dataclass, field
from typing import Any

from mnemon_server.actions import perform
from mnemon_server.actions.context import ActionContext
from mnemon_server.auth.authority import Authority
from mnemon_server.client.dispatch import ADMINISTRATIVE, function_of
from mnemon_server.embed import EmbedderSource, embedder_source
from mnemon_server.llm.source import LocalJudges
from mnemon_server.serve.background import BackgroundEmbedding
from mnemon_server.serve.backup import AutomaticBackup
from mnemon_server.serve.seeding import Seeding
from mnemon_server.serve.vaults import Vaults
from mnemon_server.settings import Settings
from mnemon_server.tools.surface import Desk
from mnemon_server.vault.connection import Vault

READERS, WRITERS = 4, 2
# These never wait for another process's write lock, so a stuck writer cannot keep them waiting. All others may.
_READING = {
    "search", "list", "timeline", "related", "contradictions", "conflicts", "changes", "inbox", "opening", "surface",
    "status", "profile", "browse", "overview", "version", "points", "edges", "stated",
}  # fmt: skip
# A model takes seconds for these, and they need no vault: none is lent to them.
_JUDGING = {"judge", "extract", "summarize"}


@dataclass(frozen=True)
class Service:
    """Open until `close`; its methods may be called from any thread."""

    settings: Settings
    models: EmbedderSource
    readers: Vaults
    writers: Vaults
    embedding: BackgroundEmbedding
    own: ActionContext
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
        if action in _JUDGING:
            return perform(self.own, action, parameters)
        with (self.readers if action in _READING else self.writers).lent() as vault:
            context = dataclasses.replace(self.own, vault=vault, client=client, session=session, project=project)
            found = perform(context, action, parameters)
        self.embedding.after(action)
        return found

    def desk(self) -> Desk:
        """For clients that speak MCP."""
        return Desk(self.perform)

    def start(self) -> None:
        """Begin what goes on in the background. Returns at once."""
        self.seeding.start()
        self.backup.start()

    def close(self) -> None:
        """End the judge's model, stop embedding, back up what has changed, write the WAL back, let go of the vault."""
        self.own.judges.close()
        self.seeding.close()
        self.embedding.close()
        self.backup.close()
        self.own.vault.close()
        self.readers.close()
        self.writers.close()
        self.authority.store.close()


def open_service(settings: Settings, authority: Authority) -> Service:
    """Over the vault that `settings` name; it is opened, and created, by the first action that needs it."""
    models = embedder_source(settings)
    judges = LocalJudges(settings)
    own = ActionContext(settings=settings, vault=Vault(settings.vault_path), models=models, judges=judges)
    return Service(
        settings=settings,
        models=models,
        readers=Vaults(lambda: Vault(settings.vault_path), READERS),
        writers=Vaults(lambda: Vault(settings.vault_path), WRITERS),
        embedding=BackgroundEmbedding(own),
        own=own,
        authority=authority,
        backup=AutomaticBackup(own),
        seeding=Seeding(own),
    )
