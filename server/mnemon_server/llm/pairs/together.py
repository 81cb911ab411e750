"""All evidence about two memories."""

from __future__ import annotations

from mnemon_server.llm.pairs.differing import kinds, polarity, preferred, settings
from mnemon_server.llm.pairs.evidence import Evidence, strongest
from mnemon_server.llm.pairs.figures import lefts, values
from mnemon_server.llm.pairs.likeness import best_lines, hints, likeness, titles
from mnemon_server.llm.pairs.reading import Memory
from mnemon_server.llm.pairs.sure import APART
from mnemon_server.llm.pairs.topics import topics
from mnemon_server.llm.pairs.turning import changes

# What speaks of a change or a conflict.
_SPEAKING = (
    *(f"{group} in {where}" for group in ("strong", "move", "weak") for where in ("title", "first", "best")),
    "value differs",
    "opposite",
    "denies",
    "choice differs",
)


def evidence_of(n: Memory, o: Memory, n_type: str, o_type: str) -> dict[str, Evidence]:
    """By name, none of it 0."""
    a, b = best_lines(n, o)
    # `Never change it` and `it must stay as it is` warn of the same: of two warnings neither denies the other.
    are_warnings = n_type == o_type == "antipattern"
    found = strongest(
        (
            *likeness(n, o, a, b),
            *titles(n, o),
            *topics(n, o),
            *hints(n, o),
            *changes(n, o, a),
            *values(n, o),
            *lefts(n, o),
            *settings(n, o),
            *preferred(n, o),
            *(each for each in polarity(n, o) if not (are_warnings and each.name.startswith("denies"))),
            *kinds(n, o, a, b),
            Evidence("same type", float(n_type == o_type)),
            Evidence(f"type {n_type}", 1.0),
            Evidence(f"older type {o_type}", 1.0),
        )
    )
    if not any(name in found for name in _SPEAKING):
        found["no evidence"] = Evidence("no evidence", 1.0)
    if not any(name in found for name in APART):
        found["nothing apart"] = Evidence("nothing apart", 1.0)
    return found
