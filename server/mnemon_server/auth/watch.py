"""Notes who tries to come in as it happens, without letting strangers push everything else out of the log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import anyio.to_thread

from mnemon_server.auth.attempts import note_attempt
from mnemon_server.auth.store import AuthStore
from mnemon_server.errors import MnemonError

_SPACING = 60.0  # seconds
_MOST_KEPT = 1_000
_noted: ContextVar[list[str] | None] = ContextVar("noted", default=None)


class Watch:
    """Over one store; see `attempts.note_attempt` for what goes in."""

    def __init__(self, store: AuthStore, clock: Callable[[], float]) -> None:
        self._store = store
        self._clock = clock
        self._last: dict[tuple[str, str, str], float] = {}

    async def note(self, hop: str, outcome: str, client: str = "") -> None:
        """A log in trouble is no reason to fail."""
        noted = _noted.get()
        if noted is not None:
            noted.append(hop)
        try:
            await anyio.to_thread.run_sync(note_attempt, self._store, self._clock(), hop, outcome, client)
        except MnemonError:
            return

    async def note_rarely(self, hop: str, outcome: str, client: str = "", claimed: str = "") -> None:
        """The same once a minute, for what costs a stranger nothing: for each `client` that we know, and once for all
        names that are only `claimed`."""
        noted = _noted.get()
        if noted is not None:
            noted.append(hop)
        key, now = (hop, outcome, client), self._clock()
        if 0 <= now - self._last.get(key, 0.0) < _SPACING:
            return
        if len(self._last) >= _MOST_KEPT:
            self._last.clear()
        self._last[key] = now
        await self.note(hop, outcome, client or claimed)


@contextmanager
def watched() -> Iterator[list[str]]:
    """The hops noted inside the block by this request, so that nothing is noted twice."""
    noted: list[str] = []
    before = _noted.set(noted)
    try:
        yield noted
    finally:
        _noted.reset(before)
