"""The vault, opened once for all who have the same settings. Whoever has others, such as another model, gets it opened
anew; one that nobody needs any more is closed."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from mnemon_server.errors import VaultBusy
from mnemon_server.serve.open_vault import OpenVault
from mnemon_server.settings import Settings

MOST = 8  # with a connection or two and perhaps a model each
_KEPT = 1  # that nobody is in: whoever comes next will most likely have the settings of the one before


@dataclass
class _Room:
    vault: OpenVault
    guests: int = 0


class Rooms:
    """Safe to use from any thread."""

    def __init__(self, make: Callable[[Settings], OpenVault]) -> None:
        self._make = make
        self._guard = threading.Lock()
        self._rooms: list[_Room] = []  # the one entered last is the last

    def has_room_for(self, settings: Settings) -> bool:
        """Whether the vault is open under these settings, or may be opened once more."""
        with self._guard:
            return len(self._rooms) < MOST or any(
                room.vault.settings == settings or not room.guests for room in self._rooms
            )

    def enter(self, settings: Settings) -> OpenVault:
        """The vault under these settings, until `leave`.

        Raises:
            VaultBusy: it is open under too many others.
        """
        with self._guard:
            room = next((room for room in self._rooms if room.vault.settings == settings), None)
            if room is None:
                if len(self._rooms) >= 2 * MOST:  # who was let in because there was room may find it taken
                    raise VaultBusy("the vault is open under too many different settings", "try again in a moment")
                room = _Room(self._make(settings))
            else:
                self._rooms.remove(room)
            self._rooms.append(room)
            room.guests += 1
            return room.vault

    def leave(self, vault: OpenVault) -> None:
        """Blocks while a vault that nobody needs any more is closed."""
        with self._guard:
            room = next((room for room in self._rooms if room.vault is vault), None)
            if room is None:
                return  # all were closed meanwhile
            room.guests -= 1
            empty = [room for room in self._rooms if not room.guests]
            left = empty[: max(0, len(empty) - _KEPT)]
            self._rooms = [room for room in self._rooms if room not in left]
        for room in left:
            room.vault.close()

    @contextmanager
    def entered(self, settings: Settings) -> Iterator[OpenVault]:
        vault = self.enter(settings)
        try:
            yield vault
        finally:
            self.leave(vault)

    def newest(self) -> OpenVault | None:
        """The one entered last."""
        with self._guard:
            return self._rooms[-1].vault if self._rooms else None

    def close(self) -> None:
        """Close all of them."""
        with self._guard:
            rooms, self._rooms = self._rooms, []
        for room in rooms:
            room.vault.close()
