"""A hard end: whatever a hook is waiting for, after so many seconds the process leaves without complaint."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self


class Deadline:
    """For the length of a `with` block. A thread keeps it, because a lock that SQLite waits for hears no signal."""

    def __init__(self, seconds: float, tell: Callable[[], None]) -> None:
        self._seconds = seconds
        self._tell = tell
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="deadline", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, trouble: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Ends the thread, so that the process may fork afterwards."""
        self._done.set()
        self._thread.join()

    def _watch(self) -> None:
        if not self._done.wait(self._seconds):
            self._tell()
            os._exit(0)
