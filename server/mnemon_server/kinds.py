"""The eight types of memory, with the default confidence and half-life of each."""

from __future__ import annotations

from dataclasses import dataclass

from mnemon_server.errors import UsageError


@dataclass(frozen=True)
class Kind:
    """`half_life` is in days; None means that the memory never fades."""

    name: str
    confidence: float
    half_life: float | None


KINDS: tuple[Kind, ...] = (
    Kind("decision", 0.85, None),
    Kind("preference", 0.80, None),
    Kind("antipattern", 0.80, None),
    Kind("observation", 0.70, 90.0),
    Kind("research", 0.70, 90.0),
    Kind("project", 0.65, 120.0),
    Kind("handoff", 0.60, 30.0),
    Kind("note", 0.50, 60.0),
)
KIND_NAMES: tuple[str, ...] = tuple(kind.name for kind in KINDS)
_BY_NAME = {kind.name: kind for kind in KINDS}


def kind_named(name: str) -> Kind:
    """The kind called `name`.

    Raises:
        UsageError: the name is none of the eight; the message lists them.
    """
    kind = _BY_NAME.get(name)
    if kind is None:
        raise UsageError(f"unknown type {name!r}", f"the types are {', '.join(KIND_NAMES)}")
    return kind
