"""Memories in pieces a model can read: where each piece lies in its content."""

from __future__ import annotations

import re
from dataclasses import dataclass

import apsw

from mnemon_server.memory import Memory

# About 250 tokens of English, the most that small models read at once.
PASSAGE_LENGTH = 1_000
_SHORTEST = 400
_BREAKS = (re.compile(r"\n\s*\n"), re.compile(r"[.!?。！？]['\")\]]*\s|[。！？]|\n"), re.compile(r"\s"))


@dataclass(frozen=True)
class Passage:
    """A piece of a live memory that waits for its vector; `text` is what the model reads."""

    id: int
    text: str


def split(content: str) -> list[tuple[int, int]]:
    """(start, length) of the passages of `content`: cut at paragraphs, else sentences, else words."""
    found, start = [], 0
    while len(content) - start > PASSAGE_LENGTH:
        end = _cut(content, start)
        found.append((start, end - start))
        start = end
    found.append((start, len(content) - start))
    return found


def put_passages(connection: apsw.Connection, memory_id: int, content: str) -> None:
    """Replace the passages of a memory; their vectors go with the old ones."""
    connection.execute("DELETE FROM passages WHERE memory_id = ?", (memory_id,))
    connection.executemany(
        "INSERT INTO passages (memory_id, ordinal, start, length) VALUES (?, ?, ?, ?)",
        [(memory_id, ordinal, start, length) for ordinal, (start, length) in enumerate(split(content))],
    )


def passage_ids(connection: apsw.Connection, memory: Memory) -> list[int]:
    rows = connection.execute("SELECT id FROM passages WHERE memory_id = ? ORDER BY ordinal", (memory.id,))
    return [int(row[0]) for row in rows]


def passage_text(title: str, content: str, start: int, length: int) -> str:
    """The title stands before every piece: without its subject a sentence embeds far worse."""
    return f"{title}\n{content[start : start + length]}"


def _cut(content: str, start: int) -> int:
    window = content[start : start + PASSAGE_LENGTH]
    for pattern in _BREAKS:
        ends = [found.end() for found in pattern.finditer(window) if found.end() >= _SHORTEST]
        if ends:
            return start + ends[-1]
    return start + PASSAGE_LENGTH
