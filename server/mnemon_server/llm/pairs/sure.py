"""Pairs that need no weighing: two sentences that differ in nothing but what is against each other."""

from __future__ import annotations

from collections.abc import Mapping

from mnemon_server.llm.pairs.evidence import Evidence

SURE = 0.9  # what such a pair is at least
_NEAR = 0.65  # of the words of both sentences
_ALIKE, _OF_SHORTER = 0.5, 0.6  # where opposites are words as well: of both, and of the shorter one
# Two things that are told apart in words, or a plan, a tale, an exception. Where none of these is found, what speaks of
# a conflict is right in 89 of 100 cases; where one is, in 17.
APART = (
    "topics apart",
    "names apart",
    "parallel titles",
    "parallel by one word",
    "title figures differ",
    "title names part ways",
    "side differs in titles",
    "side differs in openings",
    "choice differs in titles",
    "plan in title",
    "except in title",
    "else in title",
    "older else in title",
)
# The same thing with another figure, or with the two sides of a preference turned round.
_PLAIN = ("figure left", "value in its place", "preference turned")
# An older memory that tells of a change itself may tell of another one; two figures for the same are what they are.
_OLDER_CHANGE = ("older move", "older strong")


def is_sure(found: Mapping[str, Evidence]) -> bool:
    """Whether the newer memory is in the way of the older one beyond doubt."""
    if "nothing apart" not in found:
        return False
    if _of(found, "value x near") >= _NEAR or any(name in found for name in _PLAIN):
        return True
    if any(name in found for name in _OLDER_CHANGE):
        return False
    if "setting differs" in found or (_of(found, "from named") and _of(found, "opening known")):
        return True
    near = _of(found, "line dice")
    return near >= _ALIKE and max(_of(found, "opposite x near"), _of(found, "denies x near")) >= _OF_SHORTER


def _of(found: Mapping[str, Evidence], name: str) -> float:
    return found[name].value if name in found else 0.0
