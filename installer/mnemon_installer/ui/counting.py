"""A counter for work of known length, on a terminal only."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def counting(what: str) -> Iterator[Callable[[int, int], None]]:
    """A function `report(done, total)` that keeps one line of stderr up to date; silent off a terminal."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    shown = False

    def report(done: int, total: int) -> None:
        nonlocal shown
        shown = True
        of = f" of {total:,}" if total else ""
        print(f"\r{what} {done:,}{of}\033[K", end="", file=sys.stderr, flush=True)

    try:
        yield report
    finally:
        if shown:
            print(file=sys.stderr)
