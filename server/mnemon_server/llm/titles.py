"""A short line to recognise a statement by: its first clause, cut at a word."""

from __future__ import annotations

import re

LONGEST = 70
_SHORTEST = 18
_CLAUSE = re.compile(
    r"[,;:(–—]\s|\s(?:because|since|so that|so|which|whereas|unless|weil|da|damit|sonst|porque|ya que|as[ií] que)\s"
)
_MARKS = re.compile(r"[`*]{1,2}")


def title_of(text: str) -> str:
    """At most 70 characters; the whole sentence when it is that short."""
    plain = " ".join(_MARKS.sub("", text).split()).rstrip(".!…")
    if len(plain) <= LONGEST:
        return plain
    for clause in _CLAUSE.finditer(plain):
        if _SHORTEST <= clause.start() <= LONGEST:
            return plain[: clause.start()].rstrip()
    cut = plain[:LONGEST]
    return cut[: max(cut.rfind(" "), LONGEST // 2)].rstrip(",;:") + "…"
