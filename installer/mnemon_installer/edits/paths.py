"""Where a value stands in a document: names of members, and numbers of items."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

Place = tuple[str | int, ...]
NOTHING = object()


def shown(place: Place) -> str:
    """`hooks.Stop[0].command`, for people."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place)
    return text.removeprefix(".")


def changed(data: Any, place: Place, value: Any) -> Any:  # Any: a document's values, or NOTHING
    """`data` with `value` at `place`, or without what is there for NOTHING; the original stays untouched."""
    if not place:
        return value
    part, rest = place[0], place[1:]
    copy: Any = dict(data) if isinstance(data, dict) else list(data)  # Any: either
    if value is NOTHING and not rest:
        del copy[part]
    elif isinstance(part, str):
        copy[part] = changed(data.get(part, {}), rest, value)
    else:
        copy[part] = changed(data[part], rest, value)
    return copy


def absent_above(data: Any, place: Place) -> tuple[Place, ...]:  # Any: a document's values
    """The containers on the way to `place` that are not there, outermost first."""
    for depth, part in enumerate(place[:-1]):
        inside = data.get(part, NOTHING) if isinstance(data, dict) else NOTHING
        if isinstance(data, list) and isinstance(part, int) and part < len(data):
            inside = data[part]
        if inside is NOTHING:
            return tuple(place[:length] for length in range(depth + 1, len(place)))
        data = inside
    return ()


def is_same(one: Any, other: Any, in_order: bool = False) -> bool:  # Any: a document's values
    """Equal in meaning, where 1, 1.0 and true are three things and nan is itself."""
    return _canonical(one, in_order) == _canonical(other, in_order)


def as_places(paths: Sequence[Sequence[str | int]]) -> frozenset[Place]:
    """Paths as a receipt keeps them, which knows only lists."""
    return frozenset(tuple(path) for path in paths)


def _canonical(value: Any, in_order: bool) -> str:  # Any: a document's values
    return json.dumps(value, sort_keys=not in_order, default=repr)
