"""Two lists into one: relevance from bm25 and cosine."""

from __future__ import annotations

from collections.abc import Mapping


def min_max(values: Mapping[int, float]) -> dict[int, float]:
    """Each value on the scale from the smallest (0) to the largest (1); all 1 when they are equal."""
    if not values:
        return {}
    low, high = min(values.values()), max(values.values())
    if high <= low:
        return dict.fromkeys(values, 1.0)
    return {key: (value - low) / (high - low) for key, value in values.items()}


def fuse(bm25: Mapping[int, float], cosine: Mapping[int, float] | None) -> dict[int, float]:
    """Relevance in [0, 1] per candidate: .5 minmax(bm25) + .5 minmax(cosine), or minmax(bm25) alone.

    Both mappings cover the whole candidate set: bm25 is 0 where no word matches. A candidate without a
    vector yet is not in `cosine`; it counts as the farthest of those that have one.
    """
    by_words = min_max(bm25)
    if cosine is None:
        return by_words
    farthest = min(cosine.values(), default=0.0)
    by_meaning = min_max({key: cosine.get(key, farthest) for key in bm25})
    return {key: 0.5 * by_words[key] + 0.5 * by_meaning[key] for key in bm25}
