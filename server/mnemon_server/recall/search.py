"""Hybrid search: words and vectors of one vault, fused and scored."""

from __future__ import annotations

from dataclasses import dataclass, field

import apsw

from mnemon_server.embed import Embedder
from mnemon_server.memory import Memory
from mnemon_server.recall import query as queries
from mnemon_server.recall.fuse import fuse
from mnemon_server.recall.score import Score, score
from mnemon_server.vault import memories, vault_model, vectors, words
from mnemon_server.vault.connection import Vault
from mnemon_server.vault.filters import Filters

CANDIDATES_PER_SIDE = 50


@dataclass(frozen=True)
class Hit:
    memory: Memory
    score: Score


@dataclass(frozen=True)
class Found:
    """`mode` is `hybrid` when vectors took part, else `words` with the reason; `terms` were searched for."""

    mode: str
    hits: list[Hit]
    terms: tuple[str, ...] = ()
    reason: str = ""
    candidates: int = field(default=0)


@dataclass(frozen=True)
class QueryVector:
    """An embedded query, and the fingerprint of the model that made it."""

    fingerprint: str
    embedding: bytes


def embed_query(embedder: Embedder, text: str) -> QueryVector:
    return QueryVector(embedder.fingerprint, embedder.embed_query(text[: queries.MOST_CHARACTERS]))


def search(
    vault: Vault,
    text: str,
    query_vector: QueryVector | None,
    filters: Filters,
    limit: int,
    now: int,
) -> Found:
    """The best `limit` live memories for `text`. Writes nothing.

    `query_vector` is None when there is no model; then, and when the vault's vectors are of another
    model, words alone decide and `reason` says so.
    """
    with vault.read() as connection:
        terms = _terms(vault, connection, text[: queries.MOST_CHARACTERS])
        pool = max(CANDIDATES_PER_SIDE, limit)
        bm25 = dict(words.match_words(connection, terms.match, filters, pool)) if terms.tokens else {}
        model, reason = usable_model(connection, query_vector)
        cosine: dict[int, float] | None = None
        if model is not None and query_vector is not None:
            cosine = dict(vectors.nearest(connection, model, query_vector.embedding, filters, pool))
            _complete(connection, model, query_vector.embedding, terms, bm25, cosine)
        hits = _best(connection, bm25, cosine, limit, now)
    return Found("words" if cosine is None else "hybrid", hits, terms.tokens, reason, len(bm25))


def _terms(vault: Vault, connection: apsw.Connection, text: str) -> queries.Terms:
    found = queries.worth_searching(words.tokenize(connection, text))
    counts, total = vault.frequencies.look_up(connection, [stem for _, stem in found])
    return queries.choose_terms(found, counts, total)


def usable_model(
    connection: apsw.Connection, query_vector: QueryVector | None
) -> tuple[vault_model.VaultModel | None, str]:
    """The vault's model when the query was embedded with it; else None and the reason."""
    if query_vector is None:
        return None, "no model"
    model = vault_model.current_model(connection)
    if model is None:
        return None, "no memory has a vector yet"
    if model.fingerprint != query_vector.fingerprint:
        return None, f"the vault's vectors are of {model.fingerprint}, not of {query_vector.fingerprint}"
    return model, ""


def _complete(
    connection: apsw.Connection,
    model: vault_model.VaultModel,
    embedding: bytes,
    terms: queries.Terms,
    bm25: dict[int, float],
    cosine: dict[int, float],
) -> None:
    """Give every candidate of one side its true value on the other; bm25 0 where no word matches."""
    without_words = [key for key in cosine if key not in bm25]
    without_cosine = [key for key in bm25 if key not in cosine]
    if without_cosine:
        cosine.update(vectors.cosines(connection, model, embedding, without_cosine))
    if without_words and terms.tokens:
        bm25.update(words.strengths(connection, terms.match, without_words))
    for key in without_words:
        bm25.setdefault(key, 0.0)


def _best(
    connection: apsw.Connection,
    bm25: dict[int, float],
    cosine: dict[int, float] | None,
    limit: int,
    now: int,
) -> list[Hit]:
    relevance = fuse(bm25, cosine)
    # A hundred candidates are ranked and eight are shown: the texts of the others, up to 100 KB each, stay unread.
    candidates = memories.find_many_live(connection, relevance, with_text=False)
    scores = {
        key: score(memory, relevance[key], bm25[key], cosine.get(key) if cosine is not None else None, now)
        for key, memory in candidates.items()
    }
    best = sorted(scores, key=lambda key: (-scores[key].total, key))[:limit]
    whole = memories.find_many_live(connection, best)
    return [Hit(whole[key], scores[key]) for key in best]
