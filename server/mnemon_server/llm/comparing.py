"""How a newer memory stands to an older one, told from their words alone.

Evidence is gathered by readable rules (`pairs/`) and weighed by weights that `python -m tests.contradictions.fit`
makes from pairs labelled by hand (`seen` and the practice files), each file once left out to judge them; the held-out
half takes no part in it and measures them.
"""

from __future__ import annotations

from collections.abc import Mapping

from mnemon_server.llm import CONTRADICTION, HEURISTICS, SAME, UNRELATED, UPDATE, Stated, Verdict
from mnemon_server.llm.pairs.evidence import Evidence
from mnemon_server.llm.pairs.likeness import OLDER_YEAR
from mnemon_server.llm.pairs.reading import read
from mnemon_server.llm.pairs.sure import SURE, is_sure
from mnemon_server.llm.pairs.together import evidence_of
from mnemon_server.llm.regression import fitted

_NOTHING = "nothing says that one replaces the other"
FAR = "about something else, as their vectors have it"  # said of what would be a conflict by words
# Of the conflicts in the vaults that were written for it, one in twenty-five is further apart than this, of the pairs
# that are none two in three. Where vectors say that both are about one thing, lower odds are enough.
LEAST_NEARNESS = 0.4
ENOUGH_WHEN_NEAR = 0.55
_NO_MORE = "says no more than the older one"
# Evidence by which a verdict is explained, the most telling first.
_TELLING = (
    "from named",
    "setting differs",
    "preference turned",
    "figure left",
    "value x left",
    "strong value named",
    "opposite x near",
    "value x near",
    "denies x near",
    "choice differs",
    "move value named",
    "strong in title",
    "strong in first",
    "strong in best",
    "opposite",
    "denies",
    "move in title",
    "move in first",
    "move in best",
    "weak in title",
    "weak in first",
    "names both",
)
# With one of these the newer memory says something that the older one does not.
_SAYS_OTHERWISE = (
    "newer figure",
    "lines both own",
    "figure left",
    "preference turned",
    "value differs",
    "setting differs",
    "opposite",
    "denies",
    "choice differs",
    "parallel contrast",
    "telling own both",
    "strong in title",
    "strong in first",
    "move in title",
    "move in first",
)
# A date, a price, a version is another one in time, and nobody needs to say so.
_MOVES_BY_ITSELF = ("value date", "value money", "value version", "figure left")
_SAME_SHARE, _SAME_FRESH = 0.6, 0.25  # of the words of the nearest sentences, and of all words of the newer memory


def compare(newer: Stated, older: Stated, nearness: float | None = None) -> Verdict:
    """The verdict by rules, within a millisecond; `unrelated` whenever no rule is sure.

    `nearness`: the cosine of their vectors over the model's background, 1 for the same text; None when not known.
    """
    is_far = nearness is not None and nearness < LEAST_NEARNESS
    found = evidence_of(read(newer.title, newer.content), read(older.title, older.content), newer.type, older.type)
    by_weight, threshold = _weighed("conflict", found)
    probability = max(by_weight, SURE if is_sure(found) else 0.0)
    reason = reason_of(found)
    if reason and probability >= (threshold if nearness is None or is_far else ENOUGH_WHEN_NEAR):
        if is_far:
            return Verdict(UNRELATED, FAR, 1.0, HEURISTICS)
        relation = UPDATE if _is_update(found) else CONTRADICTION
        return Verdict(relation, reason, round(probability, 3), HEURISTICS)
    if not is_far and _says_no_more(found):
        return Verdict(SAME, _NO_MORE, round(found["line share"].value, 3), HEURISTICS)
    return Verdict(UNRELATED, _NOTHING, round(1.0 - probability, 3), HEURISTICS)


def reason_of(found: Mapping[str, Evidence]) -> str:
    """The evidence that tells a person most; empty when none of it would tell them anything: no conflict is told."""
    if OLDER_YEAR in found:
        return ""
    return next((found[name].reason for name in _TELLING if name in found and found[name].reason), "")


def _is_update(found: Mapping[str, Evidence]) -> bool:
    probability, threshold = _weighed("update", found)
    return any(name in found for name in _MOVES_BY_ITSELF) or probability >= threshold


def _weighed(question: str, found: Mapping[str, Evidence]) -> tuple[float, float]:
    """How probable it is, and from where on it is said: `conflict`, that one of the two should give way; `update`, that
    such a one is an update. Both were fitted by tests/contradictions/fit.py."""
    weights = fitted("pair_weights.json", question)
    return weights.probability({name: each.value for name, each in found.items()}), weights.threshold


def _says_no_more(found: Mapping[str, Evidence]) -> bool:
    if "line share" not in found or any(name in found for name in _SAYS_OTHERWISE):
        return False
    fresh = found["fresh"].value if "fresh" in found else 0.0
    return found["line share"].value >= _SAME_SHARE and fresh <= _SAME_FRESH
