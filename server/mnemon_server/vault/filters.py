"""What a search or a list is narrowed to."""

from __future__ import annotations

from dataclasses import dataclass

Value = str | int | float | None


@dataclass(frozen=True)
class Filters:
    """What a search or a list is narrowed to; None means not narrowed. `since` is milliseconds, inclusive."""

    type: str | None = None
    since: int | None = None
    client: str | None = None
    pinned: bool | None = None

    @property
    def is_empty(self) -> bool:
        return self == Filters()


def filter_clause(filters: Filters, table: str) -> tuple[str, list[Value]]:
    """` AND ...` over the columns of `table`, and its parameters."""
    clause, parameters = "", list[Value]()
    if filters.type is not None:
        clause += f" AND {table}.type = ?"
        parameters.append(filters.type)
    if filters.since is not None:
        clause += f" AND {table}.updated_at >= ?"
        parameters.append(filters.since)
    if filters.client is not None:
        clause += f" AND {table}.source_client = ?"
        parameters.append(filters.client)
    if filters.pinned is not None:
        clause += f" AND {table}.pinned = ?"
        parameters.append(int(filters.pinned))
    return clause, parameters
