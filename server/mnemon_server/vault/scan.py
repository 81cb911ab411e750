"""Vector search without vec0: numpy over all the BLOBs, exact and slower."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import apsw

from mnemon_server.vault.filters import Filters, Value, filter_clause

if TYPE_CHECKING:
    import numpy

_CHUNK = 4_096


def nearest(
    connection: apsw.Connection, model_id: int, query: bytes, filters: Filters, limit: int
) -> list[tuple[int, float]]:
    """(memory id, cosine of its best passage), nearest first."""
    clause, parameters = filter_clause(filters, "live")
    best = _best(connection, model_id, query, clause, parameters)
    return sorted(best.items(), key=lambda entry: -entry[1])[:limit]


def cosines(connection: apsw.Connection, model_id: int, query: bytes, ids: Sequence[int]) -> dict[int, float]:
    """Cosine of the best passage, of those among `ids` that have a vector of this model."""
    marks = ",".join("?" * len(ids))
    return _best(connection, model_id, query, f" AND live.id IN ({marks})", list(ids))


def _best(
    connection: apsw.Connection, model_id: int, query: bytes, clause: str, parameters: Sequence[Value]
) -> dict[int, float]:
    import numpy  # heavy, and needed only on machines where vec0 cannot be loaded

    wanted = numpy.frombuffer(query, dtype="<f4")
    best: dict[int, float] = {}
    cursor = connection.execute(
        "SELECT p.memory_id, v.embedding FROM vectors AS v JOIN passages AS p ON p.id = v.passage_id"
        f" JOIN live ON live.id = p.memory_id WHERE v.model_id = ?{clause}",
        (model_id, *parameters),
    )
    for ids, matrix in _chunks(cursor, len(wanted)):
        for memory_id, cosine in zip(ids, (matrix @ wanted).tolist(), strict=True):
            best[memory_id] = max(cosine, best.get(memory_id, -1.0))
    return best


def _chunks(cursor: apsw.Cursor, dimensions: int) -> Iterator[tuple[list[int], numpy.ndarray]]:
    import numpy

    while rows := [row for _, row in zip(range(_CHUNK), cursor, strict=False)]:
        blobs = b"".join(row[1] for row in rows)
        yield [row[0] for row in rows], numpy.frombuffer(blobs, dtype="<f4").reshape(-1, dimensions)
