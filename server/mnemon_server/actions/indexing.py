"""Keeping the indexes in step with the rows, in the transaction that changes the row."""

from __future__ import annotations

import apsw

from mnemon_server.memory import Memory
from mnemon_server.vault import passages, relations, vectors, verdicts, words


def enter(connection: apsw.Connection, memory: Memory, says_the_same: bool = False) -> None:
    """A new memory, or one with new text: words now, passages that wait for their vectors.

    What was found between the former text and others no longer holds; verdicts do where it `says_the_same`, under
    another title or as another type, until it is compared again.
    """
    relations.drop_made(connection, memory.id)
    if not says_the_same:
        verdicts.drop_verdicts(connection, memory.id)
    verdicts.mark_unexamined(connection, memory.id)
    vectors.unindex_memory(connection, memory.id)
    passages.put_passages(connection, memory.id, memory.content)
    words.put_words(connection, memory)


def come_back(connection: apsw.Connection, memory: Memory) -> None:
    """A memory that is live again; its vectors were kept."""
    words.put_words(connection, memory)
    vectors.index_memory(connection, memory.id)


def leave(connection: apsw.Connection, memory: Memory) -> None:
    """A memory whose row has just left the live view: dead rows may not take a place among the candidates.

    Called after the row changed, because the neighbours' context is made anew from what is live.
    """
    words.drop_words(connection, memory)
    vectors.unindex_memory(connection, memory.id)
