"""How well hooks hear and remember: precision and recall on both halves of the golden set."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from operator import add
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.measure import Bench, Figure
from tests.bench.vaults import Shelf
from tests.golden.cases import HALVES, load_cases
from tests.golden.scoring import Score, said_in, score
from tests.golden.surfacing import surfacing

from mnemon_server.llm.heuristics import Heuristics

PRECISION, RECALL = 0.85, 0.60
RELEVANT, SILENT = 0.80, 0.95


def run(bench: Bench, shelf: Shelf) -> Iterator[Figure]:
    """Shares of what is missed, in percent, so that smaller is better as everywhere; the note has the figure itself."""
    for half in HALVES:
        cases = load_cases(half)
        judge = Heuristics()
        total: Score = reduce(
            add, (score(case, [(each.role, each.text) for each in judge.extract(said_in(case))]) for case in cases)
        )
        yield _missed(f"golden {half}: statements kept that are not", total.right, total.told, PRECISION, "precision")
        yield _missed(f"golden {half}: statements missed", total.found, total.wanted, RECALL, "recall")
        with TemporaryDirectory(prefix="mnemon-bench-") as folder:
            found = surfacing(Path(folder), cases)
        yield _missed(f"golden {half}: relevant memories not surfaced", found.hits, found.related, RELEVANT, "surfaced")
        yield _missed(f"golden {half}: unrelated prompts given any", found.silent, found.unrelated, SILENT, "silent")


def _missed(name: str, good: int, all_: int, least: float, word: str) -> Figure:
    share = good / all_ if all_ else 1.0
    return Figure(name, 100 * (1 - share), "%", round(100 * (1 - least), 1), f"{word} {share:.3f} ({good} of {all_})")
