"""Frames on a connection, as the resident reads and writes them: bounded in size, in time, and all together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from mnemon_server.resident.frames import HEAD, LARGEST, framed, head_of

FRAME_SECONDS = 10.0  # for the rest of a frame whose head has come; it comes from this machine's own memory
ANSWER_SECONDS = 30.0  # for a caller to take an answer
_LARGE = 1_048_576  # bytes; what is smaller is not counted
_MOST_AT_ONCE = 4 * LARGEST


class BadFrame(Exception):
    """What came is no frame, or does not come to an end."""


class Budget:
    """Bytes that may be on their way in large frames, of all connections together."""

    def __init__(self, most: int = _MOST_AT_ONCE) -> None:
        self._left = most
        self._freed = asyncio.Condition()

    @asynccontextmanager
    async def taken(self, count: int) -> AsyncIterator[None]:
        """Room for so many bytes, for the length of the block."""
        if count <= _LARGE:
            yield
            return
        async with self._freed:
            await self._freed.wait_for(lambda: self._left >= count)
            self._left -= count
        try:
            yield
        finally:
            async with self._freed:
                self._left += count
                self._freed.notify_all()


class Channel:
    """One connection. One task receives; any may send."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, budget: Budget) -> None:
        self._reader = reader
        self._writer = writer
        self._budget = budget
        self._sending = asyncio.Lock()
        self._writable = asyncio.Event()
        self._writable.set()

    async def receive(self, largest: int = LARGEST) -> tuple[bytes, bytes] | None:
        """The next frame; None at the end. Waits while the other side does not take what we have to say.

        Raises:
            BadFrame: it is too large, or its rest does not come.
        """
        await self._writable.wait()
        try:
            kind, length = head_of(await self._reader.readexactly(HEAD))
            if length > largest:
                raise BadFrame(f"a frame of {length:,} bytes")
            async with self._budget.taken(length), asyncio.timeout(FRAME_SECONDS):
                return kind, await self._reader.readexactly(length)
        except TimeoutError:
            raise BadFrame("a frame that does not come to its end") from None
        except (asyncio.IncompleteReadError, OSError):
            return None

    async def send(self, kind: bytes, payload: bytes, seconds: float | None = ANSWER_SECONDS) -> None:
        """One frame. With None for the seconds it waits as long as the other side takes.

        Raises:
            OSError: the connection is gone, or the frame was not taken in time.
        """
        async with self._sending:
            self._writable.clear()
            try:
                async with asyncio.timeout(seconds):
                    self._writer.write(framed(kind, payload))
                    await self._writer.drain()
            finally:
                self._writable.set()

    def abort(self) -> None:
        """Close at once; what was not sent yet is dropped."""
        self._writer.transport.abort()

    async def close(self) -> None:
        """Close when what was written has been sent."""
        self._writer.close()
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(1.0):
                await self._writer.wait_closed()
