"""Who is here, what is under way, and since when nobody has asked anything."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Caller:
    """One connection that was let in. `name` is what a client calls itself, once it has."""

    purpose: str
    pid: int
    name: str = ""


@dataclass
class Presence:
    """Touched by the event loop and by workers."""

    callers: list[Caller] = field(default_factory=list)
    under_way: int = 0
    asked_at: float = field(default_factory=time.monotonic)
    _guard: threading.Lock = field(default_factory=threading.Lock)

    def touch(self) -> None:
        """Somebody wants something."""
        self.asked_at = time.monotonic()

    @property
    def idle_seconds(self) -> float:
        return 0.0 if self.under_way else time.monotonic() - self.asked_at

    def count(self, purpose: str) -> int:
        return sum(caller.purpose == purpose for caller in self.callers)

    @contextmanager
    def let_in(self, caller: Caller) -> Iterator[Caller]:
        is_use = caller.purpose not in ("state", "leave")
        self.callers.append(caller)
        if is_use:
            self.touch()
        try:
            yield caller
        finally:
            self.callers.remove(caller)
            if is_use:
                self.touch()

    @contextmanager
    def working(self) -> Iterator[None]:
        """An answer is being worked out."""
        with self._guard:
            self.under_way += 1
        try:
            yield
        finally:
            with self._guard:
                self.under_way -= 1
            self.touch()
