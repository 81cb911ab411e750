"""Saving into a filled vault, by words; the vector comes later."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import replace

from tests.bench.measure import Bench, Figure, milliseconds_of, percentile
from tests.bench.vaults import Shelf

from mnemon_server.client.in_process import InProcess

TARGET = 10.0
_NEW = 10_000_000  # number of the first text that no prepared vault holds


def run(bench: Bench, shelf: Shelf) -> Iterator[Figure]:
    """New memories alone and within a session, an update in place, and what a get costs."""
    size, count = bench.largest, 300 if bench.full else 100
    label = f"{size // 1000}k"
    with shelf.copy(size) as settings:
        client = InProcess(settings, "bench")
        alone, session = replace(client.context, session=""), replace(client.context, session="one")
        for name, context, key in (
            ("save", alone, None),
            ("save in a session", session, None),
            ("update in place", alone, "bench:one"),
        ):
            client.context = context
            taken = [_save(client, shelf, number, key) for number in range(count)]
            yield Figure(f"{name} {label} p50", statistics.median(taken), "ms", TARGET)
            yield Figure(f"{name} {label} p95", percentile(taken, 0.95), "ms")
        got = [milliseconds_of(client.call, "get", id=number) for number in range(1, count)]
        yield Figure(f"get {label} p50", statistics.median(got), "ms")
        client.close()


def _save(client: InProcess, shelf: Shelf, number: int, key: str | None) -> float:
    text = shelf.corpus.text(_NEW + number + (0 if client.context.session == "" else 5_000) + (9_000 if key else 0))
    return milliseconds_of(
        client.call, "save", title=text.title, content=text.content, content_type=text.type, source_key=key
    )
