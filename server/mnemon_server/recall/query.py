"""From what somebody typed to the terms worth searching for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from mnemon_server.vault.segment import is_single_unspaced

MOST_TERMS = 12
MOST_CHARACTERS = 4_000
# A term in over a tenth of all memories tells them apart badly and costs a long posting list.
TOO_COMMON = 0.1
# Ranking costs a microsecond per match, so terms are added while their matches are at most this share of all
# memories, or so few that it does not matter.
MOST_MATCHES = 0.25
FEW_MATCHES = 2_000
_FEW_MEMORIES = 50

STOP_WORDS = frozenset(
    """
    a about above after again all also am an and any are as at be because been before being below between
    both but by can cannot could did do does doing don done down during each few for from further had has
    have having he her here hers him his how i if in into is it its itself just let ll m me more most my
    myself no nor not now of off on once only or other our ours out over own please re s same she should so
    some such t than that the their theirs them then there these they this those through to too under until
    up us ve very was we were what when where which while who whom why will with would you your yours
    yourself tell show find give want need know get got make using use used der die das und ist nicht mit
    von ein eine zu den dem auf für im wie ich wir sie es wo le la les des et est une un que qui dans pour
    pas sur avec je nous vous du au ce el los las y una por con para se lo como más del al il che di per non
    sono gli o os e uma não com em
    """.split()
)


@dataclass(frozen=True)
class Terms:
    """`match` is an FTS5 expression of quoted terms, empty when nothing is left to search for by words."""

    tokens: tuple[str, ...]

    @property
    def match(self) -> str:
        return " OR ".join(_quoted(token) for token in self.tokens)


def worth_searching(words: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """(token, stem) pairs without stop-words and repeats; the stop-words stay when there is nothing else."""
    unique: dict[str, tuple[str, str]] = {}
    for token, stem in words:
        unique.setdefault(stem, (token, stem))
    kept = [pair for pair in unique.values() if pair[0] not in STOP_WORDS]
    return kept or list(unique.values())


def choose_terms(words: Sequence[tuple[str, str]], counts: Mapping[str, int], total: int) -> Terms:
    """At most twelve terms, the rarest; very common ones go while rarer ones remain, and so does the rest
    once the terms so far match a quarter of all memories.

    `words` are (token, stem) pairs, `counts` the number of memories per stem, `total` of all memories. A
    term that occurs nowhere takes no one's place. A single character of an unspaced script begins its
    bigrams, so nothing is known about its frequency and it always stays.
    """
    known = [pair for pair in words if counts.get(pair[1], 0) > 0 or is_single_unspaced(pair[0])]
    rare = [pair for pair in known if total <= _FEW_MEMORIES or counts.get(pair[1], 0) <= TOO_COMMON * total]
    by_rarity = sorted(rare or known, key=lambda pair: counts.get(pair[1], 0))
    if not rare:
        # Only common words: all of them would read the whole index, a few of the rarest say as much.
        by_rarity = by_rarity[:3]
    return Terms(tuple(_affordable(by_rarity[:MOST_TERMS], counts, total)))


def _affordable(by_rarity: Sequence[tuple[str, str]], counts: Mapping[str, int], total: int) -> Iterator[str]:
    budget = max(FEW_MATCHES, int(MOST_MATCHES * total))
    matches = accumulate(counts.get(stem, 0) for _, stem in by_rarity)
    for place, ((token, _), so_far) in enumerate(zip(by_rarity, matches, strict=True)):
        if place == 0 or so_far <= budget:
            yield token


def _quoted(token: str) -> str:
    text = '"' + token.replace('"', '""') + '"'
    return text + "*" if is_single_unspaced(token) else text
