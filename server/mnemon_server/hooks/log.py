"""What hooks did, a line each, without a word of anybody's text."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

FILE_NAME = "hooks.log"
LARGEST = 512_000  # bytes; then the file becomes `hooks.log.1`, in the place of the one before


def note(folder: Path, event: str, client: str, outcome: str, milliseconds: float) -> None:
    """Append one line to the log in `folder`; a log that cannot be written is no reason to fail.

    The folder is only made where the one above it is there: a hook that is left over from an uninstall leaves nothing.
    """
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    line = f"{now} {event} {client} {milliseconds:.0f} ms {outcome}\n"
    path = folder / FILE_NAME
    with suppress(OSError):
        if not folder.is_dir():
            folder.mkdir(mode=0o700)
        _turn_over(path)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(descriptor, line.encode("utf-8", "replace"))
        finally:
            os.close(descriptor)


def _turn_over(path: Path) -> None:
    with suppress(OSError):  # no log yet, or another hook was faster
        if path.stat().st_size > LARGEST:
            path.replace(path.with_name(f"{path.name}.1"))


def where(trouble: BaseException) -> str:
    """`KeyError surface.py:42`: the kind of an exception and the place, never its message, which may quote a text."""
    trace = trouble.__traceback__
    place = ""
    while trace is not None:
        place = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(trouble).__name__} {place}"
