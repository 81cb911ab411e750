"""Shows how far a long download is: a bar on a terminal, a few plain lines elsewhere; always on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mnemon_installer.ui import console

Report = Callable[[str, int, int], None]

STEP = 10  # percent between two plain lines


@contextmanager
def download_progress(title: str) -> Iterator[Report]:
    """A function to call with (what is coming now, bytes done, bytes in all).

    Nothing is shown before its first call, so work that turns out not to be needed shows no bar.
    """
    if sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        with _bar(title) as report:
            yield report
    else:
        yield _lines(title)


@contextmanager
def _bar(title: str) -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    progress = Progress(*columns, console=Console(stderr=True, no_color=bool(os.environ.get("NO_COLOR"))))
    task = progress.add_task(title, total=None)
    started = False

    def report(_name: str, done: int, total: int) -> None:
        nonlocal started
        if not started:
            started = True
            progress.start()
        progress.update(task, completed=done, total=total)

    try:
        yield report
    finally:
        if started:
            progress.stop()


def _lines(title: str) -> Report:
    said = -1

    def report(_name: str, done: int, total: int) -> None:
        nonlocal said
        percent = 100 * done // total if total else 100
        if said < 0:
            console.say(f"{title}: {megabytes(total)}" + (f", {megabytes(done)} of them here" if done else ""))
        if said < 0 or percent >= said + STEP:
            said = percent - percent % STEP
            if said:
                console.say(f"{title}: {said} %")

    return report


def megabytes(size: int) -> str:
    """A size as people read it."""
    return f"{size / 1e6:,.1f} MB" if size >= 100_000 else f"{size:,} bytes"
