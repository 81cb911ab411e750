"""How a newer memory stands to an older one, told from their words alone."""

from __future__ import annotations

from mnemon_server.llm import HEURISTICS, UNRELATED, Stated, Verdict


def compare(newer: Stated, older: Stated) -> Verdict:
    """The verdict by rules, within a millisecond; `unrelated` whenever no rule is sure."""
    return Verdict(UNRELATED, "nothing says that one replaces the other", 0.0, HEURISTICS)
