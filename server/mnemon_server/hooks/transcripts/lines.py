"""The unread lines of a file to which somebody else appends."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

MOST_BYTES = 8_000_000
LONGEST_LINE = 4_000_000
# Enough of the beginning to see which way of writing a client chose for a file.
HEAD_BYTES = 1_000_000

Record = dict[str, Any]  # Any: JSON that another program wrote


@dataclass(frozen=True)
class Stretch:
    """Complete lines that were not read before.

    Attributes:
        lines: without the line ends.
        start: where the stretch begins in the file.
        position: where the last complete line ends.
        head: the beginning of the file when the stretch does not contain it.
    """

    lines: tuple[bytes, ...]
    start: int
    position: int
    head: bytes = b""

    def records(self) -> Iterator[Record]:
        """The JSON objects among the lines."""
        for line in self.lines:
            record = _record(line)
            if record is not None:
                yield record

    def shows(self, *marks: bytes) -> bool:
        """Is one of these texts in the stretch or in the head of its file?"""
        return any(mark in part for part in (self.head, *self.lines) for mark in marks)


def read_stretch(path: Path, position: int) -> Stretch | None:
    """The complete lines after a position; None when the file cannot be read.

    A file smaller than the position was written anew and is read from its beginning.
    """
    try:
        # Opening a pipe would wait for whoever writes into it.
        if not path.is_file():
            return None
        with path.open("rb") as file:
            return _stretch(file, position)
    except (OSError, ValueError):
        return None


def _stretch(file: BinaryIO, position: int) -> Stretch:
    size = file.seek(0, 2)
    start = position if 0 <= position <= size else 0
    begin = max(start, size - MOST_BYTES)
    # One byte more tells whether the window happens to begin where a line begins.
    file.seek(begin - 1 if begin > start else begin)
    data = file.read(size - file.tell())
    if begin > start:
        data = data.partition(b"\n")[2]
        begin = size - len(data)
    whole = data[: data.rfind(b"\n") + 1]
    if not whole:
        return Stretch(lines=(), start=start, position=start)
    file.seek(0)
    return Stretch(
        lines=tuple(line for line in whole.split(b"\n") if line and len(line) <= LONGEST_LINE),
        start=begin,
        position=begin + len(whole),
        head=file.read(min(begin, HEAD_BYTES)),
    )


def _record(line: bytes) -> Record | None:
    try:
        record = json.loads(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) else None
