"""All evidence about two memories, and what some of it means beside other evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from mnemon_server.llm.pairs.differing import kinds, polarity, settings, values
from mnemon_server.llm.pairs.evidence import Evidence, strongest
from mnemon_server.llm.pairs.likeness import best_lines, hints, likeness, titles
from mnemon_server.llm.pairs.reading import Memory
from mnemon_server.llm.pairs.turning import changes

# What may speak of a change or a conflict, and under which name the weights know it together with other evidence.
_SPEAKING = {
    "strong": ("strong in title", "strong in first", "strong in best"),
    "move": ("move in title", "move in first", "move in best"),
    "weak": ("weak in title", "weak in first", "weak in best"),
    "value": ("value differs",),
    "opposite": ("opposite",),
    "denial": ("denies",),
    "choice": ("choice differs",),
    "names": ("names both",),
}
_FIRM = frozenset({"value", "opposite", "denial", "choice"})
_PARTING = (
    "parallel titles",
    "parallel by one word",
    "titles part ways",
    "side differs in titles",
    "choice differs in titles",
    "title figures differ",
)


def evidence_of(n: Memory, o: Memory, n_type: str, o_type: str) -> dict[str, Evidence]:
    """By name, none of it 0."""
    a, b = best_lines(n, o)
    found = strongest(
        (
            *likeness(n, o, a, b),
            *titles(n, o),
            *hints(n, o),
            *changes(n, o, a),
            *values(n, o),
            *settings(n, o),
            *polarity(n, o),
            *kinds(n, o, a, b),
            Evidence("same type", float(n_type == o_type)),
            Evidence(f"type {n_type}", 1.0),
            Evidence(f"older type {o_type}", 1.0),
        )
    )
    return found | strongest(_together(found))


def _together(found: Mapping[str, Evidence]) -> Iterator[Evidence]:
    speaking = {name for name, parts in _SPEAKING.items() if any(part in found for part in parts)}
    yield Evidence("no evidence", float(not speaking - {"names"}))
    yield Evidence("evidence 2", float(len(speaking) >= 2))
    yield Evidence("evidence 3", float(len(speaking) >= 3))
    is_apart = any(name in found for name in _PARTING)
    near = found["line dice"].value if "line dice" in found else 0.0
    for name in speaking:
        yield Evidence(f"{name} x parted", float(is_apart))
        yield Evidence(f"{name} x dice", near)
    if "strong" in speaking:
        yield Evidence("strong x older change", float("older strong" in found or "older move" in found))
    # A memory that brings no new word is the same, unless it has another figure or says that something is over.
    beside = " but evidence" if speaking & _FIRM else " but change" if speaking & {"strong", "move"} else " at all"
    for name in ("nothing new", "little new"):
        if name in found:
            yield Evidence(name + beside, 1.0)
