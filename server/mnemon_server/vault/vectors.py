"""Vectors: the BLOBs are the truth, the vec0 table is an index over them that can be made again."""

from __future__ import annotations

from collections.abc import Sequence

import apsw

from mnemon_server.vault import scan, verdicts
from mnemon_server.vault.filters import Filters, Value, filter_clause
from mnemon_server.vault.meta import read_meta, write_meta
from mnemon_server.vault.passages import Passage, passage_text
from mnemon_server.vault.vault_model import VaultModel, current_model, rebuild_round, set_current

# One-bit codes find candidates, floats order them: at 200 candidates recall@20 is 0.994 on real vectors.
CANDIDATES = 200
# vec0 looks for the best `k` of every chunk, which costs rows times the smaller of k and the chunk's size: small
# chunks cost least, above all when a filter leaves few rows in each.
CHUNK = 16
_STALE = "index_stale"


def adopt_model(connection: apsw.Connection, fingerprint: str, dimensions: int) -> VaultModel:
    """Make this the vault's model. Vectors of another one stay until they are replaced, unsearched."""
    connection.execute(
        "INSERT INTO models (fingerprint, dimensions) VALUES (?, ?) ON CONFLICT DO NOTHING",
        (fingerprint, dimensions),
    )
    number = connection.execute("SELECT id FROM models WHERE fingerprint = ?", (fingerprint,)).get
    set_current(connection, number)
    verdicts.look_again(connection)
    rebuild_index(connection)
    model = current_model(connection)
    assert model is not None
    return model


def pending_passages(connection: apsw.Connection, after: int, limit: int) -> list[Passage]:
    """Passages of live memories without a current vector, by id, beginning behind `after`."""
    current, earliest = _wanted(connection)
    rows = connection.execute(
        "SELECT p.id, live.title, live.content, p.start, p.length FROM passages AS p"
        " JOIN live ON live.id = p.memory_id LEFT JOIN vectors AS v ON v.passage_id = p.id"
        " WHERE p.id > ? AND (v.passage_id IS NULL OR v.model_id <> ? OR v.round < ?)"
        " ORDER BY p.id LIMIT ?",
        (after, current, earliest, limit),
    )
    return [Passage(row[0], passage_text(*row[1:])) for row in rows]


def count_pending_passages(connection: apsw.Connection) -> int:
    """How many passages of live memories have no current vector."""
    current, earliest = _wanted(connection)
    return int(
        connection.execute(
            "SELECT count(*) FROM passages AS p JOIN live ON live.id = p.memory_id"
            " LEFT JOIN vectors AS v ON v.passage_id = p.id"
            " WHERE v.passage_id IS NULL OR v.model_id <> ? OR v.round < ?",
            (current, earliest),
        ).get
    )


def store_vectors(connection: apsw.Connection, model: VaultModel, vectors: Sequence[tuple[int, bytes]]) -> int:
    """Keep (passage id, embedding) pairs; passages that are gone by now are passed over. How many were kept."""
    kept, current_round = [], rebuild_round(connection)
    for passage_id, embedding in vectors:
        found = connection.execute(
            "SELECT live.id FROM passages AS p JOIN live ON live.id = p.memory_id WHERE p.id = ?",
            (passage_id,),
        ).get
        if found is not None:
            kept.append((passage_id, embedding))
    connection.executemany(
        "INSERT INTO vectors (passage_id, model_id, round, embedding) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (passage_id) DO UPDATE SET model_id = excluded.model_id,"
        " round = excluded.round, embedding = excluded.embedding",
        [(passage_id, model.id, current_round, embedding) for passage_id, embedding in kept],
    )
    if _index_is_usable(connection):
        _take_out(connection, [passage_id for passage_id, _ in kept])
        _put_in(connection, kept)
    elif has_vec(connection):
        rebuild_index(connection)
    return len(kept)


def index_memory(connection: apsw.Connection, memory_id: int) -> None:
    """Put the vectors of a memory that is live again back into the index."""
    model = current_model(connection)
    if model is None:
        return
    rows = connection.execute(
        "SELECT p.id, v.embedding FROM passages AS p JOIN vectors AS v ON v.passage_id = p.id"
        " WHERE p.memory_id = ? AND v.model_id = ?",
        (memory_id, model.id),
    )
    if not _index_is_usable(connection):
        write_meta(connection, _STALE, "1")
        return
    found = list(rows)
    _take_out(connection, [row[0] for row in found])
    _put_in(connection, found)


def unindex_memory(connection: apsw.Connection, memory_id: int) -> None:
    """Take a memory's vectors out of the index; the BLOBs stay."""
    if current_model(connection) is None:
        return
    if not _index_is_usable(connection):
        write_meta(connection, _STALE, "1")
        return
    rows = connection.execute("SELECT id FROM passages WHERE memory_id = ?", (memory_id,))
    _take_out(connection, [row[0] for row in rows])


def rebuild_index(connection: apsw.Connection) -> None:
    """Make the vec0 table anew from the BLOBs of live memories; without vec0 mark it as stale."""
    model = current_model(connection)
    if model is None:
        return
    if not has_vec(connection):
        write_meta(connection, _STALE, "1")
        return
    connection.execute("DROP TABLE IF EXISTS vector_index")
    connection.execute(
        "CREATE VIRTUAL TABLE vector_index USING vec0"
        f" (passage_id INTEGER PRIMARY KEY, code bit[{model.dimensions}], chunk_size={CHUNK})"
    )
    connection.execute(
        "INSERT INTO vector_index (passage_id, code) SELECT v.passage_id, vec_quantize_binary(v.embedding)"
        " FROM vectors AS v JOIN passages AS p ON p.id = v.passage_id JOIN live ON live.id = p.memory_id"
        " WHERE v.model_id = ?",
        (model.id,),
    )
    write_meta(connection, _STALE, None)


