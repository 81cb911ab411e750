"""The one language model of a process: started on need, asked by one at a time, ended when nobody asks any more."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mnemon_server.embed.files import ModelFiles
from mnemon_server.llm.child import Child, ModelTrouble, NotNow
from mnemon_server.llm.orders import Order

RETRY_AFTER = 600.0  # seconds that a model which failed is left alone: not every save shall wait for it
_NONSENSE = 3  # useless answers in a row, and it has failed
_log = logging.getLogger("mnemon")


@dataclass(frozen=True)
class Limits:
    """What a model may take: megabytes, and seconds without a question until it is ended."""

    megabytes: int
    idle: float


@dataclass(frozen=True)
class _Failure:
    why: str
    until: float
    files: tuple[object, ...]  # as they were; others are worth another try


class KeptModel:
    """May be asked from any thread. `locate` looks for the model's files."""

    def __init__(self, locate: Callable[[], ModelFiles], limits: Limits, environment: Mapping[str, str]) -> None:
        self._locate = locate
        self._limits = limits
        self._environment = environment
        self._turn = threading.Lock()  # held by whoever asks
        self._guard = threading.Lock()  # over the fields below, never for long
        self._child: Child | None = None
        self._failure: _Failure | None = None
        self._nonsense = 0
        self._idle: threading.Timer | None = None
        self._is_closed = False

    def problem(self) -> str:
        """Why it is not asked just now; empty when it is."""
        failure = self._failure
        if failure is None or time.monotonic() >= failure.until or failure.files != _mark(self._locate().folder):
            return ""
        return failure.why

    def ask(self, order: Order) -> str:
        """Its answer to `order`, whose seconds begin now: what others wait for, and loading, is part of them.

        Raises:
            NotNow: no answer in time, or none that is worth waiting for; why is the message.
        """
        deadline = time.monotonic() + order.seconds
        if problem := self.problem():
            raise NotNow(problem)
        if not self._turn.acquire(timeout=order.seconds):
            raise NotNow("it answers somebody else")
        try:
            return self._running().ask(order, deadline)
        except ModelTrouble as trouble:
            self._fail(str(trouble))
            raise NotNow(str(trouble)) from trouble
        finally:
            self._turn.release()
            self._end_when_idle()

    def was_useful(self) -> None:
        """Its last answer could be used."""
        self._nonsense = 0

    def was_nonsense(self, why: str) -> None:
        """Its last answer could not; after a few of them in a row it is left alone for a while."""
        self._nonsense += 1
        if self._nonsense >= _NONSENSE:
            self._nonsense = 0
            self._fail(f"its answers cannot be used: {why}")

    def close(self) -> None:
        """End it, and start it no more. A question under way gets no answer."""
        self._is_closed = True
        self._end()

    def _running(self) -> Child:
        with self._guard:
            if self._is_closed:
                raise NotNow("the server ends")
            if self._child is None:
                folder = self._locate().folder
                if folder is None:
                    raise NotNow("its files are gone")
                self._child = Child(folder, self._limits.megabytes, self._environment)
            return self._child

    def _fail(self, why: str) -> None:
        self._end()
        if self._is_closed:
            return
        self._failure = _Failure(why, time.monotonic() + RETRY_AFTER, _mark(self._locate().folder))
        _log.warning("the judge's model is left alone for %d minutes: %s", RETRY_AFTER // 60, why)

    def _end_when_idle(self) -> None:
        with self._guard:
            if self._idle is not None:
                self._idle.cancel()
            if self._child is None:
                return
            self._idle = threading.Timer(self._limits.idle, self._end_idle)
            self._idle.daemon = True
            self._idle.start()

    def _end_idle(self) -> None:
        if self._turn.acquire(blocking=False):  # else somebody asks, and sets another timer
            try:
                self._end()
            finally:
                self._turn.release()

    def _end(self) -> None:
        with self._guard:
            child, self._child = self._child, None
            if self._idle is not None:
                self._idle.cancel()
        if child is not None:
            child.end()


def _mark(folder: Path | None) -> tuple[object, ...]:
    """Changes when a file of the folder does."""
    try:
        found = sorted(folder.iterdir()) if folder is not None else []
        return (folder, *((path.name, path.stat().st_size, path.stat().st_mtime_ns) for path in found))
    except OSError:
        return (folder,)
