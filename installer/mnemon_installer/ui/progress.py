"""Shows that long work goes on, and how far it is: a line or a bar that moves on a terminal, a few plain lines
elsewhere; always on stderr."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from mnemon_installer.ui import console

Report = Callable[[str, int, int], None]

STEP = 10  # percent between two plain lines
_WORTH_SHOWING = 4_000_000  # bytes

_moving: Any = None  # the line of `working` while there is one: of a class of rich, which is imported where it shows


@contextmanager
def working(what: str) -> Iterator[None]:
    """Says `what` is being done, and for how long it has been; a bar that begins meanwhile takes its place."""
    global _moving
    if not _is_moving_welcome():
        console.say(f"{console.tidy(what)} ...")
        yield
        return
    from rich.markup import escape
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    progress = _moving = Progress(*columns, console=_console(), transient=True)
    progress.add_task(escape(console.visible(console.tidy(what))), total=None)
    try:
        with progress:
            yield
    finally:
        _moving = None


@contextmanager
def download_progress(title: str) -> Iterator[Report]:
    """A function to call with (what is coming now, bytes done, bytes in all).

    Nothing is shown before its first call, so work that turns out not to be needed shows no bar.
    """
    if _is_moving_welcome():
        with _bar(title) as report:
            yield report
    else:
        yield _lines(title)


@contextmanager
def transfer_progress(title: str) -> Iterator[Report]:
    """The same for a vault, which may be so small that it is there before anybody looks."""
    with download_progress(title) as show:
        yield lambda name, done, total: show(name, done, total) if total >= _WORTH_SHOWING else None


@contextmanager
def _bar(title: str) -> Iterator[Report]:
    from rich.markup import escape
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    progress = Progress(*columns, console=_console())
    task = progress.add_task(escape(console.visible(title)), total=None)
    started = False

    def report(_name: str, done: int, total: int) -> None:
        nonlocal started
        if not started:
            started = True
            if _moving is not None:
                _moving.stop()  # there is room for one that moves
            progress.start()
        progress.update(task, completed=done, total=total)

    try:
        yield report
    finally:
        if started:
            progress.stop()


def _is_moving_welcome() -> bool:
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


def _console() -> Any:  # Any: rich's Console, which is imported only here
    from rich.console import Console

    return Console(stderr=True, no_color=bool(os.environ.get("NO_COLOR")))


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
