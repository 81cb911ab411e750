"""A vault's worth of English: the same texts for the same seed, with the word frequencies of real notes.

Real words stand in `words.txt`, the most frequent first. A text belongs to one of sixty topics; a topic has
160 words of its own. Function words, the language at large and the topic each have a Zipf distribution, so
posting lists look like those of real vaults: some words in most memories, most words in a few.
"""

from __future__ import annotations

import random
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from mnemon_server.kinds import KIND_NAMES
from mnemon_server.recall.query import STOP_WORDS

TOPICS = 60
TOPIC_WORDS = 160
CLIENTS = ("claude-code", "cursor", "gemini", "import")
_LONG = 0.05  # share of memories that take several passages
_FUNCTION, _TOPIC = 0.45, 0.33  # share of the words of a sentence; the rest is the language at large


@dataclass(frozen=True)
class Text:
    title: str
    content: str
    type: str
    client: str
    topic: int


class Zipf:
    """Words drawn with a weight of 1 / (rank + 2)."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._bounds = list(accumulate(1 / (rank + 2) for rank in range(len(words))))

    def draw(self, source: random.Random) -> str:
        return self._words[bisect(self._bounds, source.random() * self._bounds[-1], hi=len(self._words) - 1)]


class Corpus:
    """Texts and queries; every one depends only on its number."""

    def __init__(self, seed: int = 11) -> None:
        words = (Path(__file__).parent / "words.txt").read_text(encoding="utf-8").split()
        self._seed = seed
        self._function = Zipf([word for word in words[:250] if word in STOP_WORDS] + ["a", "is", "to", "of", "it"])
        content_words = [word for word in words if word not in STOP_WORDS]
        self._general = Zipf(content_words)
        self._common = content_words[12:42]
        shuffler = random.Random(seed)
        rarer = words[300:]
        self._topics = [Zipf(shuffler.sample(rarer, TOPIC_WORDS)) for _ in range(TOPICS)]

    def text(self, number: int) -> Text:
        source = random.Random(f"{self._seed} text {number}")
        topic = source.randrange(TOPICS)
        length = source.randint(250, 900) if source.random() < _LONG else source.randint(20, 80)
        sentences = self._sentences(source, topic, length)
        if source.random() < 0.3:
            sentences += f" See {self._topics[topic].draw(source)}_{self._general.draw(source)}-{number}."
        return Text(
            title=self._keywords(source, topic, source.randint(3, 7)).capitalize(),
            content=sentences,
            type=source.choice(KIND_NAMES),
            client=source.choice(CLIENTS),
            topic=topic,
        )

    def short_query(self, number: int) -> str:
        """Four words somebody would type."""
        source = random.Random(f"{self._seed} short {number}")
        return self._keywords(source, source.randrange(TOPICS), 4)

    def prompt(self, number: int) -> str:
        """Fifty words somebody would tell an assistant."""
        source = random.Random(f"{self._seed} prompt {number}")
        return self._sentences(source, source.randrange(TOPICS), 50)

    def nasty_prompt(self, number: int) -> str:
        """Fifty words of which none is rare: each stands in about a twentieth of all memories."""
        source = random.Random(f"{self._seed} nasty {number}")
        return " ".join(source.choice(self._common) for _ in range(50))

    def _keywords(self, source: random.Random, topic: int, count: int) -> str:
        return " ".join(self._topics[topic].draw(source) for _ in range(count))

    def _sentences(self, source: random.Random, topic: int, length: int) -> str:
        sentences = []
        while length > 0:
            size = min(length, source.randint(7, 18))
            sentences.append(" ".join(self._word(source, topic) for _ in range(size)).capitalize() + ".")
            length -= size
        return " ".join(sentences)

    def _word(self, source: random.Random, topic: int) -> str:
        kind = source.random()
        if kind < _FUNCTION:
            return self._function.draw(source)
        return (self._topics[topic] if kind < _FUNCTION + _TOPIC else self._general).draw(source)
