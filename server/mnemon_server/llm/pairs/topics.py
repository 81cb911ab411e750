"""What a memory is about: the words that its title has and its first sentence repeats, and the names it begins with.

A word that is written twice is the point of a memory. Where each of two memories has such a word that the other one
knows nothing of (`certificate` here, `disk` there), both may stand, however alike the rest of them is. The same goes
for names: what `consent-api` does says nothing of `dose-check`.
"""

from __future__ import annotations

from collections.abc import Iterator

from mnemon_server.llm.pairs.attributes import attributes
from mnemon_server.llm.pairs.evidence import Evidence, stems_of
from mnemon_server.llm.pairs.reading import Line, Memory
from mnemon_server.llm.pairs.stems import stem

_ENOUGH = 2  # words of its own beyond which a topic is no more another one than before
_OPENING = 5  # words that may name what a sentence is about
_REACH = 8  # words behind a word of change
_TURNING = ("strong", "move", "weak")
_TOWARDS = frozenset("to called on in with is nach auf zu sur à vers a para su en".split())
_JOINTS = frozenset("-_./")  # within a word: a service, a file, a flag


def topics(n: Memory, o: Memory) -> Iterator[Evidence]:
    news, olds = _fillings(n, o), _fillings(o, n)
    own, its = _topic(n) - o.stems - news, _topic(o) - n.stems - olds
    yield Evidence("topics apart", min(_ENOUGH, len(own), len(its)) / _ENOUGH)
    # A newer memory that puts another one in its place names what the older one is about, and speaks of little else.
    yield Evidence("older topic unknown", min(_ENOUGH, len(its)) / _ENOUGH)
    yield Evidence("newer topic unknown", min(_ENOUGH, len(own)) / _ENOUGH)
    yield Evidence("names apart", float(bool(_names(n) - o.words - news and _names(o) - n.words - olds)))
    mine, theirs = n.title.names - o.stems - news, o.title.names - n.stems - olds
    yield Evidence("title names part ways", float(bool(mine and theirs)))


def _topic(memory: Memory) -> frozenset[str]:
    return memory.title.stems & memory.lines[0].stems


def _fillings(m: Memory, other: Memory) -> frozenset[str]:
    """Words that say what a thing is now, not which thing is spoken of: what stands behind `moved to`, and a word for
    the attribute that both tell of it (`price` here, `costs` there)."""
    found, table = set[str](), attributes()
    for line in (m.title, m.lines[0]):
        found.update(stem(word) for word in line.words if word in table and not other.hints.isdisjoint(table[word]))
        for change in line.changes:
            if change.group in _TURNING:
                found.update(_behind(line, change.end))
    return frozenset(found)


def _behind(line: Line, start: int) -> Iterator[str]:
    """What follows a word that leads to the new state, in the same part of the sentence."""
    is_new = False
    for at in range(max(1, start), min(len(line.words), start + _REACH)):
        if line.clauses[at] != line.clauses[start - 1]:
            return
        is_new = is_new or line.words[at - 1] in _TOWARDS
        if is_new:
            yield stem(line.words[at])


def _names(memory: Memory) -> frozenset[str]:
    """Those in the title and at the front of the first sentence; capitals at the front of either count when the same
    word has them further down."""
    title, opening = memory.title, memory.lines[0].words[:_OPENING]
    spelled = memory.names & (title.stems | stems_of(opening))
    return spelled | {stem(word) for word in (*title.words, *opening) if _is_identifier(word)}


def _is_identifier(word: str) -> bool:
    return not word.isalpha() and not word[0].isdigit() and not _JOINTS.isdisjoint(word)
