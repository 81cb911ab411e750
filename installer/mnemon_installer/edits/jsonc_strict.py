"""Edits for strict readers: the file's style is kept, but for a trailing comma of our making."""

from __future__ import annotations

from typing import Any

from mnemon_installer.edits.jsonc import Document
from mnemon_installer.edits.paths import Place


def set_strictly(document: Document, place: Place, value: Any) -> Document:  # Any: a JSON value
    """As `Document.set`: where the last member had a comma, as lenient readers like it, ours has none."""
    return _without_new_comma(document, document.set(place, value), place)


def append_strictly(document: Document, place: Place, value: Any) -> Document:  # Any: a JSON value
    """As `Document.append`."""
    number = len(document.get(place) or ())
    return _without_new_comma(document, document.append(place, value), (*place, number))


def _without_new_comma(before: Document, after: Document, place: Place) -> Document:
    if before.has(place):
        return after
    new = next(place[: depth + 1] for depth in range(len(place)) if not before.has(place[: depth + 1]))
    return after.without_last_comma(new) if after.has(new) else after
