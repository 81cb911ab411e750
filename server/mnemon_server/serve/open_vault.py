"""One vault, open for many callers at once: its connections, the models, and what goes on in the background."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from mnemon_server.actions import perform
from mnemon_server.actions.context import ActionContext
from mnemon_server.embed import EmbedderSource, embedder_source
from mnemon_server.llm.source import LocalJudges
from mnemon_server.serve.background import BackgroundEmbedding
from mnemon_server.serve.vaults import Vaults
from mnemon_server.settings import Settings
from mnemon_server.vault.connection import Vault

READERS, WRITERS = 4, 2
# These never wait for another process's write lock, so a stuck writer cannot keep them waiting. All others may.
READING = frozenset({
    "search", "list", "timeline", "related", "contradictions", "conflicts", "changes", "inbox", "opening", "surface",
    "status", "profile", "browse", "overview", "version", "points", "edges", "stated",
})  # fmt: skip
# A model takes seconds for these, and they need no vault: none is lent to them.
_JUDGING = {"judge", "extract", "summarize"}


@dataclass(frozen=True)
class OpenVault:
    """Open until `close`; its methods may be called from any thread."""

    settings: Settings
    models: EmbedderSource
    readers: Vaults
    writers: Vaults
    embedding: BackgroundEmbedding
    behind: Vault
    own: ActionContext

    def perform(
        self, action: str, parameters: dict[str, Any], client: str, session: str = "", project: str = ""
    ) -> dict[str, Any]:  # Any: JSON
        """Carry out one action for `client`; see `actions.perform`. Blocks: call it in a worker thread."""
        if action in _JUDGING:
            return perform(self.own, action, parameters)
        with (self.readers if action in READING else self.writers).lent() as vault:
            context = dataclasses.replace(self.own, vault=vault, client=client, session=session, project=project)
            found = perform(context, action, parameters)
        self.embedding.after(action)
        return found

    def close(self, before_last: Callable[[], None] = lambda: None) -> None:
        """End the judge's model, stop embedding, write the WAL back, let go of the vault. `before_last` is done once
        nothing goes on in the background any more."""
        self.own.judges.close()
        self.embedding.close()
        before_last()
        self.behind.close()
        self.own.vault.close()
        self.readers.close()
        self.writers.close()


def open_vault(settings: Settings, is_busy: Callable[[], bool] = lambda: False) -> OpenVault:
    """The vault that `settings` name; its file is opened, and created, by the first action that needs it. While
    `is_busy`, what goes on in the background stands back."""
    models = embedder_source(settings)
    # What goes on in the background finds its vault there: one that was deleted meanwhile is not made anew by it.
    behind = Vault(settings.vault_path, creates=False)
    own = ActionContext(
        settings=settings, vault=Vault(settings.vault_path), models=models, judges=LocalJudges(settings)
    )
    return OpenVault(
        settings=settings,
        models=models,
        readers=Vaults(lambda: Vault(settings.vault_path), READERS),
        writers=Vaults(lambda: Vault(settings.vault_path), WRITERS),
        embedding=BackgroundEmbedding(dataclasses.replace(own, vault=behind), is_busy),
        behind=behind,
        own=own,
    )
