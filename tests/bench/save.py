"""Saving into a filled vault, by words; the vector comes later. And what of it is the look for contradictions."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from dataclasses import replace

from tests.bench.measure import Bench, Figure, milliseconds_of, percentile
from tests.bench.vaults import Shelf

from mnemon_server.actions.examining import examine_on_save
from mnemon_server.client.in_process import InProcess
from mnemon_server.vault.frequencies import TermFrequencies
from mnemon_server.vault.memories import find_live

TARGET = 10.0
LOOK = 5.0
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
        for name, is_warm in (("of a server", True), ("of a command", False)):
            looks = [_look(client, number, is_warm) for number in range(1, count)]
            what = f"look for contradictions {label} {name}, CPU p50"
            yield Figure(what, statistics.median(looks), "ms", LOOK, "within a save")
        got = [milliseconds_of(client.call, "get", id=number) for number in range(1, count)]
        yield Figure(f"get {label} p50", statistics.median(got), "ms")
        client.close()


def _look(client: InProcess, number: int, is_warm: bool) -> float:
    """CPU milliseconds of comparing one memory as a save does; a command knows no word's frequency yet."""
    context = client.context
    with context.vault.write() as connection:
        if not is_warm:
            context.vault.frequencies = TermFrequencies()
        memory = find_live(connection, number)
        assert memory is not None
        began = time.process_time()
        examine_on_save(context, connection, memory, context.clock())
        return (time.process_time() - began) * 1000


def _save(client: InProcess, shelf: Shelf, number: int, key: str | None) -> float:
    text = shelf.corpus.text(_NEW + number + (0 if client.context.session == "" else 5_000) + (9_000 if key else 0))
    return milliseconds_of(
        client.call, "save", title=text.title, content=text.content, content_type=text.type, source_key=key
    )
