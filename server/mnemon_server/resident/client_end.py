"""A client's end of two descriptors: its messages a line each, whole or not at all, and what it is told."""

from __future__ import annotations

import os
import threading

from mnemon_server.resident.frames import LARGEST
from mnemon_server.resident.message import too_large_answer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_AT_ONCE = 65_536  # bytes


class Gone(Exception):
    """The client has closed its end."""


class ClientEnd:
    """One thread reads; any may write."""

    def __init__(self, source: int, target: int) -> None:
        self._source = source
        self._target = target
        self._writing = threading.Lock()

    def lines(self) -> Iterator[bytes]:
        """Without their ends, until there are no more. One that is too large is refused, and passed over.

        Raises:
            Gone: the refusal cannot be told.
        """
        rest = bytearray()
        is_skipping = False
        while True:
            try:
                piece = os.read(self._source, _AT_ONCE)
            except OSError:
                piece = b""
            if not piece:
                if rest and not is_skipping:
                    yield bytes(rest).strip()
                return
            start = len(rest)
            rest += piece
            while (end := rest.find(b"\n", start)) >= 0:
                if end > LARGEST and not is_skipping:
                    self.write(too_large_answer())
                elif not is_skipping:
                    yield bytes(rest[:end]).strip()
                is_skipping = False
                del rest[: end + 1]
                start = 0
            if len(rest) > LARGEST:
                rest.clear()
                if not is_skipping:
                    self.write(too_large_answer())
                is_skipping = True

    def write(self, payload: bytes) -> None:
        """One message.

        Raises:
            Gone: nobody reads it.
        """
        left = memoryview(payload + b"\n")
        with self._writing:
            try:
                while left:
                    left = left[os.write(self._target, left) :]
            except OSError:
                raise Gone from None
