"""Handlers in the `hooks` of a JSON file: ours put in, brought up to date, taken out. All others stay as they are.

`{"hooks": {EVENT: [GROUP, ...]}}`, and a group is `{"matcher": ..., "hooks": [HANDLER, ...]}`. What a handler of ours
looks like others know: they hand in a function that gives its name, or None for a handler that is not ours.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mnemon_installer.edits.jsonc import Document
from mnemon_installer.edits.jsonc_strict import append_strictly, set_strictly
from mnemon_installer.edits.paths import Place

HOOKS = "hooks"
# What a handler says of what it runs; whatever else stands in one of ours is the user's.
_OURS = ("type", "command", "args", "timeout")

NameOf = Callable[[Any], str | None]  # Any: a handler, JSON


@dataclass(frozen=True)
class Due:
    """A handler as it should be, the name that `NameOf` gives it, and the event it belongs to."""

    event: str
    name: str
    handler: dict[str, Any]  # Any: JSON


@dataclass(frozen=True)
class Found:
    """A handler of ours that is there."""

    place: Place
    event: str
    name: str
    handler: dict[str, Any]  # Any: JSON


def find_hooks(document: Document, name_of: NameOf) -> tuple[Found, ...]:
    """Every handler of ours, wherever it stands; what is not shaped as hooks are is nobody's."""
    return tuple(_found(document, name_of))


def refuse_misshapen(document: Document, events: Sequence[str]) -> None:
    """Raises NotJson where `hooks` is no object, or one of `events` no list."""
    for event in events:
        document.find((HOOKS, event), lambda group: False)


def with_hooks(document: Document, due: Sequence[Due], name_of: NameOf) -> Document:
    """`document` with each of `due` once: the first of its name in place, or new, in a group of its own at the end of
    its event. Other handlers of ours go.

    Raises:
        NotJson: as `refuse_misshapen` says.
    """
    for each in due:
        there = [found for found in find_hooks(document, name_of) if _is_for(found, each)]
        if there:
            document = _updated(document, there[0].place, each.handler)
        else:
            document = append_strictly(document, (HOOKS, each.event), {HOOKS: [each.handler]})
    while (surplus := _surplus(find_hooks(document, name_of), due)) is not None:
        document = _removed(document, surplus.place, None)
    return document


def without_hooks(document: Document, name_of: NameOf, prune: Sequence[Sequence[str | int]] | None) -> Document:
    """`document` without any handler of ours, and without the groups that hold nothing then.

    `prune` names the lists of events and the object around them that go too when that leaves them empty; None: each.
    """
    while found := find_hooks(document, name_of):
        document = _removed(document, found[-1].place, prune)
    return document


def absent_above(document: Document, events: Sequence[str]) -> tuple[Place, ...]:
    """What `with_hooks` has to make for these events, as a receipt keeps it for `without_hooks`."""
    absent = [place for event in events for place in document.absent_above((HOOKS, event, 0))]
    return tuple(dict.fromkeys(absent))


def _found(document: Document, name_of: NameOf) -> Iterator[Found]:
    for event, groups in _members(document.data.get(HOOKS)):
        for number, group in _items(groups):
            for position, handler in _items(group.get(HOOKS) if isinstance(group, dict) else None):
                if (name := name_of(handler)) is not None:
                    yield Found((HOOKS, event, number, HOOKS, position), event, name, handler)


def _members(value: Any) -> list[tuple[str, Any]]:  # Any: JSON
    return list(value.items()) if isinstance(value, dict) else []


def _items(value: Any) -> list[tuple[int, Any]]:  # Any: JSON
    return list(enumerate(value)) if isinstance(value, list) else []


def _is_for(found: Found, due: Due) -> bool:
    return (found.event, found.name) == (due.event, due.name)


def _surplus(found: Sequence[Found], due: Sequence[Due]) -> Found | None:
    """The last handler of ours that is the second of its kind, or that nobody wants where it is."""
    open_ones = list(due)
    surplus = None
    for each in found:
        wanted = next((one for one in open_ones if _is_for(each, one)), None)
        if wanted is None:
            surplus = each
        else:
            open_ones.remove(wanted)
    return surplus


def _updated(document: Document, place: Place, handler: dict[str, Any]) -> Document:  # Any: JSON
    for name in _OURS:
        if name not in handler:
            document = document.remove((*place, name))
    for name, value in handler.items():
        document = set_strictly(document, (*place, name), value)
    return document


def _removed(document: Document, place: Place, prune: Sequence[Sequence[str | int]] | None) -> Document:
    """`place` is a handler's. Its group goes with it when nothing else runs there."""
    event, group, handlers = place[:2], place[:3], place[:4]
    above = [(HOOKS,), event] if prune is None else list(prune)
    if len(document.get(handlers)) == 1 and len(document.get(group)) > 1:
        return document.remove(group, above)
    return document.remove(place, [*above, group, handlers])
