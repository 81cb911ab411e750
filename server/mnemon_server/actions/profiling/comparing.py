"""Which candidates cannot both stand, and which say the same.

What was decided on a pair holds, a person's word above all; the rest is left to the rules, on the pairs that share
the most telling words. A model is never asked here: what it has said of a pair is among the verdicts, and a profile
has to be there at once.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import apsw

from mnemon_server.actions.capture import CONTAINED, SAME_WORDS
from mnemon_server.actions.examining import CONFLICTS, LEAST_SHARED, are_comparable
from mnemon_server.actions.profiling.candidate import Candidate
from mnemon_server.llm import HEURISTICS, SAME, Stated
from mnemon_server.llm.comparing import compare
from mnemon_server.recall import likeness
from mnemon_server.recall.query import STOP_WORDS
from mnemon_server.vault.segment import segment
from mnemon_server.vault.verdicts import USER, Judged

# What the rules only suspect hides no line. Within one type 97 of 100 of what they are so sure of is right in the
# vaults of tests/contradictions; with less, or across types, 83 to 90 are.
SURE_ENOUGH = 0.9
MOST_COMPARED = 100  # pairs that the rules are asked about, at up to a third of a millisecond
_MOST_CHARACTERS = 600  # of a text that the rules read
_READ = 200  # characters of it in which its telling words are looked for
_MOST_OWNERS = 8  # a word that more candidates have tells nobody apart
_FEW_WORDS = 3  # of so short a text one shared word is much
_FEWEST_FOR_CONTAINED = 4
_LEAST_AS_WRITTEN = 0.4
_WORD = re.compile(r"\w{2,}")


@dataclass(frozen=True)
class Pair:
    """Two candidates, the one that was said later first; which one that is stands in a stored verdict, if there is
    one."""

    newer: Candidate
    older: Candidate


@dataclass(frozen=True)
class Compared:
    """`conflicts` are pairs of which one gives way; `same` are pairs that say the same."""

    conflicts: tuple[Pair, ...]
    same: tuple[Pair, ...]


def compare_all(candidates: Sequence[Candidate], verdicts: Iterable[Judged]) -> Compared:
    """Compare what is worth it. The same candidates and verdicts give the same answer, in the same order."""
    tokenizer = apsw.Connection(":memory:")  # that of the index is in every connection
    by_key = {each.key: each for each in candidates}
    decided = {
        frozenset((each.newer, each.older)): each for each in verdicts if each.newer in by_key and each.older in by_key
    }
    conflicts, same = list[Pair](), list[Pair]()
    for judged in decided.values():
        pair = Pair(by_key[judged.newer], by_key[judged.older])
        if judged.relation in CONFLICTS:
            is_told = judged.judge != HEURISTICS or _is_sure(pair, judged.sureness)
            conflicts += [pair] if judged.judge == USER or (is_told and _can_conflict(pair)) else []
        elif judged.relation == SAME and not _says_otherwise(pair):
            same.append(pair)
    for pair, share in _worth_comparing(candidates, decided.keys()):
        verdict = _by_rules(_stated(pair.newer, pair), _stated(pair.older, pair))
        if verdict.is_conflict:
            conflicts += [pair] if _can_conflict(pair) and _is_sure(pair, verdict.sureness) else []
        elif (verdict.relation == SAME or _in_the_same_words(tokenizer, pair, share)) and not _says_otherwise(pair):
            same.append(pair)
    tokenizer.close()
    return Compared(tuple(conflicts), tuple(same))


def _worth_comparing(candidates: Sequence[Candidate], decided: Iterable[frozenset[int]]) -> list[tuple[Pair, float]]:
    """The pairs that share the largest part of the shorter one's telling words, with that part."""
    known = set(decided)
    told = {each.key: each for each in candidates}
    words = {each.key: _telling_words(each.title, each.content[:_READ]) for each in candidates}
    ranked = []
    for one, other in _sharing(words):
        count = len(words[one] & words[other])
        shorter = min(len(words[one]), len(words[other]))
        if count >= LEAST_SHARED * shorter and (count > 1 or shorter <= _FEW_WORDS):
            ranked.append((-count / shorter, -count, one, other))
    found = list[tuple[Pair, float]]()
    for share, _, one, other in sorted(ranked):
        if len(found) == MOST_COMPARED:
            break
        if frozenset((one, other)) not in known and _is_comparable(told[one], told[other]):
            found.append((_ordered(told[one], told[other]), -share))
    return found


def _sharing(words: Mapping[int, frozenset[str]]) -> set[tuple[int, int]]:
    """Keys of those that have two words in common which few others have, or one where the text is that short."""
    owners = defaultdict[str, list[int]](list)
    for key, own in words.items():
        for word in own:
            owners[word].append(key)
    once, found = set[tuple[int, int]](), set[tuple[int, int]]()
    for sharing in owners.values():
        if 1 < len(sharing) <= _MOST_OWNERS:
            pairs = set(combinations(sharing, 2))
            found |= once & pairs
            once |= pairs
    short = {key for key, own in words.items() if len(own) <= _FEW_WORDS}
    return found | {pair for pair in once if not short.isdisjoint(pair)} if short else found


def _is_comparable(one: Candidate, other: Candidate) -> bool:
    """Stated facts are the user's own: he corrects one under its title, and none gives way to another here."""
    if one.is_stated or other.is_stated:
        return one.is_stated != other.is_stated
    return one.type == other.type or are_comparable(one.type, other.type)


def _is_sure(pair: Pair, sureness: float) -> bool:
    """A stated fact has no type of its own."""
    are_alike = pair.newer.type == pair.older.type or pair.newer.is_stated or pair.older.is_stated
    return are_alike and sureness >= SURE_ENOUGH


def _can_conflict(pair: Pair) -> bool:
    """What two projects decided differently stands in both; a preference has no project."""
    homes = {pair.newer.home, pair.older.home} - {""}
    return len(homes) < 2 or (pair.newer.holds_everywhere and pair.older.holds_everywhere)


def _says_otherwise(pair: Pair) -> bool:
    return likeness.says_otherwise(pair.newer.content, pair.older.content)


def _in_the_same_words(tokenizer: apsw.Connection, pair: Pair, share: float) -> bool:
    """As a capture is recognised as known; `share` is of the words as they are written, which costs less to know."""
    if share < _LEAST_AS_WRITTEN:
        return False
    own, theirs = (likeness.telling(likeness.stems(tokenizer, each.content)) for each in (pair.newer, pair.older))
    if likeness.shared_words(own, theirs) >= SAME_WORDS:
        return True
    is_long_enough = min(len(own), len(theirs)) >= _FEWEST_FOR_CONTAINED
    return is_long_enough and likeness.contained_words(own, theirs) >= CONTAINED


def _ordered(one: Candidate, other: Candidate) -> Pair:
    return Pair(one, other) if (one.said, one.key) > (other.said, other.key) else Pair(other, one)


def _stated(candidate: Candidate, pair: Pair) -> Stated:
    """A stated fact has no type of its own: it is compared as what the other one is."""
    type = candidate.type or pair.newer.type or pair.older.type
    return Stated(candidate.title, candidate.content[:_MOST_CHARACTERS], type, candidate.said)


# Both depend on their arguments alone, so what they said once holds in every vault.
_by_rules = lru_cache(maxsize=2_000)(compare)


@lru_cache(maxsize=4_000)
def _telling_words(title: str, content: str) -> frozenset[str]:
    return frozenset(_WORD.findall(segment(f"{title} {content}").lower())) - STOP_WORDS
