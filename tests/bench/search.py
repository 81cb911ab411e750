"""Search in a filled vault, without the query's embedding."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tests.bench.measure import Bench, Figure, milliseconds_of, percentile
from tests.bench.stages import stage_shares
from tests.bench.vaults import NOW, Shelf

from mnemon_server.client.in_process import InProcess
from mnemon_server.recall.search import QueryVector, search
from mnemon_server.vault.connection import Vault
from mnemon_server.vault.filters import Filters

TARGETS = {1_000: 5.0, 10_000: 10.0, 50_000: 30.0}
PROMPT_TARGET = 3.0
_DAY = 86_400_000
FILTERS = (
    ("type", Filters(type="decision"), "an eighth passes"),
    ("30 days", Filters(since=NOW - 30 * _DAY), "a thirteenth passes"),
    ("40 weeks", Filters(since=NOW - 280 * _DAY), "seven tenths pass"),
    ("client", Filters(client="gemini"), "a quarter passes"),
    ("pinned", Filters(pinned=True), "none passes"),
)


@dataclass(frozen=True)
class Asked:
    """A query with the vector it would get."""

    text: str
    vector: QueryVector


def run(bench: Bench, shelf: Shelf) -> Iterator[Figure]:
    """Per size: hybrid, words, filters, prompts, and where the time goes."""
    count = 200 if bench.full else 60
    short, prompts, nasty = (_asked(shelf, kind, count) for kind in ("short_query", "prompt", "nasty_prompt"))
    for size in bench.sizes:
        vault = Vault(shelf.settings(size).vault_path)
        try:
            yield from _of_size(shelf, vault, size, short, prompts, nasty)
        finally:
            vault.close()


def _of_size(
    shelf: Shelf, vault: Vault, size: int, short: Sequence[Asked], prompts: Sequence[Asked], nasty: Sequence[Asked]
) -> Iterator[Figure]:
    label, target = f"{size // 1000}k", TARGETS[size]
    hybrid = _series(vault, short)
    by_words = _series(vault, short, use_vectors=False)
    yield Figure(f"search {label} hybrid p50", statistics.median(hybrid), "ms", target)
    yield Figure(f"search {label} hybrid p95", percentile(hybrid, 0.95), "ms")
    yield Figure(f"search {label} words p50", statistics.median(by_words), "ms", target)
    yield Figure(f"search {label} words p95", percentile(by_words, 0.95), "ms")
    for name, filters, note in FILTERS:
        narrowed = statistics.median(_series(vault, short, filters))
        yield Figure(f"search {label} hybrid, {name} filter p50", narrowed, "ms", target, note)
    for name, asked in (("50-word prompt", prompts), ("50 common words", nasty)):
        for mode in ("hybrid", "words"):
            # In turns, because the machine's speed drifts.
            both = [query for pair in zip(short, asked, strict=True) for query in pair]
            taken = _series(vault, both, use_vectors=mode == "hybrid")
            few, many = statistics.median(taken[::2]), statistics.median(taken[1::2])
            yield Figure(f"search {label} {mode}, {name} p50", many, "ms", target)
            yield Figure(f"search {label} {mode}, {name} to 4 words", many / few, "x", PROMPT_TARGET)
    for name, share in stage_shares(lambda: _series(vault, short)):
        yield Figure(f"search {label} hybrid of which {name}", share / len(short), "ms")
    client = InProcess(shelf.settings(size), "bench")
    through = _through_client(client, short)
    client.close()
    yield Figure(f"search {label} words through the client p50", statistics.median(through), "ms", target)


def _asked(shelf: Shelf, kind: str, count: int) -> list[Asked]:
    ask: Callable[[int], str] = getattr(shelf.corpus, kind)
    texts = [ask(number) for number in range(count)]
    embedded = shelf.meaning.queries(texts)
    return [
        Asked(text, QueryVector(shelf.meaning.fingerprint, vector))
        for text, vector in zip(texts, embedded, strict=True)
    ]


def _series(
    vault: Vault, asked: Sequence[Asked], filters: Filters | None = None, use_vectors: bool = True
) -> list[float]:
    """Milliseconds per query. The first twenty warm the pages and do not count."""
    narrowed = filters or Filters()

    def once(query: Asked) -> float:
        vector = query.vector if use_vectors else None
        return milliseconds_of(search, vault, query.text, vector, narrowed, 8, NOW)

    for query in asked[:20]:
        once(query)
    return [once(query) for query in asked]


def _through_client(client: InProcess, asked: Sequence[Asked]) -> list[float]:
    client.call("search", query=asked[0].text, words_only=True)
    return [milliseconds_of(client.call, "search", query=query.text, words_only=True) for query in asked]
