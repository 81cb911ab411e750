"""Make every index anew: the words, the vectors of this machine's model, the vector index."""

from __future__ import annotations

from typing import Any

from mnemon_server.actions.context import ActionContext
from mnemon_server.actions.embed_pending import count_pending, embed_all
from mnemon_server.embed import Embedder
from mnemon_server.errors import ModelBroken, ModelMissing
from mnemon_server.vault import memories, vault_model, vectors, words
from mnemon_server.vault.vault_model import VaultModel

_STRETCH = 500


def run(context: ActionContext) -> dict[str, Any]:
    """Re-embed all live memories; interrupted anywhere, the next call goes on where this one stopped.

    Without a model the word index and the vector index are made anew from what the vault holds.

    Returns:
        `{"words": memories indexed, "embedded": passages embedded, "model": str, "reason": str}`
    """
    started = start(context)
    embedded = 0
    if not started["reason"]:
        embedder = context.models.load()
        embedded, _ = embed_all(context, embedder, begin(context, embedder), total=started["pending"])
        finish(context)
    return {
        "words": started["words"],
        "embedded": embedded,
        "model": started["model"],
        "reason": started["reason"],
    }


def start(context: ActionContext) -> dict[str, Any]:
    """The quick half: words and vector index made anew, older vectors called pending; `finish` ends it.

    Returns:
        `{"words": memories indexed, "pending": passages to embed, "model": str, "reason": str}`
    """
    indexed = rebuild_words(context)
    try:
        embedder = context.models.load()
    except (ModelMissing, ModelBroken) as trouble:
        with context.vault.write() as connection:
            vectors.rebuild_index(connection)
        return {"words": indexed, "pending": 0, "model": "", "reason": trouble.message}
    model = begin(context, embedder)
    return {"words": indexed, "pending": count_pending(context), "model": model.fingerprint, "reason": ""}


def rebuild_words(context: ActionContext) -> int:
    """One transaction: a search sees the old index or the new one, never half of one."""
    done, last = 0, 0
    with context.vault.write() as connection:
        words.clear_words(connection)
        while stretch := memories.each_live(connection, last, _STRETCH):
            last = stretch[-1].id
            words.rebuild_words(connection, [memory.id for memory in stretch])
            done += len(stretch)
    return done


def begin(context: ActionContext, embedder: Embedder) -> VaultModel:
    """Move the vault to the embedder's model and call every older vector pending."""
    with context.vault.write() as connection:
        vault_model.begin_rebuild(connection)
        model = vault_model.current_model(connection)
        if model is None or model.fingerprint != embedder.fingerprint:
            model = vectors.adopt_model(connection, embedder.fingerprint, embedder.dimensions)
    return model


def finish(context: ActionContext) -> None:
    """End a rebuild that is under way, once nothing is pending any more."""
    if not is_under_way(context):
        return
    with context.vault.write() as connection:
        if vault_model.is_rebuilding(connection) and vectors.count_pending_passages(connection) == 0:
            vault_model.end_rebuild(connection)
            vectors.rebuild_index(connection)


def is_under_way(context: ActionContext) -> bool:
    """Whether a rebuild was begun, here or elsewhere, and not ended."""
    with context.vault.read() as connection:
        return vault_model.is_rebuilding(connection)
