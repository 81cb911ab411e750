"""`import jsonl` and `rebuild` of words, per thousand memories."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.measure import Bench, Figure, milliseconds_of
from tests.bench.vaults import Shelf

from mnemon_server.client.in_process import InProcess
from mnemon_server.portable import jsonl
from mnemon_server.settings import Settings


def run(bench: Bench, shelf: Shelf) -> Iterator[Figure]:
    """Into an empty vault, and again, when every line is there already."""
    count = 10_000 if bench.full else 2_000
    texts = [shelf.corpus.text(number) for number in range(count)]
    lines = [
        json.dumps({"title": text.title, "content": text.content, "type": text.type}).encode() + b"\n" for text in texts
    ]
    with TemporaryDirectory(prefix="mnemon-bench-") as folder:
        client = InProcess(Settings(Path(folder)), "bench")
        for name in ("import", "import again"):
            taken = milliseconds_of(jsonl.import_lines, client.context, lines, dry_run=False)
            yield Figure(f"{name} per 1,000 lines", taken * 1000 / count, "ms")
        taken = milliseconds_of(client.call, "rebuild")
        yield Figure("rebuild of words per 1,000 memories", taken * 1000 / count, "ms")
        client.close()
