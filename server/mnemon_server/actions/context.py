"""What an action works with: a vault, a model if there is one, who asks, and what time it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from mnemon_server.embed import EmbedderSource
from mnemon_server.errors import UnknownMemory, UsageError
from mnemon_server.llm.judges import HeuristicsOnly, JudgeSource
from mnemon_server.memory import Memory, as_milliseconds, as_rfc3339
from mnemon_server.settings import Settings
from mnemon_server.vault import memories
from mnemon_server.vault.connection import Vault
from mnemon_server.vault.memories import system_clock

Progress = Callable[[int, int], None]
_DAY = 86_400_000
_UNITS = {"h": 3_600_000, "d": _DAY, "w": 7 * _DAY}


def _no_progress(done: int, total: int) -> None:
    return


@dataclass(frozen=True)
class ActionContext:
    """`client`, `session` and `project` are recorded as the source of what is saved; `clock` gives milliseconds UTC."""

    settings: Settings
    vault: Vault
    models: EmbedderSource
    client: str = ""
    session: str = ""
    project: str = ""
    clock: Callable[[], int] = field(default=system_clock)
    report: Progress = field(default=_no_progress)
    judges: JudgeSource = field(default_factory=HeuristicsOnly)


def unknown_memory(context: ActionContext, memory_id: int) -> UnknownMemory:
    """The error for an id with no live memory, saying what became of it."""
    with context.vault.read() as connection:
        memory = memories.find_any(connection, memory_id)
    if memory is None:
        return UnknownMemory(f"there is no memory {memory_id}", "mnemon list")
    if memory.superseded_by is not None:
        return UnknownMemory(
            f"memory {memory_id} was superseded by {memory.superseded_by}", f"mnemon get {memory.superseded_by}"
        )
    if memory.invalidated_at is not None:
        return UnknownMemory(
            f"memory {memory_id} was forgotten on {as_rfc3339(memory.invalidated_at)[:10]}",
            f"mnemon restore {memory_id}",
        )
    assert memory.archived_at is not None
    return UnknownMemory(
        f"memory {memory_id} was archived on {as_rfc3339(memory.archived_at)[:10]}", f"mnemon restore {memory_id}"
    )


def checked_limit(limit: int, largest: int = 100) -> int:
    """`limit` when it is one from 1 to `largest`.

    Raises:
        UsageError: it is not.
    """
    if not 1 <= limit <= largest:
        raise UsageError(f"limit takes a number from 1 to {largest}, not {limit}")
    return limit


def moment(text: str, now: int) -> int:
    """Milliseconds of a date, an RFC 3339 time, or a span back from now such as `12h`, `7d`, `2w`.

    Raises:
        UsageError: none of these.
    """
    plain = text.strip()
    number, unit = plain[:-1], plain[-1:]
    if unit in _UNITS and number.isascii() and number.isdigit() and len(number) < 6:
        return max(0, now - int(number) * _UNITS[unit])
    try:
        return as_milliseconds(plain)
    except (ValueError, OverflowError):
        raise UsageError(
            f"{text!r} is no time", "write 2026-01-31, 2026-01-31T09:00:00Z, or a span back such as 7d or 12h"
        ) from None


def describe(memory: Memory) -> str:
    return f"#{memory.id} {memory.title!r}"
