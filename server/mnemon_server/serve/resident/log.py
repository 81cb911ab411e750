"""The resident's log: private, turned over when it is large, and no place for a flood."""

from __future__ import annotations

import logging
import logging.handlers
import os
import sys
import time
from io import TextIOWrapper
from pathlib import Path

from mnemon_server.folders import make_private

LARGEST = 500_000  # bytes
_MOST_ALIKE = 20  # in a minute
_MINUTE = 60.0  # seconds


def write_log(folder: Path, in_foreground: bool) -> None:
    """From now on; what libraries say on standard error goes there too.

    Raises:
        OSError: it cannot be written.
        DiskTrouble: its folder cannot be made.
    """
    make_private(folder)
    handler = logging.StreamHandler(sys.stderr) if in_foreground else _File(folder / "resident.log")
    handler.addFilter(Sparing())
    handler.setFormatter(logging.Formatter("%(asctime)s %(process)d %(levelname)s %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger("mnemon").setLevel(logging.INFO)


class Sparing(logging.Filter):
    """A line that was written often enough in this minute says nothing new, and would push out what does."""

    def __init__(self) -> None:
        super().__init__()
        self._began = time.monotonic()
        self._written: dict[object, int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """By the line as the code has it, whatever is filled in."""
        if time.monotonic() - self._began > _MINUTE:
            self._began = time.monotonic()
            self._written.clear()
        alike = (record.name, record.lineno)
        self._written[alike] = self._written.get(alike, 0) + 1
        return self._written[alike] <= _MOST_ALIKE


class _File(logging.handlers.RotatingFileHandler):
    """Standard error follows it from one file to the next."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, maxBytes=LARGEST, backupCount=1, encoding="utf-8")

    def _open(self) -> TextIOWrapper:
        stream = super()._open()
        Path(self.baseFilename).chmod(0o600)  # one that was there before, too
        os.dup2(stream.fileno(), 2)
        return stream