def nearest(
    connection: apsw.Connection, model: VaultModel, query: bytes, filters: Filters, limit: int
) -> list[tuple[int, float]]:
    """(memory id, cosine of its best passage) of the nearest live memories, nearest first."""
    if not has_vec(connection):
        return scan.nearest(connection, model.id, query, filters, limit)
    clause, parameters = filter_clause(filters, "live")
    if _index_is_usable(connection):
        narrowed = ""
        if not filters.is_empty:
            narrowed = (
                " AND passage_id IN (SELECT p.id FROM passages AS p"
                f" JOIN live ON live.id = p.memory_id WHERE 1{clause})"
            )
        source = (
            "(SELECT passage_id FROM vector_index"
            f" WHERE code MATCH vec_quantize_binary(?) AND k = {max(CANDIDATES, limit)}{narrowed})"
        )
        before: list[Value | bytes] = [query, query, *parameters]
        tail = ""
        after: list[Value] = [model.id, limit]
    else:
        source = "(SELECT id AS passage_id FROM passages)"
        before = [query]
        tail, after = clause, [model.id, *parameters, limit]
    rows = connection.execute(
        "SELECT p.memory_id, coalesce(max(1.0 - vec_distance_cosine(v.embedding, ?)), 0.0) AS cosine"
        f" FROM {source} AS k JOIN vectors AS v ON v.passage_id = k.passage_id"
        " JOIN passages AS p ON p.id = k.passage_id JOIN live ON live.id = p.memory_id"
        f" WHERE v.model_id = ?{tail} GROUP BY p.memory_id ORDER BY cosine DESC LIMIT ?",
        (*before, *after),
    )
    return list(rows)


def cosines(connection: apsw.Connection, model: VaultModel, query: bytes, ids: Sequence[int]) -> dict[int, float]:
    """Cosine of the best passage, of those among `ids` that have a current vector."""
    if not has_vec(connection):
        return scan.cosines(connection, model.id, query, ids)
    marks = ",".join("?" * len(ids))
    rows = connection.execute(
        "SELECT p.memory_id, coalesce(max(1.0 - vec_distance_cosine(v.embedding, ?)), 0.0) FROM passages AS p"
        f" JOIN vectors AS v ON v.passage_id = p.id WHERE v.model_id = ? AND p.memory_id IN ({marks})"
        " GROUP BY p.memory_id",
        (query, model.id, *ids),
    )
    return dict(rows)


def count_vectors(connection: apsw.Connection, model: VaultModel) -> int:
    return int(connection.execute("SELECT count(*) FROM vectors WHERE model_id = ?", (model.id,)).get)


def embeddings(connection: apsw.Connection, passage_ids: Sequence[int]) -> list[tuple[int, bytes]]:
    """(passage id, vector) of these passages."""
    marks = ",".join("?" * len(passage_ids))
    rows = connection.execute(f"SELECT passage_id, embedding FROM vectors WHERE passage_id IN ({marks})", passage_ids)
    return [(int(row[0]), bytes(row[1])) for row in rows]


def memory_vector(connection: apsw.Connection, memory_id: int) -> bytes | None:
    """The current vector of a memory's first passage: what it is about, in one vector."""
    model = current_model(connection)
    if model is None:
        return None
    found = connection.execute(
        "SELECT v.embedding FROM passages AS p JOIN vectors AS v ON v.passage_id = p.id"
        " WHERE p.memory_id = ? AND v.model_id = ? ORDER BY p.ordinal LIMIT 1",
        (memory_id, model.id),
    ).get
    return bytes(found) if found is not None else None


def has_vec(connection: apsw.Connection) -> bool:
    found = connection.execute("SELECT count(*) FROM pragma_module_list WHERE name = 'vec0'").get
    return bool(found)


def index_problems(connection: apsw.Connection) -> list[str]:
    """What is wrong between the BLOBs and the index, in sentences; empty when they agree."""
    model = current_model(connection)
    if model is None or not _index_is_usable(connection):
        return []
    expected = connection.execute(
        "SELECT count(*) FROM vectors AS v JOIN passages AS p ON p.id = v.passage_id"
        " JOIN live ON live.id = p.memory_id WHERE v.model_id = ?",
        (model.id,),
    ).get
    found = connection.execute("SELECT count(*) FROM vector_index").get
    return [] if expected == found else [f"the vector index holds {found} of {expected} vectors"]


def _wanted(connection: apsw.Connection) -> tuple[int, int]:
    model = current_model(connection)
    return (model.id if model else -1), rebuild_round(connection)


def _index_is_usable(connection: apsw.Connection) -> bool:
    if not has_vec(connection) or read_meta(connection, _STALE) is not None:
        return False
    found = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'vector_index'").get
    return bool(found)


def _put_in(connection: apsw.Connection, vectors: Sequence[tuple[int, bytes]]) -> None:
    connection.executemany("INSERT INTO vector_index (passage_id, code) VALUES (?, vec_quantize_binary(?))", vectors)


def _take_out(connection: apsw.Connection, passage_ids: Sequence[int]) -> None:
    connection.executemany("DELETE FROM vector_index WHERE passage_id = ?", [(number,) for number in passage_ids])
