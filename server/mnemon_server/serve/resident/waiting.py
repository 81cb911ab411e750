"""Connections that we wait for: who has not said who he is, and who has nothing to say just now. Neither may keep
others out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mnemon_server.serve.resident.channel import Channel

MOST_UNGREETED = 64  # beyond these the one that has kept us waiting longest goes


class Waiting:
    """Of each kind the first is the one that has said nothing for longest."""

    def __init__(self) -> None:
        self._ungreeted: dict[Channel, None] = {}
        self._resting: dict[Channel, str] = {}

    @contextmanager
    def for_greeting(self, channel: Channel) -> Iterator[None]:
        self._ungreeted[channel] = None
        while len(self._ungreeted) > MOST_UNGREETED:
            late = next(iter(self._ungreeted))
            del self._ungreeted[late]
            late.abort()
        try:
            yield
        finally:
            self._ungreeted.pop(channel, None)

    @contextmanager
    def for_more(self, channel: Channel, purpose: str) -> Iterator[None]:
        self._resting[channel] = purpose
        try:
            yield
        finally:
            self._resting.pop(channel, None)

    def send_home_one(self, purpose: str) -> bool:
        """Hang up on one that has nothing to say: it comes again when it has. False when there is none."""
        for channel, rests in self._resting.items():
            if rests == purpose:
                del self._resting[channel]
                channel.abort()
                return True
        return False

    def send_home_all(self) -> None:
        for channel in [*self._resting]:
            channel.abort()
