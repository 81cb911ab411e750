"""One memory as the rules of pairs see it: its sentences as words, stems, names, values and changes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from mnemon_server.llm.pairs.attributes import attributes
from mnemon_server.llm.pairs.changes import phrases
from mnemon_server.llm.pairs.opposites import NEGATIONS, axes
from mnemon_server.llm.pairs.stems import SMALL, stem
from mnemon_server.llm.pairs.values import Value, values_in
from mnemon_server.memory import straight

MOST_CHARACTERS = 2_000
MOST_SENTENCES = 10
_LONGEST_TITLE = 200
_REACH = 4  # words that a negation may speak of
_MOST_VALUES, _MOST_CHANGES = 5, 8  # in a sentence; more is a table
_MOST_WORDS = 60  # in a sentence; what follows is pasted text
# `24. April` goes on.
_GERMAN = "(?i:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)"
_END = rf"(?<=[.!?;])(?<!\d\.)\s+|(?<=\d\.)\s+(?!{_GERMAN}\b)|\n+|(?<=[。！？])"
_WORD = r"`[^`\n]{1,80}`|\d{1,3}(?:,\d{3}){1,3}\b|[\w€$%](?:[\w'’./:@-]{0,60}[\w%€$])?|%"
_SETTING = r"([A-Za-z_]\w{0,40})=[\"']?(\w[\w./:-]{0,40})"
_INSIDE = r"[=\s;(){}\[\]\"<>,]+"  # between the words of a piece of code
# `Nothing ... until`, `no ... without`: what is denied is so on a condition.
_UNLESS = frozenset("until without unless except but bis ohne sans hasta sin senza sem mais sondern".split())
# `on` and `off` are a state behind these only.
_SWITCHED = frozenset({"on", "off"})
_SWITCHES = frozenset("is are was were be been stays stay remains turned turn switched switch not isn't aren't".split())
_MODALS = frozenset("must muss doit debe deve darf".split())  # `must not`
_PAUSES = frozenset(",;:()–—→")
_SIGNS = frozenset("_/@.")  # in a name: a path, an address, an identifier


class Change(NamedTuple):
    """A phrase that says that something changed: its group, the words, and where in the sentence they stand."""

    group: str
    words: str
    start: int
    end: int


class Line(NamedTuple):
    """One sentence; `words` in lower case, each `spelled` as it was, `stems` of those that say something, `names` of
    those that are spelled like names, `clauses`: the number of the part between commas that a word stands in."""

    spelled: tuple[str, ...]
    words: tuple[str, ...]
    clauses: tuple[int, ...]
    stems: frozenset[str]
    names: frozenset[str]
    values: tuple[Value, ...]
    changes: tuple[Change, ...]
    denied: Mapping[str, str]
    sides: Mapping[tuple[str, int], str]


class Memory(NamedTuple):
    """The title, the sentences of the content, and what is in any of them."""

    title: Line
    lines: tuple[Line, ...]
    stems: frozenset[str]
    names: frozenset[str]
    words: frozenset[str]  # stems of all words, small ones too
    settings: tuple[tuple[str, str], ...]  # `level=debug`: what is set, and to what
    hints: frozenset[str]  # the attributes that the title and the first sentence hint at


def read(title: str, content: str) -> Memory:
    """The beginning of a long one only."""
    return _read(straight(title[:_LONGEST_TITLE]), straight(content[:MOST_CHARACTERS]))


def forget() -> None:
    """Read every memory anew from now on."""
    _read.cache_clear()


@lru_cache(maxsize=64)
def _read(title: str, content: str) -> Memory:
    """A memory is compared with many others in a row, so the last ones are kept."""
    head = _line(title)
    lines = tuple(_line(text) for text in _sentences(content))
    every = (head, *lines)
    return Memory(
        head,
        lines or (head,),
        frozenset().union(*(line.stems for line in every)),
        frozenset().union(*(line.names for line in every)),
        frozenset(stem(word) for line in every for word in line.words),
        tuple(_pattern(_SETTING).findall(content)) if "=" in content else (),
        frozenset(name for line in every[:2] for word in line.words for name in attributes().get(word, ())),
    )


@cache
def _pattern(pattern: str) -> re.Pattern[str]:
    """Compiled when first wanted: whoever only imports this pays nothing."""
    return re.compile(pattern)


def _sentences(content: str) -> Iterator[str]:
    found = 0
    for text in _pattern(_END).split(content):
        if text and text.strip():
            yield text
            found += 1
            if found == MOST_SENTENCES:
                return


def _line(text: str) -> Line:
    spelled, names, clauses = list[str](), set[str](), list[int]()
    clause, end = 0, 0
    for number, match in enumerate(_pattern(_WORD).finditer(text)):
        if number == _MOST_WORDS:
            break
        token = match[0]
        if match.start() > end + 1:  # more than a blank
            clause += not _PAUSES.isdisjoint(text[end : match.start()])
        end = match.end()
        if token[0] == "`":
            inner = [part.strip(".:'’-/@") for part in _pattern(_INSIDE).split(token.strip("`"))]
            inner = [part for part in inner if part]
            names.update(stem(part.lower()) for part in inner)
            spelled += inner
            clauses += [clause] * len(inner)
        else:
            spelled.append(token)
            clauses.append(clause)
            if not (token.isalpha() and token.islower()) and _is_name(token, number):
                names.add(stem(token.lower()))
    words = tuple(word.lower() for word in spelled)
    stems = frozenset(stem(word) for word in words if word not in SMALL and not word[0].isdigit())
    return Line(
        tuple(spelled),
        words,
        tuple(clauses),
        stems,
        stems & names,
        tuple(values_in(words)[:_MOST_VALUES]),
        tuple(_changes(words))[:_MOST_CHANGES],
        _denied(words),
        _sides(words),
    )


def _is_name(token: str, number: int) -> bool:
    """Capitals within, signs within; a capital at its front unless it opens the sentence."""
    rest = token[1:]
    return rest != rest.lower() or not _SIGNS.isdisjoint(token) or (number > 0 and bool(rest) and token[0].isupper())


def _changes(words: Sequence[str]) -> Iterator[Change]:
    table = phrases()
    for start, word in enumerate(words):
        if word in table:
            for group, rest in table[word]:
                end = start + 1 + len(rest)
                if tuple(words[start + 1 : end]) == rest:
                    yield Change(group, " ".join(words[start:end]), start, end)


def _denied(words: Sequence[str]) -> dict[str, str]:
    """What stands in the reach of a negation: stem -> the word."""
    if NEGATIONS.isdisjoint(words) or not _UNLESS.isdisjoint(words):
        return {}
    return {
        stem(each): each
        for place, word in enumerate(words)
        if word in NEGATIONS and words[place + 1 : place + 2] != ("longer",)  # a word of change
        for each in words[place + 1 : place + 1 + _REACH]
        if each not in SMALL
    }


def _sides(words: Sequence[str]) -> dict[tuple[str, int], str]:
    """On which side of which axis the sentence stands, and the word that says so; a negation before it swaps it."""
    table, found = axes(), dict[tuple[str, int], str]()
    for place, word in enumerate(words):
        if word not in table or (word in _SWITCHED and (place == 0 or words[place - 1] not in _SWITCHES)):
            continue
        is_denied = word in _MODALS and place + 1 < len(words) and words[place + 1] in NEGATIONS
        is_swapped = is_denied or (word not in NEGATIONS and not NEGATIONS.isdisjoint(words[max(0, place - 3) : place]))
        shown = f"{word} {words[place + 1]}" if is_denied else f"not {word}" if is_swapped else word
        for axis, side in table[word]:
            found[axis, -side if is_swapped else side] = shown
    return found
