"""What a profile costs in a large vault: the first one of a process, and the following ones."""

from __future__ import annotations

import random
import statistics
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.measure import Bench, Figure, milliseconds_of
from tests.bench.vaults import Shelf

from mnemon_server.actions.save import insert_new
from mnemon_server.client.in_process import InProcess
from mnemon_server.kinds import kind_named
from mnemon_server.settings import Settings
from mnemon_server.vault.memories import Draft, system_clock

TARGET = 60.0
_SIZE, _OF_THE_PROFILE = 20_000, 0.15
_STRETCH = 2_000
_DAY = 86_400_000
_ITS_TYPES = ("preference", "decision", "antipattern")
_OTHER_TYPES = ("observation", "note", "research", "project", "handoff")


def run(bench: Bench, shelf: Shelf) -> Iterator[Figure]:
    """20,000 memories, of which 3,000 are preferences, decisions and antipatterns; by words, without vectors."""
    with TemporaryDirectory(prefix="mnemon-bench-") as folder:
        client = InProcess(Settings(Path(folder)), "bench")
        for first in range(0, _SIZE, _STRETCH):
            _fill(client, shelf, range(first, first + _STRETCH))
        label = f"{_SIZE // 1000}k"
        yield Figure(f"profile {label}, the first", milliseconds_of(client.call, "profile"), "ms")
        for tokens in (1_500, 20_000):
            taken = [milliseconds_of(client.call, "profile", tokens=tokens) for _ in range(25 if bench.full else 9)]
            yield Figure(f"profile {label}, {tokens:,} tokens, p50", statistics.median(taken), "ms", TARGET)
        taken = [milliseconds_of(client.call, "opening", project="") for _ in range(9)]
        yield Figure(f"opening {label}, p50", statistics.median(taken), "ms", TARGET)
        client.close()


def _fill(client: InProcess, shelf: Shelf, numbers: range) -> None:
    now = system_clock()
    with client.context.vault.write() as connection:
        for number in numbers:
            text, source = shelf.corpus.text(number), random.Random(number)
            types = _ITS_TYPES if source.random() < _OF_THE_PROFILE else _OTHER_TYPES
            kind, age = kind_named(source.choice(types)), (_SIZE - number) * 400 * _DAY // _SIZE
            draft = Draft(text.title, text.content, kind.name, kind.confidence, text.client, created_at=now - age)
            insert_new(client.context, connection, draft, now)
