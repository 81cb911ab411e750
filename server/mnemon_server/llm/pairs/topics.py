"""What a memory is about: the words that its title has and its first sentence repeats.

A word that is written twice is the point of a memory. Where each of two memories has such a word that the other one
knows nothing of (`certificate` here, `disk` there), both may stand, however alike the rest of them is.
"""

from __future__ import annotations

from collections.abc import Iterator

from mnemon_server.llm.pairs.evidence import Evidence
from mnemon_server.llm.pairs.reading import Memory

_ENOUGH = 2  # words of its own beyond which a topic is no more another one than before


def topics(n: Memory, o: Memory) -> Iterator[Evidence]:
    own, its = _topic(n) - o.stems, _topic(o) - n.stems
    yield Evidence("topics apart", min(_ENOUGH, len(own), len(its)) / _ENOUGH)
    # A newer memory that puts another one in its place names what the older one is about.
    yield Evidence("older topic unknown", min(_ENOUGH, len(its)) / _ENOUGH)


def _topic(memory: Memory) -> frozenset[str]:
    return memory.title.stems & memory.lines[0].stems
