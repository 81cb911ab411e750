"""What became of one memory: its history, and where its confidence comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
    "update": lambda change: f"changed: {', '.join(_changed(change))}{_confidence(change)}",
    "supersede": lambda change: f"superseded by memory {change.after['superseded_by']}",
    "keep-both": lambda change: f"both stand, it and memory {_other(change)}",
    "say-again": lambda change: f"said again after memory {_other(change)}, which it could not stand beside",
    "forget": lambda change: "forgotten",
    "restore": lambda change: "restored",
    "archive": lambda change: "archived",
    "pin": lambda change: f"pinned: confidence +{PIN_BONUS}",
    "unpin": lambda change: "unpinned: confidence as before",
    "keep": lambda change: f"confirmed: confidence {_from_to(change)}",
    "resolve": lambda change: f"decided against one that it could not stand beside{_confidence(change)}",
    "unresolve": lambda change: f"the one that it was decided against came back{_confidence(change)}",
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
    """Where the memory's confidence comes from, in the order in which it came; `changes` has the last one first."""
    moved = [each for each in reversed(changes) if "confidence" in each.before]
    said = [_beginning(memory, moved)]
    said += [_SAID.get(each.action, _as_named)(each) for each in moved]
    if memory.pinned:
        said.append(f"+{PIN_BONUS:.2f} while it is pinned, up to 1.00")
    return said


def _beginning(memory: Memory, moved: Sequence[Change]) -> str:
    """What it was when it came in."""
    first = moved[0].before["confidence"] if moved else memory.base_confidence
    kept = next((each for each in moved if "capture" in each.before), None)
    heard = memory.captured if kept is None else kept.before["capture"][0]
    if heard is not None:
        return f"{first:.2f} for what a hook heard the {heard} say{'' if kept else ', not confirmed yet'}"
    kind = next((each.before["type"] for each in moved if "type" in each.before), memory.type)
    if first != kind_named(kind).confidence:
        return f"{first:.2f} as it came in from elsewhere"
    return f"{first:.2f} for {'an' if kind[0] in 'aeiou' else 'a'} {kind}"


def _changed(change: Change) -> list[str]:
    """Of title, content and type; a row names all three."""
    names = ("title", "content", "type")
    return [name for name in names if name in change.before and change.before[name] != change.after.get(name)]


def _other(change: Change) -> int:
    """The other memory of a verdict."""
    pair = {int(change.after["verdict"][name]) for name in ("newer", "older")}
    return next(iter(pair - {change.memory_id}))


def _confidence(change: Change) -> str:
    return f": confidence {_from_to(change)}" if "confidence" in change.before else ""


def _from_to(change: Change) -> str:
    return f"{change.before['confidence']:.2f} to {change.after['confidence']:.2f}"
