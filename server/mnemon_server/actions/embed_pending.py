"""Give vectors to what waits for them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mnemon_server.actions.context import ActionContext
from mnemon_server.embed import Embedder
from mnemon_server.vault import background, counts, vault_model, vectors
from mnemon_server.vault.vault_model import VaultModel

BATCH = 64


def run(context: ActionContext) -> dict[str, Any]:
    """Embed everything that is pending; `{"embedded": passages, "pending": memories, "reason": str}`.

    Interrupted anywhere, the next call goes on with what is left. `reason` says why nothing was done: the
    vault holds vectors of another model, which is never replaced silently.

    Raises:
        ModelMissing, ModelBroken: no model to embed with.
    """
    embedder = context.models.load()
    reason = ""
    embedded = 0
    model = model_in_force(context, embedder)
    if model is None:
        reason = "the vault's vectors are of another model; `mnemon rebuild` moves it to this one"
    else:
        embedded, _ = embed_all(context, embedder, model, total=count_pending(context))
    with context.vault.read() as connection:
        pending = counts.count(connection).pending
    return {"embedded": embedded, "pending": pending, "reason": reason}


def model_in_force(context: ActionContext, embedder: Embedder) -> VaultModel | None:
    """The vault's model when it is the embedder's; an empty vault takes the embedder's. None: another one."""
    with context.vault.read() as connection:
        model = vault_model.current_model(connection)
    if model is None:
        with context.vault.write() as connection:
            model = vault_model.current_model(connection) or vectors.adopt_model(
                connection, embedder.fingerprint, embedder.dimensions
            )
    return model if model.fingerprint == embedder.fingerprint else None


def embed_all(
    context: ActionContext,
    embedder: Embedder,
    model: VaultModel,
    total: int = 0,
    after: int = 0,
    should_stop: Callable[[], bool] = lambda: False,
) -> tuple[int, int]:
    """Embed pending passages with an id behind `after`, batch by batch, each stored before the next.

    `total`, when known, is passed on to the progress report.

    Returns:
        How many were embedded, and the id up to which none is pending any more.
    """
    done, last = 0, after
    while not should_stop():
        with context.vault.read() as connection:
            batch = vectors.pending_passages(connection, last, BATCH)
        if not batch:
            break
        embeddings = embedder.embed_passages([passage.text for passage in batch])
        pairs = [(passage.id, vector) for passage, vector in zip(batch, embeddings, strict=True)]
        with context.vault.write() as connection:
            current = vault_model.current_model(connection)
            if current is None or current.id != model.id:
                break  # somebody moved the vault to another model meanwhile
            done += vectors.store_vectors(connection, model, pairs)
        last = batch[-1].id
        context.report(done, max(total, done))
    if done:
        _learn_background(context, model)
    return done, last


def _learn_background(context: ActionContext, model: VaultModel) -> None:
    """Once there are vectors enough: what hooks may put before a model is measured from there."""
    with context.vault.read() as connection:
        current = vault_model.current_model(connection)
        is_due = current is not None and current.id == model.id and current.background is None
        is_due = is_due and vectors.count_vectors(connection, model) >= background.FEWEST
    if is_due:
        with context.vault.write() as connection:
            background.measure_background(connection, model)


def count_pending(context: ActionContext) -> int:
    """Passages that wait for a vector."""
    with context.vault.read() as connection:
        return vectors.count_pending_passages(connection)
