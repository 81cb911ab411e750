"""The benches in order, and the command that runs them."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.bench import (
    cli,
    coldstart,
    concurrency,
    contradictions,
    dashboard,
    golden,
    graph,
    hooks,
    http,
    importing,
    profile,
    resident,
    save,
    scan,
    search,
    serve,
    soak,
    sync,
    table,
    web,
)
from tests.bench.measure import Bench, Figure
from tests.bench.vaults import Shelf

BENCHES: tuple[tuple[str, Callable[[Bench, Shelf], Iterator[Figure]]], ...] = (
    ("cli", cli.run),
    ("hooks", hooks.run),
    ("golden", golden.run),
    ("contradictions", contradictions.run),
    ("serve", serve.run),
    ("search", search.run),
    ("graph", graph.run),
    ("save", save.run),
    ("profile", profile.run),
    ("import", importing.run),
    ("concurrency", concurrency.run),
    ("scan", scan.run),
    ("http", http.run),
    ("sync", sync.run),
    ("coldstart", coldstart.run),
    ("dashboard", dashboard.run),
    ("resident", resident.run),
    ("soak", soak.run),
    ("web", web.run),
)


def main() -> None:
    """Run the named benches, or all; a missed target is told, and is no failure."""
    names = [name for name, _ in BENCHES]
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="What mnemon costs, in CPU time.")
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[*names, []], help=f"of {', '.join(names)}")
    parser.add_argument("--full", action="store_true", help="also 50,000 memories, more rounds, 8 x 300 saves")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    parser.add_argument("--cache", type=Path, help="folder for prepared vaults, about 400 MB with --full")
    asked = parser.parse_args()
    cache = asked.cache or Path(tempfile.gettempdir()) / "mnemon-bench-cache"
    cache.mkdir(parents=True, exist_ok=True)
    bench = Bench(cache, asked.full)
    figures = _told(bench, [run for name, run in BENCHES if not asked.names or name in asked.names], asked.json)
    if asked.json:
        print(table.as_json(list(figures)))
    else:
        missed = [figure.name for figure in figures if figure.verdict == "missed"]
        print(f"missed: {', '.join(missed)}" if missed else "every target is met")


def _told(bench: Bench, runs: list[Callable[[Bench, Shelf], Iterator[Figure]]], quietly: bool) -> list[Figure]:
    """Each figure as soon as it is there: a run takes minutes."""
    shelf, figures = Shelf(bench), list[Figure]()
    if not quietly:
        print(*table.header(), sep="\n")
    for run in runs:
        for figure in run(bench, shelf):
            figures.append(figure)
            print(table.line(figure), file=sys.stderr if quietly else sys.stdout, flush=True)
    return figures


main()
