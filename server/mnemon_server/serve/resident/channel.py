"""Frames on a connection, as the resident reads and writes them: bounded in size, in time, and all together."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from mnemon_server.resident.frames import CHALLENGE, HEAD, LARGEST, framed, head_of, proof_of

FRAME_SECONDS = 10.0  # for the rest of a frame whose head has come; it comes from this machine's own memory
ANSWER_SECONDS = 30.0  # for a caller to take an answer
_LARGE = 65_536  # bytes; what is smaller is not counted
_MOST_AT_ONCE = 4 * LARGEST


class BadFrame(Exception):
    """What came is no frame, or does not come to an end."""


class Budget:
    """Bytes in large frames, of all connections together: those that come or are being worked on, and those that wait
    to be taken."""

    def __init__(self, most: int = _MOST_AT_ONCE) -> None:
        self._most = most
        self._left = most
        self._freed = asyncio.Event()
        self._going: dict[Channel, int] = {}  # the one that waits longest is the first

    async def take(self, count: int) -> int:
        """Wait for room for so many bytes; how many were taken, to be given back."""
        if count <= _LARGE:
            return 0
        while self._left < count:
            self._freed.clear()
            await self._freed.wait()
        self._left -= count
        return count

    def give_back(self, count: int) -> None:
        self._left += count
        self._freed.set()

    @contextmanager
    def going(self, channel: Channel, count: int) -> Iterator[None]:
        """So many bytes wait to be taken by `channel` during the block. Where that is too much in all, who has let us
        wait longest is no longer waited for."""
        if count > _LARGE:
            self._going[channel] = count
        while sum(self._going.values()) > self._most:
            late = next(iter(self._going))
            del self._going[late]
            late.abort()
        try:
            yield
        finally:
            self._going.pop(channel, None)


class Channel:
    """One connection. One task receives; any may send."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, budget: Budget) -> None:
        self._reader = reader
        self._writer = writer
        self._budget = budget
        self._sending = asyncio.Lock()
        self._writable = asyncio.Event()
        self._writable.set()
        self._held = 0

    async def receive(self, largest: int = LARGEST) -> tuple[bytes, bytes] | None:
        """The next frame; None at the end. Waits while the other side does not take what we have to say. The one before
        is done with: its room is others'.

        Raises:
            BadFrame: it is too large, or its rest does not come.
        """
        self._give_back()
        await asyncio.sleep(0)  # frames that are here already: others want a turn, too
        await self._writable.wait()
        try:
            kind, length = head_of(await self._reader.readexactly(HEAD))
            if length > largest:
                raise BadFrame(f"a frame of {length:,} bytes")
            self._held = await self._budget.take(length)
            async with asyncio.timeout(FRAME_SECONDS):
                return kind, await self._reader.readexactly(length)
        except TimeoutError:
            raise BadFrame("a frame that does not come to its end") from None
        except (asyncio.IncompleteReadError, OSError):
            return None

    async def prove(self, token: str) -> None:
        """Answer the challenge that a caller begins with where anybody could connect, or be in our place.

        Raises:
            BadFrame: it does not come.
        """
        try:
            challenge = await self._reader.readexactly(CHALLENGE)
        except asyncio.IncompleteReadError:
            raise BadFrame("no challenge") from None
        self._writer.write(proof_of(token, challenge))

    async def send(self, kind: bytes, payload: bytes, seconds: float | None = ANSWER_SECONDS) -> None:
        """One frame. With None for the seconds it waits as long as the other side takes.

        Raises:
            OSError: the connection is gone, or the frame was not taken in time.
        """
        async with asyncio.timeout(seconds), self._sending:
            self._writable.clear()
            try:
                with self._budget.going(self, len(payload)):
                    self._writer.write(framed(kind, payload))
                    await self._writer.drain()
            finally:
                self._writable.set()

    def abort(self) -> None:
        """Close at once; what was not sent yet is dropped."""
        self._give_back()
        self._writer.transport.abort()

    async def close(self) -> None:
        """Close when what was written has been sent."""
        self._writer.close()
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(1.0):
                await self._writer.wait_closed()

    def _give_back(self) -> None:
        held, self._held = self._held, 0
        self._budget.give_back(held)
