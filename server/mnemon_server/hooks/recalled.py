"""What was put before models on this machine, for people who ask why."""

from __future__ import annotations

from typing import Any

import apsw

from mnemon_server.client import connect
from mnemon_server.errors import DiskTrouble, UsageError
from mnemon_server.hooks.ledger import FILE_NAME, Injected, ledger
from mnemon_server.memory import as_rfc3339
from mnemon_server.settings import Settings
from mnemon_server.vault.memories import system_clock

DAYS = 7


def recalled(settings: Settings, memory_id: int | None, limit: int) -> dict[str, Any]:
    """The newest injections, of one memory or of all; `{"recalled": [{"at", "client", "session", "event",
    "id", "uid", "title", "score", "floor", "bm25", "cosine", "terms", "tokens"}]}`.

    `score` is None for what was given at the start of a session without a search.

    Raises:
        DiskTrouble: the ledger cannot be read.
        UnknownMemory: it was never recalled, and no live memory has this id; the message says what became of it.
        UsageError: limit out of range.
    """
    if not 1 <= limit <= 1_000:
        raise UsageError(f"limit takes a number from 1 to 1,000, not {limit}")
    entries: list[Injected] = []
    if (settings.folder / FILE_NAME).exists():
        try:
            with ledger(settings.folder) as book:
                entries = book.last(limit) if memory_id is None else book.of_memory(memory_id, limit)
        except (apsw.Error, OSError) as trouble:
            raise DiskTrouble(f"{settings.folder / FILE_NAME} cannot be read: {trouble}") from trouble
    if memory_id is not None and not entries:
        _require_memory(settings, memory_id)
    return {"recalled": [_told(entry) for entry in entries]}


def injected_lately(settings: Settings) -> dict[str, Any] | None:
    """`{"days": 7, "times": int, "memories": int, "tokens": int}`; None while no hook has given anything, or when the
    ledger cannot be read."""
    if not (settings.folder / FILE_NAME).exists():
        return None
    try:
        with ledger(settings.folder) as book:
            times, memories, tokens = book.totals(system_clock() - DAYS * 86_400_000)
    except (apsw.Error, OSError):
        return None
    return {"days": DAYS, "times": times, "memories": memories, "tokens": tokens}


def _require_memory(settings: Settings, memory_id: int) -> None:
    vault = connect(settings, caller="cli", resident="if there")
    try:
        vault.call("related", id=memory_id, limit=1)  # unlike a get, it counts no access
    finally:
        vault.close()


def _told(entry: Injected) -> dict[str, Any]:
    return {
        "at": as_rfc3339(entry.at),
        "client": entry.client,
        "session": entry.session,
        "event": entry.event,
        "id": entry.memory_id,
        "uid": entry.uid,
        "title": entry.title,
        "score": entry.score,
        "floor": entry.floor,
        "bm25": entry.bm25,
        "cosine": entry.cosine,
        "terms": list(entry.terms),
        "tokens": entry.tokens,
    }
