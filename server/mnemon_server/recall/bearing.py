"""Does a memory bear on a prompt? An answer on a scale that means the same for every prompt and every vault.

A ranking needs only an order; putting text before a model that did not ask for it needs a floor. bm25 gives none: its
scale follows the size of the vault, and in a small one any shared word looks telling. So each term of the prompt weighs
by how rare it is in the vault, as if that had at least a thousand memories, and words that all prompts share weigh
little.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import apsw

from mnemon_server.memory import Memory
from mnemon_server.recall.everyday import is_common
from mnemon_server.recall.query import MOST_CHARACTERS, STOP_WORDS
from mnemon_server.vault import words

MOST_TERMS = 12
# Half of the scale is reached by one telling word of a large vault.
HALF = 6.0
# Two words of the prompt that stand side by side in the memory too: `split-screen`.
PAIR_BONUS = 3.0
SMALLEST_VAULT = 1_000
# A word in one memory of a thousand says as much as one in a million: either is about something in particular. A word
# that a team has many memories about still says what a prompt is about, so weights fall slowly at first, from where a
# word is in a twentieth of all memories on faster.
MOST_TELLING = 6.5
SLOWLY = 0.5
USUAL = 50.0  # of a thousand
COMMON_WEIGHT = 0.3
TITLE_BONUS = 1.25
CLEARLY_NEAR = 0.4  # of a rescaled cosine
RELATED = 0.9
# Long texts share words with any prompt; a statement of up to this many different words is not held to be long.
PLAIN_LENGTH = 40
_SHORTEST_ROOT = 5
_INFLECTED = 6
_LONG = 9
_SHARED = 0.7
_ENDINGS = ("ern", "en", "er", "es", "em", "s", "e", "n")
_CONSIDERED = 3_000  # characters of a memory


@dataclass(frozen=True)
class Term:
    """A word of the prompt: `root` is what its inflections and relatives begin with, `weight` how much a match of it
    says, `place` which word of the prompt it is."""

    token: str
    stem: str
    root: str
    weight: float
    place: int

    @property
    def is_long(self) -> bool:
        return len(self.root) >= _SHORTEST_ROOT

    @property
    def match(self) -> str:
        """An FTS5 phrase; a long root also matches its inflections and compounds."""
        quoted = '"' + self.root.replace('"', '""') + '"'
        return quoted + "*" if self.is_long else quoted

    def found_in(self, stems: Collection[str]) -> float:
        """1 when the word or an inflection of it is there, less for a relative of it, 0 for neither."""
        if self.stem in stems or self.root in stems:
            return 1.0
        rests = [stem[len(self.root) :] for stem in stems if self.is_long and stem.startswith(self.root)]
        return 0.0 if not rests else 1.0 if any(rest in _ENDINGS for rest in rests) else RELATED


@dataclass(frozen=True)
class Bearing:
    """`by_words` is in [0, 1); `terms` are the words of the prompt that the memory has."""

    by_words: float
    strength: float
    terms: tuple[str, ...]


def telling_terms(connection: apsw.Connection, prompt: str, total: int) -> list[Term]:
    """At most twelve words of the prompt, those that say most first. `total` is the number of indexed memories."""
    found: dict[str, Term] = {}
    for place, (token, stem) in enumerate(words.tokenize(connection, prompt[:MOST_CHARACTERS])):
        if token in STOP_WORDS or token.isdecimal() or (len(token) < 2 and token.isascii()):
            continue
        root = _root(token, stem)
        found.setdefault(root, Term(token, stem, root, 0.0, place))
    weighed = [_weighed(connection, term, total) for term in found.values()]
    return sorted((term for term in weighed if term.weight > 0), key=lambda term: -term.weight)[:MOST_TERMS]


def bearing(connection: apsw.Connection, terms: Sequence[Term], memory: Memory) -> Bearing:
    """How much the memory's own words, not those of its neighbours, have of the prompt's."""
    title = [stem for _, stem in words.tokenize(connection, memory.title)]
    content = [stem for _, stem in words.tokenize(connection, memory.content[:_CONSIDERED])]
    stems = {*title, *content}
    matched = {term: max(TITLE_BONUS * term.found_in(title), term.found_in(stems)) for term in terms}
    matched = {term: share for term, share in matched.items() if share}
    strength = sum(term.weight * share for term, share in matched.items())
    strength += PAIR_BONUS * _pairs(list(matched), [title, content])
    strength /= _length(len(stems))
    return Bearing(strength / (strength + HALF), strength, tuple(term.token for term in matched))


def _pairs(matched: Sequence[Term], texts: Sequence[Sequence[str]]) -> int:
    """How many neighbours in the prompt are neighbours here too."""
    by_place = {term.place: term for term in matched}
    pairs = [(term, by_place[place + 1]) for place, term in by_place.items() if place + 1 in by_place]
    return sum(
        any(one.found_in([a]) and other.found_in([b]) for text in texts for a, b in pairwise(text))
        for one, other in pairs
    )


def absolute(by_words: float, cosine: float | None, background: float | None) -> float:
    """`words + max(0, cos' - 0.4)`, cos' = (cos - mu) / (1 - mu): cosines rescaled by the model's own background mu.

    Without a cosine, or while mu is unknown, words alone. What is below 0.4 is no sign of anything: counted whole, the
    cosine lets four in ten unrelated prompts over a floor that words alone let one in thirty over.
    """
    if cosine is None or background is None or background >= 1.0:
        return by_words
    return by_words + max(0.0, (cosine - background) / (1.0 - background) - CLEARLY_NEAR)


def _weighed(connection: apsw.Connection, term: Term, total: int) -> Term:
    count = words.count_prefixed(connection, term.root, term.is_long)
    if not count:
        return term
    in_a_thousand = max(1.0, count * SMALLEST_VAULT / max(total, SMALLEST_VAULT))
    rarity = MOST_TELLING - SLOWLY * math.log(in_a_thousand) - max(0.0, math.log(in_a_thousand / USUAL))
    return replace(term, weight=max(0.0, rarity) * (COMMON_WEIGHT if is_common(term.token) else 1.0))


def _length(count: int) -> float:
    return 0.8 + 0.2 * max(1.0, count / PLAIN_LENGTH)


def _root(token: str, stem: str) -> str:
    """The beginning that inflections and relatives of a word share: the stemmer knows a few English endings only."""
    if len(token) >= _LONG:
        return token[: max(_INFLECTED, int(len(token) * _SHARED))]
    if stem != token or len(token) < _INFLECTED:
        return stem
    ending = next((each for each in _ENDINGS if token.endswith(each)), "")
    return token[: len(token) - len(ending)] if len(token) - len(ending) >= _SHORTEST_ROOT else token


def candidates(connection: apsw.Connection, terms: Sequence[Term], limit: int) -> list[int]:
    """Ids of the live memories with the best bm25 in their own title and content."""
    match = "{title content} : (" + " OR ".join(term.match for term in terms) + ")"
    return [key for key, _ in words.match_words(connection, match, words.NO_FILTERS, limit)] if terms else []
