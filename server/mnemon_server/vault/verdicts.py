"""How pairs of memories were judged, and which memories were compared with their neighbours at all."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import apsw

# Whom no judge overrules: a person, and that one of two texts was said again after the other.
USER, TIME = "user", "time"
_LASTING = (USER, TIME)
BY_WORDS, BY_MEANING = "words", "meaning"


@dataclass(frozen=True)
class Judged:
    """One verdict as it is kept. `relation` is one of `same`, `update`, `contradiction`, `unrelated`."""

    newer: int
    older: int
    relation: str
    reason: str
    sureness: float
    judge: str
    at: int

    def other(self, memory_id: int) -> int:
        """The memory of the pair that is not this one."""
        return self.older if memory_id == self.newer else self.newer


_COLUMNS = "v.newer, v.older, v.relation, v.reason, v.sureness, v.judge, v.at"
_BOTH_LIVE = "JOIN live AS n ON n.id = v.newer JOIN live AS o ON o.id = v.older"


def put_verdict(connection: apsw.Connection, judged: Judged) -> None:
    """Keep a verdict in the place of an earlier one on the pair, whichever way round; one by `USER` or `TIME` gives way
    to such a one only."""
    pair = (judged.newer, judged.older)
    kept = verdict_on(connection, *pair)
    if kept is not None and kept.judge in _LASTING and judged.judge not in _LASTING:
        return
    drop_verdict(connection, *pair)
    connection.execute(
        "INSERT INTO verdicts (newer, older, relation, reason, sureness, judge, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (*pair, judged.relation, judged.reason, judged.sureness, judged.judge, judged.at),
    )


def verdict_on(connection: apsw.Connection, one: int, other: int) -> Judged | None:
    """The one on this pair, whichever way round."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM verdicts AS v WHERE (newer, older) = (?1, ?2) OR (newer, older) = (?2, ?1)",
        (one, other),
    ).fetchone()
    return Judged(*row) if row else None


def drop_verdict(connection: apsw.Connection, one: int, other: int) -> None:
    connection.execute(
        "DELETE FROM verdicts WHERE (newer, older) = (?1, ?2) OR (newer, older) = (?2, ?1)", (one, other)
    )


def verdicts_of(connection: apsw.Connection, memory_id: int) -> list[Judged]:
    """On pairs of which this memory is one and both are live."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM verdicts AS v {_BOTH_LIVE} WHERE v.newer = ?1 OR v.older = ?1", (memory_id,)
    )
    return [Judged(*row) for row in rows]


def verdicts_among(connection: apsw.Connection, ids: Iterable[int]) -> list[Judged]:
    """On pairs of which both are among `ids`, and live."""
    wanted = list(ids)
    marks = ",".join("?" * len(wanted))
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM verdicts AS v {_BOTH_LIVE} WHERE v.newer IN ({marks}) AND v.older IN ({marks})",
        (*wanted, *wanted),
    )
    return [Judged(*row) for row in rows]


def open_verdicts(
    connection: apsw.Connection, relations: Collection[str], limit: int, judge: str | None = None
) -> list[Judged]:
    """On pairs of live memories, of these classes, the latest said first; with `judge` only those it has given."""
    marks = ",".join("?" * len(relations))
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM verdicts AS v {_BOTH_LIVE} WHERE v.relation IN ({marks})"
        " AND v.judge = coalesce(?, v.judge)"
        " ORDER BY n.updated_at DESC, v.newer DESC, v.older DESC LIMIT ?",
        (*relations, judge, limit),
    )
    return [Judged(*row) for row in rows]


def count_open(connection: apsw.Connection, relations: Collection[str]) -> int:
    marks = ",".join("?" * len(relations))
    return int(
        connection.execute(
            f"SELECT count(*) FROM verdicts AS v {_BOTH_LIVE} WHERE v.relation IN ({marks})", tuple(relations)
        ).get
    )


def drop_verdicts(connection: apsw.Connection, memory_id: int) -> None:
    """The memory has another text now: what was said of the former one no longer holds, a person's word neither."""
    connection.execute("DELETE FROM verdicts WHERE newer = ?1 OR older = ?1", (memory_id,))
    mark_unexamined(connection, memory_id)


def mark_unexamined(connection: apsw.Connection, memory_id: int) -> None:
    """It is to be compared with its neighbours anew."""
    connection.execute("DELETE FROM examined WHERE memory_id = ?", (memory_id,))


def mark_examined(connection: apsw.Connection, memory_id: int, found_by: str) -> None:
    connection.execute(
        "INSERT INTO examined (memory_id, found_by) VALUES (?, ?)"
        " ON CONFLICT (memory_id) DO UPDATE SET found_by = excluded.found_by",
        (memory_id, found_by),
    )


def look_again(connection: apsw.Connection) -> None:
    """What was compared by meaning is to be compared anew: vectors say more, or something else, from now on."""
    connection.execute("UPDATE examined SET found_by = 'words' WHERE found_by = 'meaning'")


def found_by(connection: apsw.Connection, memory_id: int) -> str:
    """`words`, `meaning`, or nothing for a memory that was not compared yet."""
    return str(connection.execute("SELECT found_by FROM examined WHERE memory_id = ?", (memory_id,)).get or "")


_UNEXAMINED = (
    "FROM live LEFT JOIN examined AS e ON e.memory_id = live.id"
    " WHERE live.type <> 'handoff' AND (e.memory_id IS NULL OR (e.found_by = 'words' AND EXISTS"
    "  (SELECT 1 FROM passages AS p JOIN vectors AS v ON v.passage_id = p.id WHERE p.memory_id = live.id"
    "   AND v.model_id = (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'model'))))"
)


def unexamined(connection: apsw.Connection, after: int, limit: int) -> list[int]:
    """Ids behind `after` of live memories that were never compared, or by words alone and have a vector by now."""
    rows = connection.execute(f"SELECT live.id {_UNEXAMINED} AND live.id > ? ORDER BY live.id LIMIT ?", (after, limit))
    return [row[0] for row in rows]


def count_unexamined(connection: apsw.Connection) -> int:
    return int(connection.execute(f"SELECT count(*) {_UNEXAMINED}").get)
