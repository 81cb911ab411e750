"""What became of one memory: its history, and where its confidence comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mnemon_server.actions.browse import state_of
from mnemon_server.actions.context import ActionContext, checked_limit
from mnemon_server.errors import UnknownMemory
from mnemon_server.kinds import kind_named
from mnemon_server.memory import PIN_BONUS, Memory, as_rfc3339
from mnemon_server.vault import memories
from mnemon_server.vault.history import Change, changes_of


def _as_named(change: Change) -> str:
    return change.action


_SAID: Mapping[str, Callable[[Change], str]] = {
    "save": lambda change: "saved",
    "update": lambda change: f"changed: {', '.join(sorted(set(change.before) & {'title', 'content', 'type'}))}",
    "supersede": lambda change: f"superseded by memory {change.after['superseded_by']}",
    "keep-both": lambda change: f"both stand, it and memory {change.after['verdict']['older']}",
    "forget": lambda change: "forgotten",
    "restore": lambda change: "restored",
    "archive": lambda change: "archived",
    "pin": lambda change: f"pinned: confidence +{PIN_BONUS}",
    "unpin": lambda change: "unpinned: confidence as before",
    "keep": lambda change: f"confirmed: confidence {_from_to(change)}",
    "resolve": lambda change: f"decided against one that it could not stand beside: confidence {_from_to(change)}",
}


def run(context: ActionContext, id: int, limit: int = 50) -> dict[str, Any]:
    """The changes to a memory, the last one first, also of one that is forgotten, superseded or archived.

    Returns:
        `{"memory": {...}, "state": "live" | "forgotten" | "superseded" | "archived", "superseded_by": id or None,
        "confidence": [sentences], "changes": [{"at", "actor", "action", "what", "undone"}]}`

    Raises:
        UnknownMemory: there never was such a memory.
        UsageError: limit out of range.
    """
    checked_limit(limit)
    with context.vault.read() as connection:
        memory = memories.find_any(connection, id)
        if memory is None:
            raise UnknownMemory(f"there is no memory {id}", "mnemon list")
        changes = changes_of(connection, id)
    shown = [
        {
            "at": as_rfc3339(change.at),
            "actor": change.actor,
            "action": change.action,
            "what": _SAID.get(change.action, _as_named)(change),
            "undone": change.undone,
        }
        for change in changes[:limit]
    ]
    return {
        "memory": memory.to_json(),
        "state": state_of(memory),
        "superseded_by": memory.superseded_by,
        "confidence": because(memory, [change for change in changes if not change.undone]),
        "changes": shown,
    }


def because(memory: Memory, changes: list[Change]) -> list[str]:
    """Where the memory's confidence comes from, in the order in which it came."""
    article = "an" if memory.type[0] in "aeiou" else "a"
    said = [f"{kind_named(memory.type).confidence:.2f} for {article} {memory.type}"]
    if memory.captured is not None:
        said = [f"{memory.base_confidence:.2f} for what a hook heard the {memory.captured} say, not confirmed yet"]
    said += [_SAID[each.action](each) for each in reversed(changes) if each.action in ("keep", "resolve")]
    if memory.pinned:
        said.append(f"+{PIN_BONUS:.2f} while it is pinned, up to 1.00")
    return said


def _from_to(change: Change) -> str:
    return f"{change.before['confidence']:.2f} to {change.after['confidence']:.2f}"
