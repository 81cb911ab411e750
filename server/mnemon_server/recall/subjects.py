"""What a memory is about: the rare words in it, and who else has them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import apsw

from mnemon_server.memory import Memory
from mnemon_server.recall.query import worth_searching
from mnemon_server.vault import words
from mnemon_server.vault.filters import Filters
from mnemon_server.vault.frequencies import TermFrequencies

# A memory says early what it is about.
_MOST_CHARACTERS = 2_000
_SEARCHED = 8
_SHORTEST = 3
_FEWEST = 50  # memories; in a young vault every word is rare
# A name: code, a path, something with a digit, a capital that begins no sentence.
_NAME = re.compile(
    r"`([^`\n]{2,60})`|\b(\w+(?:[-_./:@]\w+)+)\b|\b(\w*\d\w*)\b|\b([A-Z]{2,}\w*|[a-z]+[A-Z]\w*)\b"
    r"|(?<=[a-z,;:(] )([A-Z]\w+)"
)


@dataclass(frozen=True)
class Effort:
    """How much may be spent on finding who speaks of the same.

    Attributes:
        counted: words that are counted, the likeliest to be rare: it reads the list of the memories that have one.
        matches: memories that are ranked, at some microseconds each.
        candidates: memories that are read whole.
        by_meaning: whether the nearest vectors are looked for, too.
    """

    counted: int
    matches: int
    candidates: int
    by_meaning: bool


QUICK = Effort(
    counted=10, matches=400, candidates=6, by_meaning=False
)  # two milliseconds at 50,000 memories: while somebody waits
THOROUGH = Effort(counted=14, matches=2_000, candidates=10, by_meaning=True)


@dataclass(frozen=True)
class Subject:
    """One telling word of a memory: as it was written, its stem, and in how many memories it occurs."""

    token: str
    stem: str
    count: int
    is_name: bool


@dataclass(frozen=True)
class Subjects:
    """The telling words of one memory among `total` memories, rarest first."""

    found: tuple[Subject, ...]
    total: int

    def match(self, budget: int) -> str:
        """An FTS5 expression for the memories that share any of the rarest, about `budget` at most."""
        chosen = list[str]()
        for subject in self.found[:_SEARCHED]:
            if chosen and subject.count > budget:
                break
            budget -= subject.count
            chosen.append('"' + subject.token.replace('"', '""') + '"')
        return " OR ".join(chosen)

    def shared_with(self, stems: Mapping[str, str]) -> list[Subject]:
        """Those that another memory has too, by its stems; rarest first."""
        return [subject for subject in self.found if subject.stem in stems]

    def weight(self, shared: Sequence[Subject]) -> float:
        """How much it says that these are shared, 0 to 1: a word that hardly anybody has counts half, one that
        everybody has nothing, and they add up as probabilities do."""
        apart = 1.0
        for subject in shared:
            apart *= 1.0 - 0.5 * (1.0 - math.log1p(subject.count) / math.log1p(max(self.total, _FEWEST)))
        return 1.0 - apart


def subjects_of(connection: apsw.Connection, frequencies: TermFrequencies, memory: Memory, effort: Effort) -> Subjects:
    """The telling words of a memory that is in the index, by the frequencies of the index itself."""
    text = f"{memory.title}. {memory.content}"[:_MOST_CHARACTERS]
    names = {stem for _, stem in words.tokenize(connection, " ".join(_names(text)))}
    pairs = [(token, stem) for token, stem in worth_searching(words.tokenize(connection, text)) if _tells(token)]
    likeliest = sorted(pairs, key=lambda pair: (pair[1] not in names, -len(pair[0])))[: effort.counted]
    counts, total = frequencies.look_up(connection, [stem for _, stem in likeliest])
    found = [Subject(token, stem, counts[stem], stem in names) for token, stem in likeliest if counts[stem] > 0]
    return Subjects(tuple(sorted(found, key=lambda subject: (subject.count, subject.token))), total)


def sharers(connection: apsw.Connection, subjects: Subjects, but: int, effort: Effort) -> list[int]:
    """Ids of the memories that share the most telling words, best first."""
    match = subjects.match(effort.matches)
    if not match:
        return []
    found = words.match_words(connection, match, Filters(), effort.candidates + 1)
    return [key for key, _ in found if key != but][: effort.candidates]


def _names(text: str) -> list[str]:
    return [next(part for part in found.groups() if part) for found in _NAME.finditer(text)]


def _tells(token: str) -> bool:
    return len(token) >= _SHORTEST or not token.isascii()
