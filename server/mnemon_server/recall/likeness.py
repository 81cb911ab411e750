"""How much two memories speak of the same, by the words they share."""

from __future__ import annotations

import re
from collections.abc import Collection

import apsw

from mnemon_server.memory import Memory, straight
from mnemon_server.recall.query import STOP_WORDS
from mnemon_server.vault import memories, words
from mnemon_server.vault.filters import Filters

_POLAR = re.compile(
    r"\b(?:never|always|not|no|without|only|cannot|nor|neither|nie|niemals|immer|nicht|kein\w*|ohne|nur|nunca|siempre|sin"
    r"|solo|s[oó]lo|ya no|tampoco)\b|n't\b"
)
_SENSE = {"n't": "not", "cannot": "not", "niemals": "nie", "sólo": "solo"}
# Numbers, code, names with a sign in them.
_DETAIL = re.compile(r"\d[\d.,:]*|`[^`]+`|\b\w+[_/]\w+\b")
# Long texts say what they are about early.
_MOST_CHARACTERS = 2_000
_MOST_TERMS = 12


def stems(connection: apsw.Connection, text: str) -> dict[str, str]:
    """Stem -> token of the words in `text` that are longer than two letters."""
    pairs = words.tokenize(connection, text[:_MOST_CHARACTERS])
    return {stem: token for token, stem in pairs if len(token) > 2}


def shared_words(one: Collection[str], other: Collection[str]) -> float:
    """The share of common words among all words of both (Jaccard); 0 when there are none."""
    ours, theirs = set(one), set(other)
    return len(ours & theirs) / len(ours | theirs) if ours or theirs else 0.0


def contained_words(one: Collection[str], other: Collection[str]) -> float:
    """The share of the shorter one's words that the longer one has too (overlap coefficient)."""
    ours, theirs = set(one), set(other)
    return len(ours & theirs) / min(len(ours), len(theirs)) if ours and theirs else 0.0


def telling(found: dict[str, str]) -> set[str]:
    """The stems that carry meaning: without stop-words."""
    return {stem for stem, token in found.items() if token not in STOP_WORDS}


def candidates(connection: apsw.Connection, found: dict[str, str], limit: int) -> list[int]:
    """Ids of live memories that share words with these stems, best first: the longest words are looked for."""
    match = " OR ".join(f'"{token}"' for token in sorted(set(found.values()), key=len, reverse=True)[:_MOST_TERMS])
    return [key for key, _ in words.match_words(connection, match, Filters(), limit)] if match else []


def alike(connection: apsw.Connection, text: str, limit: int) -> list[Memory]:
    """The live memories that are likely to speak of the same as `text`, best first.

    Handoffs are left out: one tells what was said in a session, also what is a memory of its own, and fades.
    """
    ranked = candidates(connection, stems(connection, text), 2 * limit)
    found = memories.find_many_live(connection, ranked)
    return [found[key] for key in ranked if key in found and found[key].type != "handoff"][:limit]


def says_otherwise(one: str, other: str) -> bool:
    """Whether two texts that share their words differ in what turns a statement round: a negation, a number, a name."""
    return _polarity(one) != _polarity(other) or _lacks(one, other) or _lacks(other, one)


def _polarity(text: str) -> set[str]:
    return {_SENSE.get(word, word) for word in _POLAR.findall(straight(text.lower()))}


def _lacks(one: str, other: str) -> bool:
    """Whether `other` does not have a detail that `one` has."""
    plain = other.lower()
    return any(detail.strip("`.,;:").lower() not in plain for detail in _DETAIL.findall(one))
