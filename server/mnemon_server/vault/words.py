"""The word index: what is in it, and the memories that match a query."""

from __future__ import annotations

from collections.abc import Sequence

import apsw

from mnemon_server.memory import Memory
from mnemon_server.vault.filters import Filters, filter_clause
from mnemon_server.vault.memories import find_live, session_neighbours
from mnemon_server.vault.segment import segment

# bm25 weights of title, content, context. The context weight is measured, see docs/decisions.
WEIGHTS = "2.0, 1.0, 0.4"
_EXCERPT = 200
NO_FILTERS = Filters()
_TOKENIZER = ["unicode61", "remove_diacritics", "2"]


def put_words(connection: apsw.Connection, memory: Memory) -> None:
    """Index a live memory, and index its session neighbours anew: their context changed."""
    before, after = session_neighbours(connection, memory)
    _index(connection, memory, before, after)
    for neighbour in (before, after):
        if neighbour is not None:
            _index(connection, neighbour, *session_neighbours(connection, neighbour))


def drop_words(connection: apsw.Connection, memory: Memory) -> None:
    """Take a memory that is no longer live out of the index, and out of its neighbours' context."""
    connection.execute("DELETE FROM words WHERE rowid = ?", (memory.id,))
    for neighbour in session_neighbours(connection, memory):
        if neighbour is not None:
            _index(connection, neighbour, *session_neighbours(connection, neighbour))


def rebuild_words(connection: apsw.Connection, memory_ids: Sequence[int]) -> None:
    """Index these live memories anew."""
    for memory_id in memory_ids:
        memory = find_live(connection, memory_id)
        if memory is not None:
            _index(connection, memory, *session_neighbours(connection, memory))


def clear_words(connection: apsw.Connection) -> None:
    connection.execute("INSERT INTO words (words) VALUES ('delete-all')")


def tokenize(connection: apsw.Connection, text: str) -> list[tuple[str, str]]:
    """(token, stem) for every word of `text`, by the tokenizer of the index itself."""
    data = segment(text).encode()
    plain = connection.fts5_tokenizer("unicode61", _TOKENIZER[1:])
    stemming = connection.fts5_tokenizer("porter", _TOKENIZER)
    return list(zip(_run(plain, data), _run(stemming, data), strict=True))


def match_words(connection: apsw.Connection, match: str, filters: Filters, limit: int) -> list[tuple[int, float]]:
    """(memory id, bm25) of the best matches, best first; bm25 is positive here, larger is better."""
    joined = "" if filters.is_empty else "JOIN memories ON memories.id = words.rowid"
    clause, parameters = filter_clause(filters, "memories")
    rows = connection.execute(
        f"SELECT words.rowid, -bm25(words, {WEIGHTS}) AS strength FROM words {joined}"
        f" WHERE words MATCH ?{clause} ORDER BY strength DESC LIMIT ?",
        (match, *parameters, limit),
    )
    return list(rows)


def count_indexed(connection: apsw.Connection) -> int:
    """How many memories the index holds."""
    return int(connection.execute("SELECT count(*) FROM words_docsize").get)


def count_prefixed(connection: apsw.Connection, stem: str, as_prefix: bool) -> int:
    """In how many memories a stem occurs; `as_prefix`: it or one that begins with it, those with two counted twice."""
    if not as_prefix:
        return int(connection.execute("SELECT doc FROM words_vocabulary WHERE term = ?", (stem,)).get or 0)
    # U+10FFFF stands behind every character that a term may have.
    return int(
        connection.execute(
            "SELECT coalesce(sum(doc), 0) FROM words_vocabulary WHERE term >= ?1 AND term < ?1 || char(1114111)",
            (stem,),
        ).get
    )


def strengths(connection: apsw.Connection, match: str, ids: Sequence[int]) -> dict[int, float]:
    """bm25 of those among `ids` that match at all."""
    marks = ",".join("?" * len(ids))
    # The plus keeps FTS5 from running the whole query once per id.
    rows = connection.execute(
        f"SELECT rowid, -bm25(words, {WEIGHTS}) FROM words WHERE words MATCH ? AND +rowid IN ({marks})",
        (match, *ids),
    )
    return dict(rows)


def _index(connection: apsw.Connection, memory: Memory, before: Memory | None, after: Memory | None) -> None:
    context = " ".join([before.content[:_EXCERPT] if before else "", after.content[:_EXCERPT] if after else ""]).strip()
    connection.execute("DELETE FROM words WHERE rowid = ?", (memory.id,))
    connection.execute(
        "INSERT INTO words (rowid, title, content, context) VALUES (?, ?, ?, ?)",
        (memory.id, segment(memory.title), segment(memory.content), segment(context)),
    )


def _run(tokenizer: apsw.FTS5Tokenizer, data: bytes) -> list[str]:
    found = tokenizer(data, apsw.FTS5_TOKENIZE_QUERY, None, include_offsets=False)
    return [str(entry[0]) for entry in found]
