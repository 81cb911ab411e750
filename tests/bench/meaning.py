"""Vectors for the corpus: real ones for a few thousand texts, all others mixed from those.

Embedding 50,000 texts takes minutes, so 3,000 are embedded and every other passage gets
`unit(.6 a + .4 b + .35 noise)` of two real vectors of its topic: as close to its topic as real passages are,
and with sign bits that scatter as theirs do. Without a model all are `unit(topic + noise)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tests.bench.corpus import TOPICS, Corpus

from mnemon_server.embed import Embedder
from mnemon_server.vault.passages import PASSAGE_LENGTH, passage_text

REAL = 3_000
DIMENSIONS = 384
Matrix = NDArray[np.float32]


class Meaning:
    """`fingerprint` names whose vectors these are; `is_real` is False without a model."""

    def __init__(self, corpus: Corpus, embedder: Embedder | None, cache: Path) -> None:
        self.fingerprint = embedder.fingerprint if embedder else "synthetic@0"
        self.is_real = embedder is not None
        self._corpus = corpus
        self._embedder = embedder
        self._topics = [corpus.text(number).topic for number in range(REAL)]
        self._base = self._embedded(cache / "vectors.npy") if embedder else self._invented()
        self.dimensions = int(self._base.shape[1])
        self._by_topic = [
            np.array([place for place, topic in enumerate(self._topics) if topic == wanted]) for wanted in range(TOPICS)
        ]

    def passage(self, number: int, ordinal: int, topic: int) -> bytes:
        """The vector of a passage of the corpus' text `number`."""
        if number < REAL and ordinal == 0:
            return bytes(self._base[number].tobytes())
        source = np.random.default_rng([number, ordinal])
        a, b = self._base[source.choice(self._by_topic[topic], 2)]
        noise = source.standard_normal(self.dimensions, dtype=np.float32) / np.float32(np.sqrt(self.dimensions))
        return _unit(0.6 * a + 0.4 * b + 0.35 * noise).tobytes()

    def queries(self, texts: Sequence[str]) -> list[bytes]:
        if self._embedder is not None:
            return [self._embedder.embed_query(text) for text in texts]
        source = np.random.default_rng(5)
        return [self.passage(10**9 + place, 1, int(source.integers(TOPICS))) for place in range(len(texts))]

    def _embedded(self, path: Path) -> Matrix:
        assert self._embedder is not None
        if path.exists():
            found: Matrix = np.load(path)
            return found
        texts = [self._corpus.text(number) for number in range(REAL)]
        wanted = [passage_text(text.title, text.content, 0, PASSAGE_LENGTH) for text in texts]
        vectors = b"".join(self._embedder.embed_passages(wanted))
        matrix = np.frombuffer(vectors, dtype="<f4").reshape(REAL, -1)
        np.save(path, matrix)
        return matrix

    def _invented(self) -> Matrix:
        source = np.random.default_rng(3)
        centres = source.standard_normal((TOPICS, DIMENSIONS)) + source.standard_normal(DIMENSIONS)
        near = centres[self._topics] + 1.5 * source.standard_normal((REAL, DIMENSIONS))
        return np.ascontiguousarray(near / np.linalg.norm(near, axis=1, keepdims=True), dtype=np.float32)


def _unit(vector: NDArray[np.floating]) -> Matrix:
    return np.ascontiguousarray(vector / np.linalg.norm(vector), dtype="<f4")
