"""Whole stretches of the vault for people who look at it: also what is no longer live, where they ask for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import apsw

from mnemon_server.memory import Memory
from mnemon_server.vault.filters import Filters, Value, filter_clause
from mnemon_server.vault.memories import COLUMNS, as_memory
from mnemon_server.vault.vault_model import current_model

LIVE, ARCHIVED, FORGOTTEN, SUPERSEDED, ALL = "live", "archived", "forgotten", "superseded", "all"
_CLAUSES = {
    LIVE: "invalidated_at IS NULL AND superseded_by IS NULL AND archived_at IS NULL",
    ARCHIVED: "invalidated_at IS NULL AND superseded_by IS NULL AND archived_at IS NOT NULL",
    FORGOTTEN: "invalidated_at IS NOT NULL",
    SUPERSEDED: "invalidated_at IS NULL AND superseded_by IS NOT NULL",
    ALL: "1",
}
STATES = tuple(_CLAUSES)


@dataclass(frozen=True)
class Wanted:
    """What is asked for: a state, narrowed by `filters`, made before `until` (milliseconds), with all of `words` in
    the title or the content as they stand."""

    state: str = LIVE
    filters: Filters = field(default_factory=Filters)
    until: int | None = None
    words: tuple[str, ...] = ()


def page(connection: apsw.Connection, wanted: Wanted, limit: int, before: tuple[int, int] | None) -> list[Memory]:
    """Newest first by creation; `before` is (created_at, id) of the last one already seen."""
    clause, parameters = _clause(wanted)
    if before is not None:
        clause += " AND (m.created_at, m.id) < (?, ?)"
        parameters.extend(before)
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM memories AS m WHERE {clause} ORDER BY m.created_at DESC, m.id DESC LIMIT ?",
        (*parameters, limit),
    )
    return [as_memory(row) for row in rows]


def count(connection: apsw.Connection, wanted: Wanted) -> int:
    clause, parameters = _clause(wanted)
    return int(connection.execute(f"SELECT count(*) FROM memories AS m WHERE {clause}", parameters).get)


def _clause(wanted: Wanted) -> tuple[str, list[Value]]:
    clause, parameters = filter_clause(wanted.filters, "m")
    found = _CLAUSES[wanted.state] + clause
    if wanted.until is not None:
        found += " AND m.created_at < ?"
        parameters.append(wanted.until)
    for word in wanted.words:
        # instr has no wildcards that somebody might have typed; lower() knows the plain letters only.
        found += " AND (instr(lower(m.title), lower(?)) OR instr(lower(m.content), lower(?)))"
        parameters.extend((word, word))
    return found, parameters


def made_by_day(connection: apsw.Connection, shift: int) -> list[tuple[str, str, int]]:
    """(day, type, how many live memories were made then), oldest first; days are those of somebody whose clock is
    `shift` milliseconds ahead of UTC."""
    rows = connection.execute(
        "SELECT date((created_at + ?) / 1000, 'unixepoch') AS day, type, count(*) FROM live GROUP BY day, type"
        " ORDER BY day, type",
        (shift,),
    )
    return list(rows)


def saved_by_client(connection: apsw.Connection) -> list[tuple[str, int, int]]:
    """(client, live memories it saved, when the last one changed), the busiest first."""
    rows = connection.execute(
        "SELECT source_client, count(*), max(updated_at) FROM live GROUP BY source_client ORDER BY 2 DESC, 1"
    )
    return list(rows)


def version(connection: apsw.Connection) -> str:
    """Another text after whatever a page might show has changed; reads count, so that ages of access are right."""
    numbers = connection.execute(
        "SELECT (SELECT coalesce(max(id), 0) FROM history), count(*), coalesce(max(updated_at), 0),"
        " coalesce(sum(access_count), 0), (SELECT count(*) FROM vectors), (SELECT count(*) FROM captures),"
        " (SELECT count(*) FROM verdicts), (SELECT coalesce(max(at), 0) FROM verdicts),"
        " (SELECT coalesce(max(updated_at), 0) FROM profile_facts), (SELECT count(*) FROM relations) FROM memories"
    ).get
    return "-".join(str(number) for number in numbers)


def version_of_vectors(connection: apsw.Connection) -> str:
    """Another text after a title, a type or a vector has changed, or which memories are live; not after a read."""
    numbers = connection.execute(
        "SELECT (SELECT coalesce(max(id), 0) FROM history), count(*), coalesce(max(updated_at), 0),"
        " (SELECT count(*) FROM vectors) FROM memories"
    ).get
    return "-".join(str(number) for number in numbers)


def first_vectors(connection: apsw.Connection, after: int, limit: int) -> list[tuple[int, str, str, str, int, bytes]]:
    """(id, title, type, client, made at, vector of its first passage) of live memories behind `after`, by id; none
    without a vector of the vault's model."""
    model = current_model(connection)
    if model is None:
        return []
    rows = connection.execute(
        "SELECT live.id, live.title, live.type, live.source_client, live.created_at, v.embedding FROM live"
        " JOIN passages AS p ON p.memory_id = live.id AND p.ordinal = 0 JOIN vectors AS v ON v.passage_id = p.id"
        " WHERE live.id > ? AND v.model_id = ? ORDER BY live.id LIMIT ?",
        (after, model.id, limit),
    )
    return list(rows)


def live_edges(connection: apsw.Connection, kinds: Sequence[str], limit: int) -> list[tuple[int, int, str, float]]:
    """(source, target, kind, weight) of edges of these kinds between live memories, strongest first."""
    marks = ",".join("?" * len(kinds))
    rows = connection.execute(
        "SELECT r.source, r.target, r.kind, r.weight FROM relations AS r JOIN live AS a ON a.id = r.source"
        f" JOIN live AS b ON b.id = r.target WHERE r.kind IN ({marks})"
        " ORDER BY r.weight DESC, r.source, r.target LIMIT ?",
        (*kinds, limit),
    )
    return list(rows)
