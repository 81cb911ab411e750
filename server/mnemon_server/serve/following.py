"""Answering calls where the vault is, which is looked up with each of them: it may go to the web, or come home, while a
client runs on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from mnemon_server.settings import Settings
from mnemon_server.tools.surface import Desk


@dataclass(frozen=True)
class Place:
    """Where calls are answered. `let_go` is the short way to leave it, from inside a signal handler."""

    desk: Desk
    close: Callable[[], None]
    let_go: Callable[[], None]


@dataclass
class _Held:
    """A place, and how many calls are under way in it; one that was left is closed by the last of them."""

    place: Place
    remote: str
    calls: int = 0
    is_left: bool = False


class Following:
    """The place that fits the settings of the moment. A call that has begun ends where it began."""

    def __init__(self, settings: Settings, load: Callable[[], Settings], make: Callable[[Settings], Place]) -> None:
        """
        Args:
            settings: as they are now.
            load: reads them anew.
            make: a place for them.
        """
        self._load = load
        self._make = make
        self._path = settings.remote_path
        self._guard = threading.Lock()
        self._sign = self._look()
        self._held = _Held(make(settings), settings.remote)

    def desk(self) -> Desk:
        """For clients that speak MCP."""
        return Desk(self._perform)

    def close(self) -> None:
        self._held.place.close()

    def let_go(self) -> None:
        self._held.place.let_go()

    def _perform(
        self, action: str, parameters: dict[str, Any], client: str, session: str
    ) -> dict[str, Any]:  # Any: JSON on both sides
        with self._there() as place:
            return place.desk.perform(action, parameters, client, session)

    @contextmanager
    def _there(self) -> Iterator[Place]:
        with self._guard:
            held, left = self._held_now()
            held.calls += 1
        if left is not None:
            left.place.close()
        try:
            yield held.place
        finally:
            with self._guard:
                held.calls -= 1
                is_last = held.is_left and not held.calls
            if is_last:
                held.place.close()

    def _held_now(self) -> tuple[_Held, _Held | None]:
        """The place for the settings of now, and the former one where nobody is in it any more."""
        sign, former = self._look(), self._held
        if sign == self._sign:
            return former, None
        settings = self._load()
        self._sign = sign
        if settings.remote == former.remote:
            return former, None
        self._held = _Held(self._make(settings), settings.remote)
        former.is_left = True
        return self._held, None if former.calls else former

    def _look(self) -> tuple[int, int] | None:
        """What tells one state of the file with the address from the next."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino
