"""Ids of the memories that a profile may be made of, the best first; how often one was read never counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import apsw

from mnemon_server.vault.verdicts import Judged

# What a model concluded says nothing about the user until a person has kept it.
_SAID = "NOT EXISTS (SELECT 1 FROM captures AS c WHERE c.memory_id = live.id AND c.role = 'assistant')"


@dataclass(frozen=True)
class OfType:
    """The best ids of one type, and how many of it there are."""

    ids: tuple[int, ...]
    count: int


def best_of_type(connection: apsw.Connection, type: str, limit: int) -> OfType:
    """Pinned ones first, then those that somebody confirmed, then the confident, then the last said."""
    rows = connection.execute(
        f"SELECT id, count(*) OVER () FROM live WHERE type = ? AND {_SAID}"
        " ORDER BY pinned DESC, EXISTS (SELECT 1 FROM captures WHERE memory_id = id), confidence DESC,"
        " updated_at DESC, id DESC LIMIT ?",
        (type, limit),
    )
    found: list[tuple[int, int]] = list(rows)
    return OfType(tuple(key for key, _ in found), found[0][1] if found else 0)


def pinned_but(connection: apsw.Connection, types: Iterable[str], limit: int) -> list[int]:
    """Pinned ones of other types than these, the last said first."""
    marks = ",".join("?" * len(types := tuple(types)))
    rows = connection.execute(
        f"SELECT id FROM live WHERE pinned AND type NOT IN ({marks}) AND {_SAID}"
        " ORDER BY updated_at DESC, id DESC LIMIT ?",
        (*types, limit),
    )
    return [row[0] for row in rows]


def last_said(connection: apsw.Connection, type: str, since: int, limit: int) -> list[int]:
    """Those of one type that were said since a moment (milliseconds), the last said first."""
    rows = connection.execute(
        f"SELECT id FROM live WHERE type = ? AND updated_at >= ? AND {_SAID} ORDER BY updated_at DESC, id DESC LIMIT ?",
        (type, since, limit),
    )
    return [row[0] for row in rows]


def verdicts_about(connection: apsw.Connection, ids: Iterable[int]) -> list[Judged]:
    """On pairs of live memories of which at least one is among `ids`, in a fixed order."""
    marks = ",".join("?" * len(wanted := tuple(ids)))
    rows = connection.execute(
        "SELECT v.newer, v.older, v.relation, v.reason, v.sureness, v.judge, v.at FROM verdicts AS v"
        " JOIN live AS n ON n.id = v.newer JOIN live AS o ON o.id = v.older"
        f" WHERE v.newer IN ({marks}) OR v.older IN ({marks}) ORDER BY v.newer, v.older",
        (*wanted, *wanted),
    )
    return [Judged(*row) for row in rows]
