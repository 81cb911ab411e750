"""The order of results: relevance decides, recency and confidence break ties."""

from __future__ import annotations

from dataclasses import dataclass

from mnemon_server.memory import Memory
from mnemon_server.recall.decay import recency

RECENCY_WEIGHT = 0.1
CONFIDENCE_WEIGHT = 0.1
NEUTRAL_CONFIDENCE = 0.7


@dataclass(frozen=True)
class Score:
    """Why a memory stands where it stands. `cosine` is None when it has no vector, or none were searched."""

    total: float
    relevance: float
    bm25: float
    cosine: float | None
    recency: float
    confidence: float

    def to_json(self) -> dict[str, float | None]:
        return {
            "score": round(self.total, 4),
            "relevance": round(self.relevance, 4),
            "bm25": round(self.bm25, 7),
            "cosine": None if self.cosine is None else round(self.cosine, 4),
            "recency": round(self.recency, 4),
            "confidence": round(self.confidence, 4),
        }


def score(memory: Memory, relevance: float, bm25: float, cosine: float | None, now: int) -> Score:
    """`relevance * (1 + .1 (recency - .5) + .1 (confidence - .7))`.

    Multiplied, not added: the additive form common elsewhere lets recency decide and costs two thirds of
    nDCG (docs/decisions, scoring). The factor stays within about 7 % of 1.
    """
    fresh = recency(memory, now)
    prior = 1.0 + RECENCY_WEIGHT * (fresh - 0.5) + CONFIDENCE_WEIGHT * (memory.confidence - NEUTRAL_CONFIDENCE)
    return Score(relevance * prior, relevance, bm25, cosine, fresh, memory.confidence)
