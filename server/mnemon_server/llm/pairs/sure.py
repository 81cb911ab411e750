"""Pairs that need no weighing: two sentences that differ in nothing but what is against each other."""

from __future__ import annotations

from collections.abc import Mapping

from mnemon_server.llm.pairs.evidence import Evidence

SURE = 0.9  # what such a pair is at least
_NEAR = 0.75  # of the words of both sentences
_ALIKE, _OF_SHORTER = 0.6, 0.75  # where opposites are words as well: of both, and of the shorter one
# Two things that are told apart in words, or a plan, a tale, an exception.
_AGAINST = (
    "topics apart",
    "parallel titles",
    "parallel by one word",
    "title figures differ",
    "title names part ways",
    "side differs in titles",
    "side differs in openings",
    "choice differs in titles",
    "plan in title",
    "plan in first",
    "except in title",
    "except in first",
    "else in title",
    "else in first",
    "older plan",
    "older strong",
)
# An older memory that tells of a change itself may tell of another one; two figures for the same are what they are.
_OLDER_CHANGE = "older move"


def is_sure(found: Mapping[str, Evidence]) -> bool:
    """Whether the newer memory is in the way of the older one beyond doubt."""
    if any(name in found for name in _AGAINST):
        return False
    if _of(found, "value x near") >= _NEAR and "value of another case" not in found:
        return True
    if _OLDER_CHANGE in found:
        return False
    if "setting differs" in found or (_of(found, "from named") and _of(found, "opening known")):
        return True
    near = _of(found, "line dice")
    return near >= _ALIKE and max(_of(found, "opposite x near"), _of(found, "denies x near")) >= _OF_SHORTER


def _of(found: Mapping[str, Evidence], name: str) -> float:
    return found[name].value if name in found else 0.0
