"""A proxy on this machine that adds a bearer to every request that has none, for clients that cannot send one.

One request per connection: each is told to close, so that nothing but its head has to be understood.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_LONGEST_HEAD = 64 * 1024


@contextmanager
def bearer_proxy(port: int, token: str) -> Iterator[int]:
    """The port of a proxy in front of the server at `port`, for the length of the block."""
    loop, ready, found = asyncio.new_event_loop(), threading.Event(), list[int]()

    async def serve() -> asyncio.Server:
        server = await asyncio.start_server(
            lambda reader, writer: _pass_on(reader, writer, port, token), "127.0.0.1", 0, limit=_LONGEST_HEAD
        )
        found.append(server.sockets[0].getsockname()[1])
        ready.set()
        return server

    def run() -> None:
        asyncio.set_event_loop(loop)
        server = loop.run_until_complete(serve())
        loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        loop.close()

    thread = threading.Thread(target=run, name="bearer-proxy")
    thread.start()
    try:
        assert ready.wait(10)
        yield found[0]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int, token: str) -> None:
    writers = [writer]
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", port)
        writers.append(there_writer)
        there_writer.write(_with_bearer(head, token))
        sending = asyncio.ensure_future(_copy(reader, there_writer))
        await _copy(there_reader, writer)
        sending.cancel()
    except (OSError, asyncio.IncompleteReadError):
        pass
    finally:
        for each in writers:
            each.close()
            with suppress(OSError):
                await each.wait_closed()


def _with_bearer(head: bytes, token: str) -> bytes:
    request, *lines = head[:-4].split(b"\r\n")
    kept = [line for line in lines if not line.lower().startswith(b"connection:")]
    if not any(line.lower().startswith(b"authorization:") for line in kept):
        kept.append(b"Authorization: Bearer " + token.encode())
    return b"\r\n".join([request, *kept, b"Connection: close", b"", b""])


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError, asyncio.CancelledError):
        while data := await reader.read(64 * 1024):
            writer.write(data)
            await writer.drain()
        if writer.can_write_eof():
            writer.write_eof()
